"""A small copy keeps every picture at its own time, and the sound beside it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from unspoken.errors import InputError
from unspoken.media.small_copy import write_small_copy
from unspoken.media.source import open_source

START_S = 0.4
TIMES = [START_S + (i + 0.4 * (i % 4 == 1)) / 25 for i in range(50)]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wide film with uneven steps and a tone that begins after one second."""
    path = tmp_path_factory.mktemp("film") / "film.mkv"
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 1280, 720, "yuv420p"
        video.codec_context.time_base = Fraction(1, 1000)
        audio = out.add_stream("aac", rate=48_000)
        audio.codec_context.layout = "stereo"
        for index, time_s in enumerate(TIMES):
            plain = np.full((720, 1280, 3), 40 + 3 * index, np.uint8)
            picture = av.VideoFrame.from_ndarray(plain, format="rgb24")
            picture.pts, picture.time_base = round(time_s * 1000), Fraction(1, 1000)
            out.mux(video.encode(picture))
        for block in range(100):
            t = (np.arange(1024) + 1024 * block) / 48_000
            tone = 0.5 * np.sin(2 * np.pi * 440 * t) * (t > 1.0)
            sound = av.AudioFrame.from_ndarray(
                np.stack([tone, tone]).astype(np.float32), format="fltp", layout="stereo"
            )
            sound.sample_rate, sound.pts = 48_000, 1024 * block
            sound.time_base = Fraction(1, 48_000)
            out.mux(audio.encode(sound))
        out.mux(video.encode())
        out.mux(audio.encode())
    return path


def test_every_picture_keeps_its_time(film: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    made = write_small_copy(film, copy, start_s=START_S)
    assert made.media_type in ("video/mp4", "video/webm")
    assert made.pictures == len(TIMES)
    with open_source(copy) as source:
        frames = [(f.time_s, float(f.luma.mean())) for f in source]
        assert max(source.facts.width, source.facts.height) == 640
    times = np.array([time_s for time_s, _ in frames])
    assert times == pytest.approx(np.array(TIMES) - START_S, abs=1.1e-3)
    assert np.all(np.diff([grey for _, grey in frames]) > 0), "in order, none twice"


def test_the_sound_stays_with_the_pictures(film: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    write_small_copy(film, copy, start_s=START_S)
    loud = []
    with av.open(str(copy)) as container:
        for frame in container.decode(audio=0):
            if np.abs(frame.to_ndarray()).max() > 0.1:
                loud.append(frame.time)
    assert loud[0] == pytest.approx(1.0 - START_S, abs=0.06)


def test_what_is_no_video_is_an_error(tmp_path: Path) -> None:
    other = tmp_path / "x.mp4"
    other.write_text("no video", "utf-8")
    with pytest.raises(InputError):
        write_small_copy(other, tmp_path / "copy", start_s=0.0)
