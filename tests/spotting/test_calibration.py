"""The false-alarm estimate agrees with what is drawn, and moves the right way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.spotting.calibration import FLOOR, Prior, TailCalibration

PRIOR = Prior(60.0, 0.33)


def fed(rng: np.random.Generator, per_min: float, slope: float, minutes: int) -> TailCalibration:
    calibration = TailCalibration(PRIOR)
    for _ in range(minutes):
        calibration.add_exposure(1.0)
        for _ in range(rng.poisson(per_min)):
            calibration.add_decoy(FLOOR + rng.exponential(slope))
    return calibration


@pytest.mark.parametrize(("per_min", "slope"), [(50.0, 0.4), (10.0, 1.0), (30.0, 2.0)])
def test_the_threshold_gives_the_asked_rate_on_exponential_tails(
    per_min: float, slope: float
) -> None:
    rng = np.random.default_rng(7)
    calibration = fed(rng, per_min, slope, 20)
    for asked in (0.1, 0.5, 2.0):
        threshold = calibration.threshold(asked)
        true = per_min * np.exp(-(threshold - FLOOR) / slope)
        assert asked / 2.5 < true < asked * 2.5


def test_before_anything_is_seen_the_prior_speaks() -> None:
    calibration = TailCalibration(PRIOR)
    assert calibration.rate(FLOOR) == pytest.approx(60.0, rel=0.01)
    unknown = calibration.threshold(0.125)
    known = fed(np.random.default_rng(1), 60.0, 0.33, 5).threshold(0.125)
    assert 4.5 < known < 6.5 < unknown < 12.0  # what is not known yet costs sensitivity


def test_stated_rates_are_right_on_average_over_short_recordings() -> None:
    """Also far out in the tail, where one recording alone has shown nothing yet."""
    rng = np.random.default_rng(3)
    expected = {0.125: 0.0, 0.5: 0.0}
    for _ in range(400):
        slope = 0.33 / rng.gamma(PRIOR.peaks, 1.0 / PRIOR.peaks)  # as the prior says they vary
        calibration = fed(rng, 60.0, slope, 1)
        for asked in expected:
            excess = calibration.threshold(asked) - FLOOR
            expected[asked] += 60.0 * np.exp(-excess / slope) / 400
    for asked, got in expected.items():
        assert asked / 1.5 < got < asked * 1.5


def test_footage_without_decoys_lowers_the_rate() -> None:
    quiet = TailCalibration(PRIOR)
    quiet.add_exposure(5.0)
    assert quiet.rate(4.0) < TailCalibration(PRIOR).rate(4.0) / 5


@given(st.lists(st.floats(3.0, 30.0), max_size=60), st.floats(0.1, 20.0))
def test_a_higher_statistic_is_never_more_often_false(decoys: list[float], minutes: float) -> None:
    calibration = TailCalibration(PRIOR)
    calibration.add_exposure(minutes)
    for decoy in decoys:
        calibration.add_decoy(decoy)
    rates = [calibration.rate(s) for s in np.linspace(3.0, 30.0, 28)]
    assert all(a >= b * 0.999 for a, b in zip(rates, rates[1:], strict=False))
    assert calibration.threshold(0.1) >= calibration.threshold(1.0) >= FLOOR


def test_old_footage_is_forgotten() -> None:
    calibration = TailCalibration(PRIOR)
    calibration.add_exposure(1.0)
    for _ in range(50):
        calibration.add_decoy(8.0)
    loud = calibration.threshold(0.5)
    for _ in range(60):
        calibration.add_exposure(1.0)
    assert calibration.threshold(0.5) < loud - 1.0


def test_memory_is_bounded() -> None:
    calibration = TailCalibration(PRIOR)
    for i in range(5000):
        calibration.add_decoy(3.0 + i % 7)
    assert calibration.decoys <= 600
