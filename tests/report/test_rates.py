"""Rates carry the interval their count allows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from unspoken.report.rates import poisson_interval, rate


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.689), (1, 0.025, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)],
)
def test_interval_matches_the_printed_tables(count: int, low: float, high: float) -> None:
    """Exact 95 % limits as in the tables of Garwood and of Pearson & Hartley."""
    assert poisson_interval(count) == pytest.approx((low, high), abs=0.001)


@given(st.integers(1, 500), st.floats(0.5, 0.999))
def test_bounds_are_the_means_that_make_the_count_just_unlikely(count: int, level: float) -> None:
    low, high = poisson_interval(count, level)
    tail = (1 - level) / 2
    assert poisson.sf(count - 1, low) == pytest.approx(tail, rel=1e-6)
    assert poisson.cdf(count, high) == pytest.approx(tail, rel=1e-6)


def test_a_rate_is_per_minute_of_exposure() -> None:
    found = rate(6, 120.0)
    assert found.per_min == pytest.approx(3.0)
    assert (found.low, found.high) == pytest.approx(tuple(v / 2 for v in poisson_interval(6)))


def test_without_exposure_nothing_can_be_said() -> None:
    found = rate(0, 0.0)
    assert math.isnan(found.per_min)
    assert (found.low, found.high) == (0.0, math.inf)


@pytest.mark.parametrize(("count", "level"), [(-1, 0.95), (3, 0.0), (3, 1.0)])
def test_impossible_requests_are_refused(count: int, level: float) -> None:
    with pytest.raises(ValueError):
        poisson_interval(count, level)
