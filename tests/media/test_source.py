"""Whatever the user names is opened, or refused with a sentence that helps."""

from __future__ import annotations

import hashlib
import os
import struct
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.media.codedclips import number_of, write_coded
from unspoken.errors import InputError, NotAVideo, SourceNotFound, UnspokenError, UsageError
from unspoken.media.frame import Frame
from unspoken.media.source import SOURCE_KINDS, open_source
from unspoken.media.video import VideoSource


def frames_of(path: Path) -> tuple[list[Frame], VideoSource]:
    with open_source(path) as source:
        assert isinstance(source, VideoSource)
        return list(source), source


def test_every_kind_names_itself_in_the_facts(tmp_path: Path) -> None:
    """The registry's keys are what `SourceFacts.kind` says."""
    import cv2

    cv2.imwrite(str(tmp_path / "1.png"), np.zeros((8, 8), np.uint8))
    clip = write_coded(tmp_path / "clip.mp4", 2)
    kinds = set()
    for place, fps in ((clip, None), (tmp_path, 25.0)):
        with open_source(place, fps=fps) as source:
            kinds.add(source.facts.kind)
    assert kinds == set(SOURCE_KINDS)


def test_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="no such file"):
        open_source(tmp_path / "gone.mp4")


def test_path_through_a_file_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SourceNotFound, match="no such file"):
        open_source(tmp_path / "file" / "clip.mp4")


def test_name_too_long_for_the_system_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="cannot be opened"):
        open_source(tmp_path / ("x" * 300 + ".mp4"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_unreadable_file_says_permissions(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "clip.mp4", 2)
    path.chmod(0)
    with pytest.raises(SourceNotFound, match="permissions"):
        open_source(path)


def test_unreadable_place_says_permissions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same where the tests run as a user who may read everything."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write_coded(tmp_path / "clip.mp4", 2)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SourceNotFound, match="permissions"):
        open_source(path)


def test_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()
    with pytest.raises(NotAVideo, match="empty"):
        open_source(path)


@pytest.mark.parametrize("name", ["notes.mp4", "notes.txt", "notes.mkv", "notes.ans"])
def test_text_is_no_video_whatever_its_name(tmp_path: Path, name: str) -> None:
    """FFmpeg would draw a .txt file as a picture of its text; that is not footage."""
    path = tmp_path / name
    path.write_text("Dear diary, today I sold three demos.\n" * 40)
    with pytest.raises(NotAVideo, match="text"):
        open_source(path)


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile clip.mp4\n",
    ],
)
def test_lists_of_other_files_are_not_followed(tmp_path: Path, text: str) -> None:
    """A playlist must not reach out to the network or to files the user did not name."""
    write_coded(tmp_path / "clip.mp4", 2)
    path = tmp_path / "list.m3u8"
    path.write_text(text)
    with pytest.raises(NotAVideo):
        open_source(path)


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(struct.pack("<800h", *([100, -100] * 400)))
    with pytest.raises(NotAVideo, match="found only sound"):
        open_source(path)


def test_sound_with_a_cover_picture_is_no_video(tmp_path: Path) -> None:
    """The cover of a song is a video stream to FFmpeg."""
    path = tmp_path / "song.m4a"
    with av.open(str(path), "w", format="mp4") as container:
        sound = container.add_stream("aac", rate=8000)
        cover = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 32, 32, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), "rgb24")
        container.mux(cover.encode(picture))
        container.mux(cover.encode())
        samples = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), "fltp", "mono")
        samples.sample_rate = 8000
        container.mux(sound.encode(samples))
        container.mux(sound.encode())
    with pytest.raises(NotAVideo, match="cover picture"):
        open_source(path)


def test_video_stream_without_frames_is_no_video(tmp_path: Path) -> None:
    """A finished file whose video stream holds nothing."""
    path = tmp_path / "none.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()
    with pytest.raises(NotAVideo, match="0 frames"):
        open_source(path)
    whole = write_coded(tmp_path / "whole.avi", 5, codec="mjpeg", pix_fmt="yuvj420p")
    data = whole.read_bytes()
    head = tmp_path / "head.avi"
    head.write_bytes(data[: data.index(b"movi") + 4])
    with pytest.raises(NotAVideo, match="0 frames"):
        open_source(head)


def test_unfinished_recording_is_explained(tmp_path: Path) -> None:
    """An MP4 cut before its index: the index comes last unless told otherwise."""
    whole = write_coded(tmp_path / "whole.mp4", 30)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(NotAVideo, match="without an index"):
        open_source(cut)


@pytest.mark.parametrize("name", ["clip.mkv", "clip.webm", "clip.avi", "clip.mp4"])
def test_truncated_file_gives_what_decodes(tmp_path: Path, name: str) -> None:
    """The pictures before the cut are right, and the missing end is noted."""
    special: dict[str, dict[str, Any]] = {
        "clip.webm": {"codec": "libvpx-vp9", "options": {"cpu-used": "8", "b": "0"}},
        "clip.avi": {"codec": "mjpeg", "pix_fmt": "yuvj420p"},
    }
    count = 200
    whole = write_coded(tmp_path / name, count, **special.get(name, {}))
    if name == "clip.mp4":
        whole = _index_first(whole)
    cut = tmp_path / f"cut-{name}"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    frames, source = frames_of(cut)
    sound = [f for f in frames if not f.corrupt]
    assert 60 < len(sound) < count
    assert [number_of(f.luma) for f in sound[:-2]] == list(range(len(sound) - 2))
    assert source.clock.truncated
    assert any("before the end it announces" in note for note in source.notes)


def _index_first(path: Path) -> Path:
    """Rewrite an MP4 with its index at the front, as files for the web have it."""
    target = path.with_name("front.mp4")
    options = {"movflags": "faststart"}
    with av.open(str(path)) as source, av.open(str(target), "w", options=options) as sink:
        stream = sink.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                sink.mux(packet)
    return target


def test_damage_in_the_middle_keeps_the_rest_in_time(tmp_path: Path) -> None:
    """Overwritten bytes cost pictures, not the clock: later pictures keep their times."""
    path = write_coded(tmp_path / "clip.mkv", 200, key_interval=20)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = np.random.default_rng(0).bytes(3000)
    path.write_bytes(data)
    frames, source = frames_of(path)
    assert frames[-1].time_s == pytest.approx(199 / 25, abs=0.002)
    last = frames[-30:]
    assert [number_of(f.luma) for f in last] == [round(f.time_s * 25) for f in last]
    assert source.notes


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.booleans())
def test_random_damage_never_ends_in_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, seed: int, hits: int, cut: bool
) -> None:
    """Either some frames with rising times, or one of our own errors."""
    folder = tmp_path_factory.getbasetemp() / "damage"
    whole = folder / "whole.mkv"
    if not whole.exists():
        folder.mkdir(exist_ok=True)
        write_coded(whole, 40, bframes=2, key_interval=10)
    rng = np.random.default_rng(seed)
    data = bytearray(whole.read_bytes())
    for position in rng.integers(0, len(data), hits):
        data[position] = rng.integers(256)
    if cut:
        del data[rng.integers(1, len(data)) :]
    path = folder / "damaged.mkv"
    path.write_bytes(data)
    try:
        frames, source = frames_of(path)
    except UnspokenError as error:
        assert str(path) in str(error)
        return
    times = [f.time_s for f in frames]
    assert all(b > a for a, b in zip(times, times[1:], strict=False))
    assert source.clock.frames == len(frames) > 0


NAMES: list[Callable[[], str]] = [
    lambda: "kundin größe 東京 🙂.mp4",
    lambda: "x" * 200 + ".mp4",
    lambda: "http:odd %03d?*.mp4",
    lambda: " leading.mp4",
    lambda: "-dash.mp4",
]


@pytest.mark.parametrize("name", NAMES, ids=["unicode", "200", "protocol", "space", "dash"])
def test_unusual_names_are_just_names(tmp_path: Path, name: Callable[[], str]) -> None:
    path = write_coded(tmp_path / name(), 6)
    frames, source = frames_of(path)
    assert [number_of(f.luma) for f in frames] == list(range(6))
    assert source.facts.path == str(path)


def test_relative_paths_and_strings_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_coded(tmp_path / "clip.mp4", 3)
    monkeypatch.chdir(tmp_path)
    with open_source("clip.mp4") as source:
        assert len(list(source)) == 3
        assert source.facts.path == "clip.mp4"


@pytest.mark.parametrize("fps", [0.0, -25.0, float("nan"), float("inf")])
def test_impossible_rates_are_refused(tmp_path: Path, fps: float) -> None:
    with pytest.raises(UsageError, match="--fps"):
        open_source(tmp_path, fps=fps)


def test_digest_and_size_are_those_of_the_file(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "clip.mp4", 20)
    with open_source(path) as source:
        assert len(list(source)) == 20
        facts = source.finish_facts()
    assert facts.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert facts.bytes == path.stat().st_size
    assert facts.codec == "h264"
    assert not facts.has_audio


def test_errors_are_input_errors() -> None:
    """Bad sources exit with 2."""
    assert issubclass(NotAVideo, InputError)
    assert InputError.exit_code == 2
