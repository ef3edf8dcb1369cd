"""Comparisons: within customers where possible, quiet about loud customers, plain about too few."""

from __future__ import annotations

import math

import numpy as np
import pytest

from unspoken.insight.contrasts import compare


def test_a_habitual_frowner_filmed_mostly_in_one_step_makes_no_difference() -> None:
    rng = np.random.default_rng(1)
    minutes = np.full((20, 2), 10.0)
    minutes[0] = (60.0, 2.0)
    rates = np.full(20, 0.3)
    rates[0] = 30.0
    count = rng.poisson(rates[:, None] * minutes).astype(float)
    pooled = (count[:, 0].sum() / minutes[:, 0].sum()) / (count[:, 1].sum() / minutes[:, 1].sum())
    found = compare(count, minutes, 0, [1])
    assert pooled > 2.0
    assert found.design == "within"
    assert found.ratio.holds(1.0) and found.p_value > 0.05


def test_the_interval_holds_the_true_ratio_and_excludes_one_when_it_should() -> None:
    rng = np.random.default_rng(2)
    held = found = 0
    for _ in range(400):
        minutes = rng.gamma(5.0, 1.0, (40, 2)) * (1.0, 4.0)
        activity = rng.gamma(2.0, 0.5, 40)[:, None]
        count = rng.poisson(0.4 * activity * minutes * (2.5, 1.0)).astype(float)
        result = compare(count, minutes, 0, [1])
        held += result.ratio.holds(2.5)
        found += not result.ratio.holds(1.0)
        assert (result.p_value < 0.05) == (not result.ratio.holds(1.0))
    assert 0.93 <= held / 400 <= 0.98
    assert found / 400 > 0.95


def test_different_customers_are_compared_between() -> None:
    rng = np.random.default_rng(3)
    minutes = np.zeros((40, 2))
    minutes[:20, 0] = minutes[20:, 1] = 30.0
    count = rng.poisson(np.where(minutes > 0, minutes * (0.9, 0.3), 0.0)).astype(float)
    result = compare(count, minutes, 0, [1])
    assert (result.design, result.customers, result.customers_other) == ("between", 20, 20)
    assert result.ratio.holds(3.0) and not result.ratio.holds(1.0)


@pytest.mark.parametrize(("kind", "limit"), [("within", 0.05), ("between", 0.06)])
def test_without_a_difference_one_in_twenty_at_most_is_called_one(kind: str, limit: float) -> None:
    rng = np.random.default_rng(4)
    called = 0
    for _ in range(600):
        minutes = rng.gamma(5.0, 1.0, (16, 2))
        if kind == "between":
            minutes[:8, 0] = minutes[8:, 1] = 0.0
        activity = rng.gamma(1.0, 1.0, 16)[:, None]
        count = rng.poisson(0.5 * activity * minutes).astype(float)
        called += compare(count, minutes, 0, [1]).p_value < 0.05
    assert called / 600 <= limit + 0.02


def test_four_customers_are_not_enough_and_it_says_what_is() -> None:
    minutes = np.full((4, 2), 10.0)
    result = compare(np.ones((4, 2)), minutes, 0, [1])
    assert result.design == "" and math.isnan(result.p_value)
    assert "at least 5" in result.reason and "1 more" in result.reason


def test_a_handful_of_moments_is_not_enough() -> None:
    count = np.zeros((30, 2))
    count[:5, 0] = 1.0
    result = compare(count, np.full((30, 2), 10.0), 0, [1])
    assert "5 such moments in all" in result.reason and math.isnan(result.p_value)


def test_nothing_on_one_side_has_a_limit_on_the_other() -> None:
    count = np.zeros((30, 2))
    count[:20, 1] = 1.0
    minutes = np.full((30, 2), 10.0)
    none, only = compare(count, minutes, 0, [1]), compare(count, minutes, 1, [0])
    assert none.ratio.value == 0.0 and 0.0 < none.ratio.high < 1.0
    assert only.ratio.value == math.inf and only.ratio.low == pytest.approx(1 / none.ratio.high)
    assert none.p_value == pytest.approx(only.p_value) and none.p_value < 0.001


def test_swapping_the_sides_turns_the_ratio_over() -> None:
    rng = np.random.default_rng(5)
    minutes = rng.gamma(5.0, 1.0, (20, 2))
    count = rng.poisson(minutes * (1.0, 0.5)).astype(float)
    there, back = compare(count, minutes, 0, [1]), compare(count, minutes, 1, [0])
    assert there.ratio.value == pytest.approx(1.0 / back.ratio.value)
    assert there.p_value == pytest.approx(back.p_value)
