"""Rates and shares: intervals that hold, and say what is not known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.insight.estimates import degrees_of_freedom, rate, share


@pytest.mark.parametrize("customers", [6, 20, 40])
@pytest.mark.parametrize("spread", [2.0, 1.0])
def test_intervals_hold_the_true_rate_as_often_as_they_say(customers: int, spread: float) -> None:
    """93 to 99 %, with customers who differ (gamma) and differ in how long they were seen."""
    rng = np.random.default_rng(customers)
    held = 0
    for _ in range(1500):
        minutes = rng.gamma(4.0, 1.0, customers)
        count = rng.poisson(1.25 * minutes * rng.gamma(spread, 1.0 / spread, customers))
        held += rate(count.astype(float), minutes).holds(1.25)
    assert 0.93 <= held / 1500 <= 0.99


def test_one_loud_customer_widens_the_interval() -> None:
    minutes = np.full(20, 10.0)
    calm = np.full(20, 2.0)
    loud = calm.copy()
    loud[0] = 200.0
    assert rate(calm, minutes).high < 0.4
    estimate = rate(loud, minutes)
    assert estimate.low < 0.2 < estimate.value < estimate.high
    assert degrees_of_freedom(loud - loud.mean()) < 2.0


def test_nothing_seen_is_zero_up_to_a_limit_that_falls_with_time() -> None:
    none = np.zeros(8)
    short, long = rate(none, np.full(8, 1.0)), rate(none, np.full(8, 100.0))
    assert short.value == long.value == 0.0
    assert 0.0 < long.high < short.high
    assert long.high == pytest.approx(3.689 / 800.0, rel=1e-3)


def test_without_exposure_there_is_no_rate() -> None:
    assert math.isnan(rate(np.zeros(3), np.zeros(3)).value)


def test_a_single_customer_gives_no_upper_limit() -> None:
    assert rate(np.array([4.0]), np.array([2.0])).high == math.inf


#: None, or at least a frame or so; a rate over less than that overflows.
MINUTES = st.just(0.0) | st.floats(1e-4, 500.0)


@given(st.lists(st.tuples(st.integers(0, 50), MINUTES), min_size=1, max_size=30))
def test_the_interval_holds_its_own_value(rows: list[tuple[int, float]]) -> None:
    count, minutes = np.array(rows, dtype=float).T
    estimate = rate(np.where(minutes > 0, count, 0.0), minutes)
    assert math.isnan(estimate.value) or estimate.low <= estimate.value <= estimate.high


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_stays_between_none_and_all(pair: tuple[int, int]) -> None:
    estimate = share(*pair)
    assert 0.0 <= estimate.low <= estimate.value <= estimate.high <= 1.0
    assert estimate.low < estimate.high
