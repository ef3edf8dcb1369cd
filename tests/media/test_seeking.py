"""Second readings give exactly the frames of the first, by the shortest way that is safe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from tests.media.codedclips import SIZE, coded_picture, flag_interlaced, number_of, write_coded
from unspoken.errors import InputError
from unspoken.media.decode import Decoder
from unspoken.media.frame import Frame
from unspoken.media.seeking import read_frames_at
from unspoken.media.source import open_source
from unspoken.media.writer import ClipWriter

WANTED = [0, 1, 3, 40, 41, 119, 120, 121, 200, 249]

CLIPS: list[tuple[str, dict[str, Any]]] = [
    ("b_frames.mp4", {"bframes": 3, "key_interval": 30}),
    ("one_key.mp4", {"bframes": 2, "key_interval": 1000}),
    ("open_gop.mp4", {"bframes": 3, "key_interval": 30, "options": {"x264-params": "open-gop=1"}}),
    ("clip.mkv", {"bframes": 3, "key_interval": 30}),
    (
        "hevc.mp4",
        {"codec": "libx265", "key_interval": 30, "options": {"x265-params": "log-level=none"}},
    ),
    ("vp9.webm", {"codec": "libvpx-vp9", "options": {"cpu-used": "8", "b": "0", "g": "30"}}),
    ("clip.mpg", {"codec": "mpeg1video", "options": {"b": "2000000"}}),
    ("clip.avi", {"bframes": 2, "key_interval": 30}),
    ("clip.wmv", {"codec": "wmv2", "options": {"b": "2000000"}}),
    ("rotated.mp4", {"rotation_deg": 180, "key_interval": 30}),
]


def first_reading(path: Path, fps: float | None = None) -> list[Frame]:
    with open_source(path, fps=fps) as source:
        return list(source)


@pytest.mark.parametrize(("name", "settings"), CLIPS, ids=[name for name, _ in CLIPS])
def test_second_reading_gives_the_frames_of_the_first(
    tmp_path: Path, name: str, settings: dict[str, Any]
) -> None:
    path = write_coded(tmp_path / name, 250, fps=25, **settings)
    first = first_reading(path)
    again = list(read_frames_at(path, WANTED, [first[i].time_s for i in WANTED]))
    assert [f.index for f in again] == WANTED
    for frame in again:
        before = first[frame.index]
        assert frame.time_s == before.time_s
        assert np.array_equal(frame.luma, before.luma)
        assert frame.chroma is not None and before.chroma is not None
        assert np.array_equal(frame.chroma[1], before.chroma[1])


@pytest.mark.parametrize("name", ["late.mp4", "late.mkv"])
def test_far_pictures_are_reached_without_decoding_all(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two pictures of a one-minute clip cost a few groups of pictures, not the whole."""
    path = write_coded(
        tmp_path / name,
        0,
        numbers=[n % 256 for n in range(1500)],
        fps=25,
        size=(64, 48),
        key_interval=25,
    )
    decoded = 0
    plain = Decoder.pictures

    def counting(decoder: Decoder) -> Any:
        nonlocal decoded
        for picture in plain(decoder):
            decoded += 1
            yield picture

    monkeypatch.setattr(Decoder, "pictures", counting)
    frames = list(read_frames_at(path, [707, 1490], [707 / 25, 1490 / 25]))
    assert [number_of(f.luma) for f in frames] == [707 % 256, 1490 % 256]
    assert decoded < 150


def test_pictures_nothing_depends_on_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of three B-frames two are references for nobody; after the last picture it seeks on."""
    path = write_coded(tmp_path / "clip.mp4", 250, bframes=3, key_interval=125)
    decoded = 0
    plain = Decoder.pictures

    def counting(decoder: Decoder) -> Any:
        nonlocal decoded
        for picture in plain(decoder):
            decoded += 1
            yield picture

    monkeypatch.setattr(Decoder, "pictures", counting)
    wanted = [61, 62, 201]
    frames = list(read_frames_at(path, wanted, [i / 25 for i in wanted]))
    assert [number_of(f.luma) for f in frames] == wanted
    assert decoded < 0.75 * (62 + 201 - 125)


def test_interlaced_pictures_keep_the_neighbours_they_are_made_with(tmp_path: Path) -> None:
    """Deinterlacing looks at the pictures before and after, so none may be left out."""
    path = tmp_path / "interlaced.mkv"
    options = {"x264-params": "interlaced=1", "flags": "+ildct+ilme"}
    with ClipWriter(path, SIZE, None, bframes=3, key_interval=60, options=options) as writer:
        for number in range(80):
            image = av.VideoFrame.from_ndarray(coded_picture(number), "rgb24")
            writer.add_image(flag_interlaced(image.reformat(format="yuv420p")), 3600 * number)
    first = first_reading(path)
    assert all(frame.interlaced for frame in first)
    wanted = [*range(20, 26), 75]
    again = list(read_frames_at(path, wanted, [first[i].time_s for i in wanted]))
    assert [f.index for f in again] == wanted
    for frame in again:
        assert np.array_equal(frame.luma, first[frame.index].luma)


def test_times_that_had_to_be_moved_fall_back_to_counting(tmp_path: Path) -> None:
    """Where the clock was carried on after a restart, no time stamp leads to the picture."""
    part = write_coded(tmp_path / "part.mpg", 40, codec="mpeg1video", options={"b": "2000000"})
    joined = tmp_path / "joined.mpg"
    joined.write_bytes(part.read_bytes() * 2)
    first = first_reading(joined)
    wanted = [5, 45, 70]
    again = list(read_frames_at(joined, wanted, [first[i].time_s for i in wanted]))
    assert [number_of(f.luma) for f in again] == [5, 5, 30]


def test_a_wrong_time_never_gives_another_picture(tmp_path: Path) -> None:
    """A time between two stamps belongs to no picture; the number decides."""
    path = write_coded(tmp_path / "clip.mp4", 60, key_interval=10)
    (frame,) = read_frames_at(path, [30], [30.4 / 25])
    assert number_of(frame.luma) == 30


def test_image_sequences_are_read_by_number(tmp_path: Path) -> None:
    for number in range(12):
        cv2.imwrite(str(tmp_path / f"{number}.png"), coded_picture(number))
    frames = list(read_frames_at(tmp_path, [2, 11], [0.02, 0.11], fps=100))
    assert [(number_of(f.luma), f.time_s) for f in frames] == [(2, 0.02), (11, 0.11)]


def test_picture_that_is_gone_is_named(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "clip.mp4", 10)
    with pytest.raises(InputError, match="picture number 10"):
        list(read_frames_at(path, [3, 10], [0.12, 0.4]))


def test_nothing_wanted_reads_nothing(tmp_path: Path) -> None:
    assert list(read_frames_at(tmp_path / "not-even-there.mp4", [], [])) == []


def test_wanted_pictures_must_rise(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="rise"):
        list(read_frames_at(tmp_path, [3, 3], [0.1, 0.1]))
    with pytest.raises(ValueError, match="1 indices but 2 times"):
        list(read_frames_at(tmp_path, [3], [0.1, 0.2]))
