"""One contract for every way of measuring displacement."""

from __future__ import annotations

import numpy as np
import pytest

from tests.motion.conftest import Portrait, amplitude_for, noisy
from unspoken.errors import UsageError
from unspoken.facs.units import UNIT_INDEX, UNIT_KEYS
from unspoken.motion.backend import Backend
from unspoken.motion.backends import BACKENDS, make_backend

#: Units on parts of the face with texture, which every back end must resolve.
CLEAR_UNITS = ("AU1L", "AU1R", "AU4L", "AU4R", "AU9L", "AU9R", "AU12L", "AU12R", "AU25")


@pytest.fixture(params=sorted(BACKENDS))
def backend(request: pytest.FixtureRequest, portrait: Portrait) -> Backend:
    """A back end that has already seen a second of the quiet face."""
    made = make_backend(request.param, portrait.template)
    for seed in range(30):
        made.measure(noisy(portrait.crop, seed))
    return made


def test_every_backend_gives_all_units_with_errors(backend: Backend, portrait: Portrait) -> None:
    measured = backend.measure(noisy(portrait.crop, 99))
    assert measured.amplitude.shape == measured.error.shape == (len(UNIT_KEYS),)
    assert measured.amplitude.dtype == measured.error.dtype == np.float32
    assert np.isfinite(measured.amplitude).all()
    assert (measured.error > 0).all()
    assert 0.0 <= measured.misfit <= 1.0


def test_an_unmoved_face_stays_within_four_standard_errors(
    backend: Backend, portrait: Portrait
) -> None:
    measured = backend.measure(noisy(portrait.crop, 77))
    assert (np.abs(measured.amplitude) < 4.0 * measured.error + 0.02).all()


@pytest.mark.parametrize("key", CLEAR_UNITS)
def test_a_planted_unit_of_0036_icd_is_among_the_two_strongest_with_its_sign(
    backend: Backend, portrait: Portrait, key: str
) -> None:
    planted = amplitude_for(key, 0.036, portrait.template)
    crop = portrait.moved({key: planted})
    quiet = np.mean([backend.measure(noisy(portrait.crop, s)).amplitude for s in range(5)], 0)
    found = np.mean([backend.measure(noisy(crop, s)).amplitude for s in range(5)], axis=0) - quiet
    score = found / backend.measure(noisy(crop, 9)).error
    assert found[UNIT_INDEX[key]] > 0.25 * planted
    assert key in [UNIT_KEYS[i] for i in np.argsort(-score)[:2]]


def test_a_brighter_picture_is_light_and_no_movement(backend: Backend, portrait: Portrait) -> None:
    quiet = backend.measure(noisy(portrait.crop, 5))
    bright = backend.measure(noisy(portrait.crop * 1.08 + 4.0, 5))
    assert bright.light > quiet.light + 0.05
    moved = np.abs(bright.amplitude - quiet.amplitude) / quiet.error
    assert np.median(moved) < 1.5


def test_a_shift_of_the_head_is_head_movement(backend: Backend, portrait: Portrait) -> None:
    shifted = np.roll(portrait.crop, 1, axis=1)
    measured = backend.measure(noisy(shifted, 5))
    assert measured.head[0] == pytest.approx(1.0, abs=0.35)


def test_an_unknown_backend_is_refused_with_the_list(portrait: Portrait) -> None:
    with pytest.raises(UsageError, match="direct, farneback, flow, points"):
        make_backend("guesswork", portrait.template)
