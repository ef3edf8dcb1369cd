"""A stretch of a recording is the pictures of that stretch, no more and no less."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unspoken.media.source import open_source
from unspoken.media.spans import read_span
from unspoken.media.writer import ClipWriter


def film(path: Path, *, bframes: int = 2) -> list[float]:
    """Write pictures at uneven times; each tells its number by its brightness."""
    rng = np.random.default_rng(1)
    steps = rng.choice([0.02, 0.033, 0.05], 150)
    times = [float(t) for t in (np.cumsum(steps) + 0.5).round(4)]
    with ClipWriter(path, (64, 48), crf=10, bframes=bframes, key_interval=40) as clip:
        for number, time_s in enumerate(times):
            clip.add(np.full((48, 64, 3), 20 + (number * 37) % 200, dtype=np.uint8), time_s)
    return times


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.avi"])
def test_exactly_the_pictures_between_two_times_come(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith("avi"):
        with ClipWriter(path, (64, 48), 25.0, codec="mpeg4", crf=None) as clip:
            for number in range(120):
                clip.add(np.full((48, 64, 3), number, dtype=np.uint8))
    else:
        film(path)
    with open_source(path) as source:
        everything = [(frame.time_s, float(frame.luma.mean())) for frame in source]
    for start, end in ((1.0, 2.5), (0.0, 0.9), (3.1, 99.0), (everything[50][0],) * 2):
        wanted = [pair for pair in everything if start <= pair[0] <= end]
        got = [(frame.time_s, float(frame.luma.mean())) for frame in read_span(path, start, end)]
        assert [t for t, _ in got] == pytest.approx([t for t, _ in wanted], abs=1e-9)
        assert [b for _, b in got] == pytest.approx([b for _, b in wanted], abs=0.01)


def test_outside_the_recording_there_is_nothing(tmp_path: Path) -> None:
    film(tmp_path / "clip.mp4")
    assert list(read_span(tmp_path / "clip.mp4", 100.0, 200.0)) == []
    assert list(read_span(tmp_path / "clip.mp4", -5.0, -1.0)) == []
