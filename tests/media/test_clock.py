"""Time stamps become rising seconds, and the facts say what the stamps were like."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from unspoken.media.clock import ClockRecorder, RisingClock
from unspoken.media.facts import ClockFacts

TICK_S = 1 / 90000
stamps = st.one_of(st.none(), st.floats(-1e5, 1e5, allow_subnormal=False))


def facts_of(times_s: NDArray[np.float64] | list[float], tick_s: float = TICK_S) -> ClockFacts:
    recorder = ClockRecorder(tick_s, 25.0)
    for time_s in times_s:
        recorder.add(float(time_s))
    return recorder.facts()


@given(st.lists(stamps, max_size=60), st.sampled_from([0.0, 1e-6, TICK_S, 0.001, 0.04]))
def test_handed_out_times_always_rise(read: list[float | None], tick_s: float) -> None:
    """Whatever a broken container says, time moves on and stays finite."""
    clock = RisingClock(tick_s)
    times = [clock.place(stamp) for stamp in read]
    assert all(b > a for a, b in zip(times, times[1:], strict=False))
    assert all(map(math.isfinite, times))
    assert clock.restarts <= clock.repeated <= len(read)


@given(st.lists(st.integers(-(10**12), 10**12), unique=True, max_size=60))
def test_rising_stamps_pass_untouched(ticks: list[int]) -> None:
    """A healthy clock is handed on bit for bit, and nothing is counted."""
    read = [tick / 90000 for tick in sorted(ticks)]
    clock = RisingClock(TICK_S)
    assert [clock.place(stamp) for stamp in read] == read
    assert clock.repeated == clock.restarts == 0


@given(st.integers(1, 30))
def test_repeated_stamps_never_push_the_next_one(repeats: int) -> None:
    """However often a stamp repeats, one a tick later still passes untouched."""
    clock = RisingClock(0.001)
    for _ in range(repeats + 1):
        clock.place(2.0)
    assert clock.repeated == repeats
    assert clock.place(2.001) == 2.001
    assert clock.repeated == repeats


def test_missing_stamp_comes_one_step_later() -> None:
    clock = RisingClock(TICK_S)
    times = [clock.place(stamp) for stamp in (1.0, 1.04, None, 1.12)]
    assert times == pytest.approx([1.0, 1.04, 1.08, 1.12])
    assert clock.repeated == 1


def test_clock_without_any_stamp_uses_the_step_it_was_given() -> None:
    clock = RisingClock(TICK_S, 0.02)
    assert [clock.place(None) for _ in range(3)] == pytest.approx([0.0, 0.02, 0.04])
    assert clock.repeated == 3


def test_restarted_clock_is_carried_on() -> None:
    """Two recordings joined byte by byte: the second follows one step after the first."""
    read = [i / 25 for i in range(50)] * 2
    clock = RisingClock(TICK_S)
    times = np.array([clock.place(stamp) for stamp in read])
    assert np.diff(times) == pytest.approx(np.full(99, 0.04))
    assert (clock.restarts, clock.repeated) == (1, 1)


def test_one_wild_stamp_is_no_restart() -> None:
    """A single stamp far back costs one picture's time and no more."""
    read = [i / 25 for i in range(50)]
    read[30] = 0.0
    clock = RisingClock(TICK_S)
    times = np.array([clock.place(stamp) for stamp in read])
    assert times == pytest.approx(np.arange(50) / 25)
    assert clock.repeated == 1


def test_empty_and_single_clock_have_no_rate() -> None:
    empty, single = facts_of([]), facts_of([3.5])
    assert empty.frames == 0
    assert math.isnan(empty.start_s)
    assert math.isnan(empty.median_rate_hz)
    assert (single.frames, single.start_s, single.end_s) == (1, 3.5, 3.5)
    assert math.isnan(single.median_rate_hz)
    assert not single.variable_rate
    assert not single.micro_possible


@given(
    st.lists(st.floats(1e-4, 2.0), min_size=1, max_size=80),
    st.floats(-1000.0, 1000.0),
)
def test_facts_agree_with_the_times(steps: list[float], start_s: float) -> None:
    """Start, longest step and gaps are what the plain definition says."""
    times = start_s + np.concatenate(([0.0], np.cumsum(steps)))
    facts = facts_of(times)
    taken = np.diff(times)
    median = float(np.median(taken))
    assert facts.frames == times.size
    assert facts.start_s == times[0]
    assert facts.end_s == pytest.approx(times[-1] + median)
    assert facts.longest_step_s == taken.max()
    assert facts.median_rate_hz == pytest.approx(1 / median, abs=1e-6)
    assert facts.gaps == tuple(
        (times[i], times[i + 1]) for i in np.flatnonzero(taken > 1.5 * median)
    )
    assert facts.missing_frames >= len(facts.gaps)


@pytest.mark.parametrize("rate", [24000 / 1001, 24, 25, 30000 / 1001, 30, 50, 60, 120, 200])
@pytest.mark.parametrize("tick_s", [0.001, 1 / 600, 1 / 15360, TICK_S, 1e-6])
def test_rounding_to_the_containers_clock_is_not_a_variable_rate(
    rate: float, tick_s: float
) -> None:
    """MKV counts milliseconds: 29.97 Hz becomes steps of 33 and 34 ms, which is constant."""
    times = np.round(np.arange(600) / rate / tick_s) * tick_s
    facts = facts_of(times, tick_s)
    assert not facts.variable_rate
    assert facts.missing_frames == 0


def test_milliseconds_copied_to_a_finer_clock_are_not_a_variable_rate() -> None:
    times = np.round(np.arange(600) / 29.97, 3)
    assert not facts_of(times, 1 / 16000).variable_rate


@pytest.mark.parametrize("tick_s", [1 / 120, 0.001, 1 / 15360])
def test_parts_of_24_and_30_hz_are_a_variable_rate(tick_s: float) -> None:
    """Also when the container's tick is as coarse as the difference of the steps."""
    steps = np.r_[np.full(120, 1 / 24), np.full(120, 1 / 30)]
    times = np.round(np.r_[0.0, np.cumsum(steps)] / tick_s) * tick_s
    facts = facts_of(times, tick_s)
    assert facts.variable_rate
    assert facts.missing_frames == 0


def test_jittery_camera_is_a_variable_rate() -> None:
    rng = np.random.default_rng(3)
    times = np.arange(300) / 30 + rng.uniform(-0.004, 0.004, 300)
    facts = facts_of(times)
    assert facts.variable_rate
    assert 0.003 < facts.jitter_s < 0.006


def test_camera_halving_its_rate_is_a_variable_rate() -> None:
    """Auto exposure in the dark: 30 Hz falls to 15 Hz for a while."""
    steps = np.r_[np.full(100, 1 / 30), np.full(50, 1 / 15)]
    assert facts_of(np.r_[0.0, np.cumsum(steps)]).variable_rate


def test_lost_pictures_are_gaps_in_a_constant_rate() -> None:
    kept = np.delete(np.arange(300), [50, 120, 121, 122, 200])
    facts = facts_of(kept / 30)
    assert not facts.variable_rate
    assert facts.missing_frames == 5
    assert [round(b - a, 4) for a, b in facts.gaps] == [0.0667, 0.1333, 0.0667]


def test_micro_needs_twenty_pictures_a_second() -> None:
    assert facts_of(np.arange(50) / 20).micro_possible
    assert not facts_of(np.arange(50) / 15).micro_possible
