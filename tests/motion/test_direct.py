"""What direct alignment promises beyond the common contract."""

from __future__ import annotations

import numpy as np
import pytest

from tests.motion.conftest import Portrait, amplitude_for, noisy
from unspoken.facs.units import UNIT_INDEX, UNIT_KEYS, unit_of
from unspoken.motion.direct import DirectAlignment

BROW = [i for i, key in enumerate(UNIT_KEYS) if unit_of(key)[0].region == "brow"]
MOUTH = [i for i, key in enumerate(UNIT_KEYS) if unit_of(key)[0].region in ("mouth", "jaw")]


def settled(portrait: Portrait, frames: int = 40) -> DirectAlignment:
    backend = DirectAlignment(portrait.template)
    for seed in range(frames):
        backend.measure(noisy(portrait.crop, seed))
    return backend


@pytest.mark.parametrize("key", ["AU1L", "AU2R", "AU4L", "AU7R", "AU9L", "AU10R", "AU22", "AU25"])
@pytest.mark.parametrize("icd", [0.02, 0.05])
def test_amplitude_is_measured_within_a_fifth(portrait: Portrait, key: str, icd: float) -> None:
    planted = amplitude_for(key, icd, portrait.template)
    backend = settled(portrait)
    quiet = np.mean([backend.measure(noisy(portrait.crop, s)).amplitude for s in range(8)], 0)
    crop = portrait.moved({key: planted})
    found = np.mean([backend.measure(noisy(crop, s)).amplitude for s in range(8)], axis=0) - quiet
    assert found[UNIT_INDEX[key]] == pytest.approx(planted, rel=0.2)


def test_claimed_errors_match_the_scatter_under_sensor_noise(portrait: Portrait) -> None:
    """The median ratio of scatter to claimed error is near one: neither boast nor modesty."""
    backend = settled(portrait)
    runs = [backend.measure(noisy(portrait.crop, 1000 + s)) for s in range(60)]
    scatter = np.std([r.amplitude for r in runs], axis=0)
    assert 0.6 < float(np.median(scatter / runs[-1].error)) < 1.4


def test_errors_grow_with_noise(portrait: Portrait) -> None:
    quiet = settled(portrait)
    loud = DirectAlignment(portrait.template)
    for seed in range(40):
        loud.measure(noisy(portrait.crop, seed, sigma=6.0))
    a = quiet.measure(noisy(portrait.crop, 50)).error
    b = loud.measure(noisy(portrait.crop, 50, sigma=6.0)).error
    assert (b > 1.3 * a).mean() > 0.9


def test_a_talking_mouth_costs_the_mouth_its_certainty_but_not_the_brow(portrait: Portrait) -> None:
    backend = settled(portrait)
    before = backend.measure(noisy(portrait.crop, 60)).error
    rng = np.random.default_rng(4)
    y, x = np.mgrid[0:160, 0:160]
    mouth = np.exp(-(((x - 80) / 22.0) ** 2 + ((y - 118) / 12.0) ** 2)).astype(np.float32)
    for seed in range(40):  # unexplained pictures where the mouth is
        crop = noisy(portrait.crop, seed) + mouth * rng.normal(0, 25, (160, 160))
        after = backend.measure(crop.astype(np.float32)).error
    assert np.median(after[MOUTH] / before[MOUTH]) > 1.15
    assert np.median(after[BROW] / before[BROW]) < 1.1


def test_two_units_at_once_are_told_apart(portrait: Portrait) -> None:
    planted = {
        "AU1L": amplitude_for("AU1L", 0.04, portrait.template),
        "AU25": amplitude_for("AU25", 0.04, portrait.template),
    }
    backend = settled(portrait)
    crop = portrait.moved(planted)
    for seed in range(5):
        measured = backend.measure(noisy(crop, seed))
    for key, amplitude in planted.items():
        assert measured.amplitude[UNIT_INDEX[key]] == pytest.approx(amplitude, rel=0.3)
    assert abs(measured.amplitude[UNIT_INDEX["AU1R"]]) < 0.25 * planted["AU1L"]


def test_a_black_crop_gives_no_information_but_no_fault(portrait: Portrait) -> None:
    backend = settled(portrait)
    measured = backend.measure(np.zeros_like(portrait.crop))
    assert np.isfinite(measured.amplitude).all()
