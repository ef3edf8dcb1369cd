"""Intervals of shares, rates and anything else over clips."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.bench.metrics import (
    Counts,
    bootstrap_over_clips,
    false_alarm_rate,
    share,
    wilson_interval,
)


def test_wilson_against_published_values() -> None:
    """Newcombe 1998 (doi 10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E)."""
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson_interval(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


@given(st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_in_its_interval_and_mirrors(case: tuple[int, int]) -> None:
    hits, trials = case
    one = share(hits, trials)
    assert 0.0 <= one.low <= one.high <= 1.0
    if trials:
        assert one.low <= one.value <= one.high
        assert wilson_interval(trials - hits, trials) == pytest.approx((1 - one.high, 1 - one.low))
    else:
        assert math.isnan(one.value)


@pytest.mark.parametrize(("hits", "trials", "level"), [(-1, 3, 0.9), (4, 3, 0.9), (1, 3, 1.0)])
def test_shares_that_cannot_be_are_refused(hits: int, trials: int, level: float) -> None:
    with pytest.raises(ValueError, match="lie"):
        wilson_interval(hits, trials, level)


def test_false_alarms_are_pooled_over_clips_and_quiet_clips_count() -> None:
    """Three alarms in six minutes; exact 95 % interval of a count of 3: 0.619 to 8.767."""
    rate = false_alarm_rate([(3, 60.0), (0, 180.0), (0, 120.0)])
    assert rate.per_min == pytest.approx(0.5)
    assert (rate.low, rate.high) == pytest.approx((0.6187 / 6, 8.7673 / 6), abs=1e-4)


def test_no_alarm_is_not_a_rate_of_zero_for_sure() -> None:
    rate = false_alarm_rate([(0, 60.0)])
    assert (rate.per_min, rate.low) == (0.0, 0.0)
    assert rate.high == pytest.approx(3.689, abs=1e-3)


@pytest.mark.parametrize("clip", [(-1, 10.0), (1, 0.0), (0, -1.0), (0, math.nan)])
def test_alarms_that_cannot_be_are_refused(clip: tuple[int, float]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        false_alarm_rate([clip])


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def test_the_bootstrap_agrees_with_theory_for_a_mean() -> None:
    """400 independent values of spread 1: the interval is 1.96/20 to either side."""
    clips = np.random.default_rng(1).normal(5.0, 1.0, 400).tolist()
    estimate = bootstrap_over_clips(clips, mean, seed=7)
    assert estimate.value == pytest.approx(mean(clips))
    assert estimate.high - estimate.low == pytest.approx(2 * 1.96 / 20, rel=0.12)
    assert estimate.low < 5.0 < estimate.high


def test_drawing_clips_is_wider_than_drawing_events_that_come_in_bunches() -> None:
    """Ten clips of twenty hits or twenty misses are ten trials, not two hundred."""
    clips = [(20, 20)] * 5 + [(0, 20)] * 5

    def detection(drawn: Sequence[tuple[int, int]]) -> float:
        return sum(hits for hits, _ in drawn) / sum(trials for _, trials in drawn)

    clustered = bootstrap_over_clips(clips, detection, seed=1)
    low, high = wilson_interval(100, 200)
    assert clustered.high - clustered.low > 3 * (high - low)


def test_the_bootstrap_is_repeatable_and_leaves_out_what_cannot_be_computed() -> None:
    clips = [Counts(2, 1, 1), Counts(), Counts(0, 0, 3)]

    def f1(drawn: Sequence[Counts]) -> float:
        return Counts.total(drawn).f1

    one, two = (bootstrap_over_clips(clips, f1, seed=3, draws=300) for _ in range(2))
    assert one == two
    # All three draws hit the empty clip once in 27: no F1 there.
    assert 250 < one.draws < 300
    assert 0.0 <= one.low <= one.value <= one.high <= 1.0


def test_few_clips_give_no_interval() -> None:
    single = bootstrap_over_clips([0.5], mean, seed=0)
    assert single.value == 0.5
    assert math.isnan(single.low)
    assert math.isnan(bootstrap_over_clips([], mean, seed=0).value)
    with pytest.raises(ValueError, match="needs draws"):
        bootstrap_over_clips([0.5], mean, seed=0, draws=0)
