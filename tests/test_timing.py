"""Seconds, intervals and sampling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.timing import (
    Interval,
    clock_text,
    gap_free_runs,
    iou,
    joined,
    median_step,
    nearest_index,
)

seconds = st.floats(-1e4, 1e4, allow_nan=False)
intervals = st.tuples(seconds, seconds).map(lambda ends: Interval(min(ends), max(ends)))


def rising(least: int = 1) -> st.SearchStrategy[list[float]]:
    """Strictly rising times that a clock could tell apart."""
    steps = st.lists(st.integers(1, 5000), min_size=least, max_size=40)
    return steps.map(lambda s: [float(t) for t in np.cumsum(s) / 1000.0])


@pytest.mark.parametrize("bounds", [(1.0, 0.5), (float("nan"), 1.0), (0.0, float("inf"))])
def test_an_interval_needs_finite_bounds_in_order(bounds: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="interval"):
        Interval(*bounds)


def test_an_interval_contains_both_its_ends() -> None:
    part = Interval(1.0, 2.0)
    assert part.contains(1.0) and part.contains(2.0) and not part.contains(2.0001)
    assert part.duration_s == 1.0


@given(intervals, intervals)
def test_overlap_and_iou_do_not_depend_on_the_order(a: Interval, b: Interval) -> None:
    assert a.overlap_s(b) == b.overlap_s(a)
    assert iou(a, b) == pytest.approx(iou(b, a))
    assert 0.0 <= iou(a, b) <= 1.0


@given(intervals)
def test_iou_with_itself_is_one(a: Interval) -> None:
    assert iou(a, a) == 1.0


def test_iou_of_known_intervals() -> None:
    assert iou(Interval(0.0, 2.0), Interval(1.0, 3.0)) == pytest.approx(1.0 / 3.0)
    assert iou(Interval(0.0, 1.0), Interval(2.0, 3.0)) == 0.0
    assert iou(Interval(1.0, 1.0), Interval(2.0, 2.0)) == 0.0


def test_the_median_step_ignores_a_pause() -> None:
    assert median_step([0.0, 0.04, 0.08, 5.0, 5.04]) == pytest.approx(0.04)
    assert np.isnan(median_step([1.0])) and np.isnan(median_step([]))


@given(rising(), seconds)
def test_the_nearest_sample_is_nowhere_nearer(times: list[float], time_s: float) -> None:
    array = np.array(times)
    found = nearest_index(array, time_s)
    assert abs(array[found] - time_s) == np.min(np.abs(array - time_s))


def test_nearest_of_no_samples_is_refused() -> None:
    with pytest.raises(ValueError, match="no samples"):
        nearest_index(np.array([]), 1.0)


@given(rising(), st.data(), st.floats(0.001, 6.0))
def test_runs_hold_every_valid_sample_once_and_no_gap(
    times: list[float], data: st.DataObject, longest: float
) -> None:
    flags = data.draw(st.lists(st.booleans(), min_size=len(times), max_size=len(times)))
    array, valid = np.array(times), np.array(flags, dtype=bool)
    runs = gap_free_runs(array, valid, longest)
    inside = [i for run in runs for i in range(run.start, run.stop)]
    assert inside == list(np.flatnonzero(valid))
    for run in runs:
        assert np.all(np.diff(array[run]) <= longest)
    for before, after in zip(runs, runs[1:], strict=False):
        apart = array[after.start] - array[before.stop - 1]
        assert after.start > before.stop or apart > longest


def test_stretches_that_meet_become_one() -> None:
    spans = [Interval(5, 6), Interval(0, 2), Interval(1, 1.5), Interval(2, 3)]
    assert joined(spans) == [Interval(0, 3), Interval(5, 6)]
    assert joined([]) == []


@pytest.mark.parametrize(
    ("time_s", "text"),
    [
        (0.0, "0:00.000"),
        (4.5104, "0:04.510"),
        (59.9996, "1:00.000"),
        (3725.0, "1:02:05.000"),
        (-0.25, "-0:00.250"),
    ],
)
def test_times_are_written_as_people_read_them(time_s: float, text: str) -> None:
    assert clock_text(time_s) == text
