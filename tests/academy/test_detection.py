"""Sensitivity, criterion, shares and calibration come with intervals that mean what they say."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.academy.calibration import CONFIDENCE, calibration
from unspoken.academy.detection import detection, proportion


def test_an_example_worked_by_hand_from_a_table_of_the_normal_distribution() -> None:
    """20 of 25 hits, 10 of 25 false alarms: rates 20.5/26 and 10.5/26, z 0.801 and -0.243."""
    found = detection(20, 25, 10, 25)
    assert found.d_prime == pytest.approx(0.801 + 0.2435, abs=0.001)
    assert found.criterion == pytest.approx(-(0.801 - 0.2435) / 2, abs=0.001)


def test_perfect_scores_stay_finite() -> None:
    found = detection(10, 10, 0, 10)
    assert 3.0 < found.d_prime < 4.0
    assert found.criterion == pytest.approx(0.0, abs=1e-12)


def test_without_catch_trials_there_is_no_sensitivity() -> None:
    assert isnan(detection(5, 10, 0, 0).d_prime)
    assert isnan(proportion(0, 0).value)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="hits"):
        detection(11, 10, 0, 10)
    with pytest.raises(ValueError, match="count"):
        proportion(3, 2)


@given(st.integers(1, 200), st.data())
def test_a_share_lies_in_its_interval_and_the_interval_in_0_to_1(
    of: int, data: st.DataObject
) -> None:
    share = proportion(data.draw(st.integers(0, of)), of)
    assert 0.0 <= share.low <= share.value + 1e-12
    assert share.value - 1e-12 <= share.high <= 1.0


def test_saying_something_was_there_every_time_moves_the_criterion_not_the_sensitivity() -> None:
    eager = detection(84, 84, 36, 36)
    assert abs(eager.d_prime) < 0.5
    assert eager.criterion < -2.0


def test_the_interval_of_sensitivity_covers_the_truth() -> None:
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(400):
        hits, false_alarms = rng.binomial(84, 0.84), rng.binomial(36, 0.16)
        found = detection(int(hits), 84, int(false_alarms), 36)
        inside += found.d_prime_low <= 1.98892 <= found.d_prime_high
    assert inside / 400 > 0.92


def test_the_sure_who_are_wrong_are_over_confident() -> None:
    sure = calibration([(4, False)] * 6 + [(4, True)] * 4)
    modest = calibration([(1, True)] * 8 + [(2, True)] * 2)
    assert sure.over_confidence > 0.5
    assert modest.over_confidence < -0.5
    assert dict(sure.steps)[4].value == pytest.approx(0.4)
    assert isnan(calibration([]).brier)


def test_over_confidence_is_told_only_by_enough_answers() -> None:
    """Sure (95 %) and right in four of five: too few answers tell nothing, many do."""
    few, many = (calibration([(4, True)] * 4 * n + [(4, False)] * n) for n in (1, 20))
    assert few.over_confidence == pytest.approx(0.15) == many.over_confidence
    assert few.over_confidence_low < 0 < few.over_confidence_high
    assert many.over_confidence_low > 0
    assert many.stated == pytest.approx(0.95) and many.right.of == 100


def test_who_is_right_as_often_as_stated_is_rarely_told_otherwise() -> None:
    rng = np.random.default_rng(7)
    stated = {step: chance for step, _word, chance in CONFIDENCE}
    told = 0
    for _ in range(300):
        steps = rng.integers(1, 5, size=120)
        found = calibration((int(s), bool(rng.random() < stated[int(s)])) for s in steps)
        told += not found.over_confidence_low <= 0 <= found.over_confidence_high
    assert told / 300 < 0.05
