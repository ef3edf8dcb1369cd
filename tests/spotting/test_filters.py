"""The filter bank measures what was planted, and says how well it could."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.spotting.simulate import rise_and_fall
from unspoken.spotting.filters import BANK_S, filter_evidence, pulse

Array = NDArray[np.float64]


def planted(
    times: Array,
    at: float = 3.0,
    total: float = 0.35,
    size: float = 0.5,
    units: int = 2,
    onset_share: float = 0.4,
) -> Array:
    y = np.zeros((len(times), units))
    y[:, 0] = size * rise_and_fall(
        times, at - onset_share * total, at, at + (1 - onset_share) * total
    )
    return y


def test_pulse_peaks_at_one_and_is_zero_outside_its_duration() -> None:
    offsets = np.linspace(-1, 1, 2001)
    shape = pulse(offsets, 0.5)
    assert shape.max() == pytest.approx(1.0) and offsets[np.argmax(shape)] == pytest.approx(0)
    assert np.all(shape[(offsets < -0.2) | (offsets > 0.3)] == 0)


@pytest.mark.parametrize("fps", [25, 30, 60, 200])
def test_the_planted_amplitude_comes_back_at_its_own_duration(fps: float) -> None:
    times = np.arange(0, 6, 1 / fps)
    y = planted(times) + 0.7  # any zero of the evidence will do
    found = filter_evidence(times, y, np.full_like(y, 0.02))
    k = BANK_S.index(0.35)
    best = np.argmax(found.amplitude[:, 0, k])
    assert found.amplitude[best, 0, k] == pytest.approx(0.5, rel=0.06)
    assert found.times_s[best] == pytest.approx(3.0, abs=0.02)
    assert np.abs(found.amplitude[:, 1, k]).max() < 1e-6


def test_a_sloping_baseline_leaves_nothing() -> None:
    times = np.arange(0, 6, 1 / 30)
    y = np.outer(times, [0.3, -0.2])
    found = filter_evidence(times, y, np.full_like(y, 0.02))
    assert np.abs(found.amplitude).max() < 1e-6


def test_the_stated_error_is_the_scatter_of_the_fit_under_white_noise() -> None:
    rng = np.random.default_rng(3)
    times = np.arange(0, 200, 1 / 30)
    y = rng.normal(size=(len(times), 4)) * [0.01, 0.02, 0.04, 0.08]
    found = filter_evidence(times, y, np.broadcast_to([0.01, 0.02, 0.04, 0.08], y.shape))
    for k in range(1, len(BANK_S)):
        known = np.isfinite(found.error[:, 0, k])
        ratio = found.amplitude[known, :, k].std(axis=0) / np.median(
            found.error[known, :, k], axis=0
        )
        assert np.all((ratio > 0.8) & (ratio < 1.2)), (k, ratio)


def test_faster_footage_gives_a_smaller_error_for_the_same_movement() -> None:
    errors = []
    for fps in (30, 60, 120):
        times = np.arange(0, 6, 1 / fps)
        y = np.zeros((len(times), 1))
        found = filter_evidence(times, y, np.full_like(y, 0.02))
        errors.append(np.median(found.error[:, 0, BANK_S.index(0.25)]))
    assert errors[0] / errors[1] == pytest.approx(np.sqrt(2), rel=0.1)
    assert errors[1] / errors[2] == pytest.approx(np.sqrt(2), rel=0.15)


def test_a_movement_with_fewer_than_three_frames_cannot_be_seen() -> None:
    times = np.arange(0, 6, 1 / 15)
    y = np.zeros((len(times), 1))
    found = filter_evidence(times, y, np.full_like(y, 0.02))
    assert np.all(np.isinf(found.error[:, :, :3]))  # 0.08, 0.12, 0.17 s
    assert np.isfinite(found.error[45, 0, BANK_S.index(0.25)])


def test_nothing_is_fitted_where_frames_are_missing() -> None:
    times = np.arange(0, 8, 1 / 30)
    times = times[(times < 3) | (times > 3.2)]
    y = np.zeros((len(times), 1))
    found = filter_evidence(times, y, np.full_like(y, 0.02))
    inside = (found.times_s > 3.05) & (found.times_s < 3.15)
    assert np.all(np.isinf(found.error[inside, 0, BANK_S.index(0.17)]))
    assert np.all(found.amplitude[inside, 0, BANK_S.index(0.17)] == 0)


def test_irregular_frames_give_the_amplitude_too() -> None:
    rng = np.random.default_rng(1)
    times = np.cumsum(rng.choice([1 / 24, 1 / 30], size=180))
    found = filter_evidence(times, planted(times), np.full((180, 2), 0.02))
    assert found.amplitude[:, 0, BANK_S.index(0.35)].max() == pytest.approx(0.5, rel=0.1)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_too_few_samples_give_an_empty_response(n: int) -> None:
    found = filter_evidence(np.arange(n) / 30, np.zeros((n, 3)), np.ones((n, 3)))
    assert found.amplitude.shape == (0, 3, len(BANK_S)) and found.times_s.size == 0


def test_a_unit_never_measured_is_unknown_and_leaves_the_others_alone() -> None:
    times = np.arange(0, 6, 1 / 30)
    y = planted(times)
    error = np.full_like(y, 0.02)
    y[:, 1], error[:, 1] = np.nan, np.nan
    found = filter_evidence(times, y, error)
    assert np.all(np.isinf(found.error[:, 1])) and np.all(found.amplitude[:, 1] == 0)
    assert found.amplitude[:, 0, BANK_S.index(0.35)].max() == pytest.approx(0.5, rel=0.06)
