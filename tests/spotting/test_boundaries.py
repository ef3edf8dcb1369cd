"""Onset, apex and offset are where they were planted, for smooth and for straight movements."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.spotting.simulate import rise_and_fall
from unspoken.spotting.boundaries import smooth, trace_of, walk


def test_a_smooth_movement_is_found_within_a_tenth_of_its_rise() -> None:
    times = np.arange(0, 5, 1 / 60)
    trace = 0.4 + 0.5 * rise_and_fall(times, 2.0, 2.4, 3.0)
    found = walk(times, trace, 2.1, 2.9, sigma=0.0)
    assert found is not None and found.ended
    assert found.onset_s == pytest.approx(2.0, abs=0.04)
    assert found.apex_s == pytest.approx(2.4, abs=0.02)
    assert found.offset_s == pytest.approx(3.0, abs=0.06)
    assert found.height == pytest.approx(0.5, abs=0.03)


def test_a_straight_ramp_is_found_within_a_tenth_of_its_rise() -> None:
    times = np.arange(0, 5, 1 / 60)
    trace = np.interp(times, [2.0, 2.4, 3.0], [0.0, 1.0, 0.0])
    found = walk(times, trace, 1.9, 3.1, sigma=0.0)
    assert found is not None
    assert found.onset_s == pytest.approx(2.0, abs=0.05)
    assert found.offset_s == pytest.approx(3.0, abs=0.07)


def test_the_apex_lies_between_frames_where_the_parabola_says() -> None:
    times = np.arange(0, 3, 0.1)
    found = walk(times, np.maximum(0.0, 1 - (times - 1.23) ** 2), 0.9, 1.6, sigma=0.0, base=0.0)
    assert found is not None and found.apex_s == pytest.approx(1.23, abs=0.005)


def test_a_movement_that_does_not_come_back_has_not_ended() -> None:
    times = np.arange(0, 5, 1 / 30)
    trace = np.clip((times - 2) / 0.3, 0, 1)
    found = walk(times, trace, 1.9, 4.9, sigma=0.0, base=0.0)
    assert found is not None and not found.ended and found.offset_s == times[-1]


def test_flat_and_empty_traces_have_no_bounds() -> None:
    times = np.arange(0, 2, 1 / 30)
    assert walk(times, np.zeros(60), 0.5, 1.0, sigma=0.01) is None
    assert walk(times[:0], np.zeros(0), 0.5, 1.0, sigma=0.01) is None


def test_missing_units_do_not_move_the_trace() -> None:
    y = np.array([[1.0, 3.0], [1.0, np.nan], [np.nan, np.nan]])
    trace = trace_of(y, np.array([1.0, 1.0]))
    assert trace[:2] == pytest.approx([2.0, 1.0]) and np.isnan(trace[2])


@given(st.floats(0.03, 0.3), st.integers(10, 60))
def test_smoothing_keeps_a_constant(width: float, n: int) -> None:
    times = np.cumsum(np.full(n, 1 / 30))
    assert smooth(times, np.full(n, 0.7), width) == pytest.approx(0.7)
