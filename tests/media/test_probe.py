"""The probe says in plain words what a clock is like."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.media.codedclips import coded_picture, write_coded
from unspoken.media.probe import probe


def test_good_clip_needs_few_words(tmp_path: Path) -> None:
    found = probe(write_coded(tmp_path / "clip.mp4", 60, fps=60))
    assert found.micro_possible
    assert found.decoded
    assert len(found.statements) == 2
    assert "60 pictures from 0:00.000 to 0:01.000, 60 a second" in found.statements[0]
    assert len(found.source.sha256) == 64


def test_slow_clip_says_micro_is_impossible(tmp_path: Path) -> None:
    found = probe(write_coded(tmp_path / "clip.mp4", 20, fps=10))
    assert not found.micro_possible
    assert any("could not be seen at 10" in s for s in found.statements)


def test_holes_and_repeats_are_told(tmp_path: Path) -> None:
    numbers = [n for n in range(60) for _ in (0, 1)]
    times = [i / 60 + (0.5 if i > 80 else 0.0) for i in range(120)]
    found = probe(write_coded(tmp_path / "clip.mp4", 0, numbers=numbers, times_s=times))
    text = " ".join(found.statements)
    assert "Missing pictures: about 30 (20.0%), gaps: 1" in text
    assert "seen about 30 times a second" in text


def test_still_picture_is_told_and_crashes_nothing(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "clip.mp4", 0, numbers=[7] * 50)
    found = probe(path)
    assert found.clock.duplicate_frames >= 45
    assert any("repeat the one before" in s for s in found.statements)


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.mpg"])
def test_packets_alone_tell_the_same_clock(tmp_path: Path, name: str) -> None:
    """Without decoding: all but duplicates and damage, B-frames included."""
    settings: dict[str, Any] = (
        {"codec": "mpeg1video", "options": {"b": "2000000"}}
        if name.endswith("mpg")
        else {"bframes": 3}
    )
    path = write_coded(tmp_path / name, 75, fps=25, **settings)
    full, fast = probe(path), probe(path, decode=False)
    assert not fast.decoded
    assert fast.source.sha256 == ""
    for fact in ("frames", "start_s", "end_s", "median_rate_hz", "gaps", "variable_rate"):
        assert getattr(fast.clock, fact) == getattr(full.clock, fact), fact


def test_one_picture_has_no_movement(tmp_path: Path) -> None:
    found = probe(write_coded(tmp_path / "clip.mp4", 1))
    assert found.statements == ("1 picture: there is no movement to measure.",)


def test_image_sequence_is_always_read_whole(tmp_path: Path) -> None:
    for number in range(30):
        cv2.imwrite(str(tmp_path / f"{number:03d}.png"), coded_picture(number))
    found = probe(tmp_path, 100, decode=False)
    assert found.decoded
    assert found.clock.median_rate_hz == pytest.approx(100)
    assert found.micro_possible


def test_clip_of_two_rates_is_variable(feat_clip: Callable[[str], Path]) -> None:
    """A public clip made of 24 Hz and 30 Hz parts, whose container claims 26.5 Hz."""
    found = probe(feat_clip("noface_face.mov"))
    assert found.clock.variable_rate
    assert found.clock.frames == 169
    assert found.clock.median_rate_hz == pytest.approx(24.0, abs=0.01)
    assert found.clock.container_rate_hz == pytest.approx(26.49, abs=0.01)
    assert any("rate varies" in s for s in found.statements)
    assert np.isfinite(found.clock.jitter_s)
