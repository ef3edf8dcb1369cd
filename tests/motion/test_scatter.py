"""The stated error follows what the amplitudes really do."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from unspoken.motion.scatter import ScatterScale

Floats = NDArray[np.float64]


def stated(values: Floats, claimed: float, rate_hz: float = 30.0) -> Floats:
    """Stated errors of a series of samples, shape of `values`."""
    scatter = ScatterScale(values.shape[1])
    error = np.full(values.shape[1], claimed, np.float32)
    rows = [
        scatter.push(i / rate_hz, value.astype(np.float32), error) for i, value in enumerate(values)
    ]
    return np.array(rows, dtype=np.float64)


@pytest.mark.parametrize("real", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("rate_hz", [15.0, 30.0, 60.0])
def test_white_noise_is_stated_as_large_as_it_is(real: float, rate_hz: float) -> None:
    noise = real * 0.01 * np.random.default_rng(1).standard_normal((round(30 * rate_hz), 40))
    late = stated(noise, 0.01, rate_hz)[noise.shape[0] // 3 :]
    # The share for a person's own way of moving adds a little.
    assert np.median(late) == pytest.approx(real * 0.01, rel=0.15)
    within = np.abs(noise[noise.shape[0] // 3 :]) < late
    assert 0.62 < within.mean() < 0.76


def test_slow_drift_does_not_count_as_scatter() -> None:
    rng = np.random.default_rng(2)
    times = np.arange(600) / 30.0
    noise = 0.01 * rng.standard_normal((600, 20)) + 0.2 * np.sin(0.3 * times)[:, None]
    assert np.median(stated(noise, 0.01)[300:]) < 0.025


def test_a_rare_expression_leaves_the_scale_alone_but_is_itself_uncertain() -> None:
    noise = 0.01 * np.random.default_rng(3).standard_normal((600, 20))
    moved = noise.copy()
    moved[450:460] += 0.3
    quiet, busy = stated(noise, 0.01), stated(moved, 0.01)
    assert np.median(busy[500:]) == pytest.approx(np.median(quiet[500:]), rel=0.3)
    assert np.median(busy[452:458]) > 0.04


def test_one_units_unrest_is_no_other_units_business() -> None:
    noise = 0.01 * np.random.default_rng(4).standard_normal((600, 2))
    noise[:, 1] *= 4.0
    late = np.median(stated(noise, 0.01)[200:], axis=0)
    assert late[0] == pytest.approx(0.01, rel=0.25)
    assert late[1] == pytest.approx(0.04, rel=0.25)


def test_nothing_is_compared_across_a_hole_in_time() -> None:
    scatter = ScatterScale(1)
    error = np.full(1, 0.01, np.float32)
    for second in range(50):  # every sample a second after the last, each somewhere else
        scatter.push(float(second), np.full(1, second % 2, np.float32), error)
    assert scatter.scale == pytest.approx(1.0)
