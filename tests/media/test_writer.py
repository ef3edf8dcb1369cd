"""Clips are written whole or not at all, with the times they were given."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.media.codedclips import SIZE, coded_picture, write_coded
from unspoken.errors import OutputError, UsageError
from unspoken.media.video import VideoSource
from unspoken.media.writer import ClipWriter


@given(st.lists(st.integers(1, 90000), min_size=1, max_size=12), st.integers(0, 10**6))
def test_any_rising_times_come_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], start: int
) -> None:
    """Ticks of 1/90000 s, from single ticks to a second."""
    ticks = start + np.cumsum([0, *steps])
    path = tmp_path_factory.getbasetemp() / "any.mp4"
    write_coded(path, ticks.size, times_s=ticks / 90000, bframes=2, size=(32, 32))
    with VideoSource(path) as source:
        assert [f.time_s for f in source] == [int(t) / 90000 for t in ticks]


def test_rate_is_kept_as_a_fraction(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "ntsc.mp4", 10, fps=30000 / 1001)
    with av.open(str(path)) as container:
        assert container.streams.video[0].average_rate == Fraction(30000, 1001)


def test_key_frames_come_as_often_as_asked(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "keys.mp4", 40, key_interval=10)
    with VideoSource(path) as source:
        keys = [f.index for f in source if f.key_frame]
    assert np.diff([*keys, 40]).max() <= 10


def test_failure_leaves_the_earlier_clip_and_no_rubbish(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "clip.mp4", 3)
    before = path.read_bytes()
    with pytest.raises(RuntimeError, match="stop"), ClipWriter(path, SIZE, 25) as writer:
        writer.add(coded_picture(0))
        raise RuntimeError("stop")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_clip_replaces_an_earlier_one_only_when_complete(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "clip.mp4", 3)
    before = path.read_bytes()
    with ClipWriter(path, SIZE, 25) as writer:
        writer.add(coded_picture(0))
        assert path.read_bytes() == before
    assert path.read_bytes() != before


def test_no_picture_is_no_clip(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="at least one picture"),
        ClipWriter(tmp_path / "none.mp4", SIZE, 25),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_missing_folder_and_unknown_ending_are_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        ClipWriter(tmp_path / "no" / "folder.mp4", SIZE, 25)
    with pytest.raises(OutputError, match="cannot be written"):
        ClipWriter(tmp_path / "clip.unknown", SIZE, 25)
    with pytest.raises(OutputError, match="cannot be encoded"):
        ClipWriter(tmp_path / "clip.mp4", SIZE, 25, codec="nocodec")
    assert list(tmp_path.iterdir()) == []


def test_wrong_use_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="128 x 96"), ClipWriter(tmp_path / "a.mp4", SIZE, 25) as w:
        w.add(np.zeros((10, 10), np.uint8))
    with pytest.raises(UsageError, match="needs a time"), ClipWriter(tmp_path / "a.mp4", SIZE) as w:
        w.add(coded_picture(0))
    with pytest.raises(UsageError, match="one tick"), ClipWriter(tmp_path / "a.mp4", SIZE) as w:
        w.add(coded_picture(0), 0.5)
        w.add(coded_picture(1), 0.5)
    assert list(tmp_path.iterdir()) == []
