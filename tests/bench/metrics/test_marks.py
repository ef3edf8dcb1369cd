"""Marks and their overlap, in frames and in seconds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.bench.metrics.some_marks import mark
from unspoken.bench.metrics import Mark, frame_iou, time_iou
from unspoken.spotting.events import Event


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((10, 19), (10, 19), 1.0),
        ((10, 19), (15, 24), 5 / 15),  # frames 15-19 of 10-24
        ((10, 19), (10, 14), 0.5),
        ((10, 19), (20, 29), 0.0),  # neighbours share no frame
        ((10, 19), (19, 28), 1 / 19),  # ... but these share frame 19
        ((7, 7), (7, 7), 1.0),  # one frame is a movement of length 1, not 0
        ((7, 7), (8, 8), 0.0),
        ((7, 7), (6, 8), 1 / 3),
        ((0, 3), (90, 99), 0.0),
    ],
)
def test_frames_count_with_both_ends(
    a: tuple[int, int], b: tuple[int, int], expected: float
) -> None:
    assert frame_iou(mark(*a), mark(*b)) == pytest.approx(expected)
    assert frame_iou(mark(*b), mark(*a)) == pytest.approx(expected)


def test_overlap_in_seconds_knows_no_frames() -> None:
    """1.0-2.0 s and 1.5-2.5 s share half a second of one and a half."""
    assert time_iou(mark(10, 20), mark(15, 25)) == pytest.approx(1 / 3)
    assert time_iou(mark(7, 7), mark(7, 7)) == 1.0
    assert time_iou(mark(7, 7), mark(6, 8)) == 0.0


def test_at_a_changing_rate_the_two_overlaps_differ() -> None:
    """The same frames, but the last two lie a second apart: time sees it, frames do not."""
    truth = Mark("micro", 0, 3, 0.0, 1.2)
    found = Mark("micro", 0, 2, 0.0, 0.2)
    assert frame_iou(truth, found) == pytest.approx(3 / 4)
    assert time_iou(truth, found) == pytest.approx(1 / 6)


def test_marks_that_end_before_they_start_are_refused() -> None:
    with pytest.raises(ValueError, match="offset frame 3 lies before onset frame 4"):
        mark(4, 3)
    with pytest.raises(ValueError, match="ends before it starts"):
        Mark("micro", 1, 2, 0.5, 0.4)


def test_an_event_becomes_a_mark() -> None:
    event = Event(1, "macro", 1.0, 1.2, 2.0, 10, 12, 20, {"AU4L": 0.3}, emotion="anger")
    assert Mark.of_event(event) == Mark(
        "macro", 10, 20, 1.0, 2.0, 12, 1.2, frozenset({"AU4L"}), "anger"
    )


def test_a_planted_movement_gets_the_frames_nearest_to_its_times() -> None:
    """Frames at an uneven rate; the apex of a data set's label may be missing."""
    times = np.array([0.0, 0.04, 0.08, 0.2, 0.24, 0.28])
    planted = Mark.of_times("micro", 0.05, 0.15, 0.29, times, {"AU4L"}, "anger")
    assert (planted.onset_frame, planted.apex_frame, planted.offset_frame) == (1, 3, 5)
    assert (planted.onset_s, planted.apex_s, planted.offset_s) == (0.05, 0.15, 0.29)
    assert planted.action_units == {"AU4L"}
    assert planted.label == "anger"
    assert Mark.of_times("micro", 0.0, math.nan, 0.1, times).apex_frame is None
    with pytest.raises(ValueError, match="no samples"):
        Mark.of_times("micro", 0.0, 0.1, 0.2, np.array([]))
