"""What the way a head is held pretends is learned and not told as an expression."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.spotting.simulate import Face, rise_and_fall
from unspoken.facs.basis import load_basis
from unspoken.facs.units import UNIT_INDEX, UNIT_KEYS
from unspoken.spotting.posture import BENT_ICD, PRETENDED_ICD, learn_posture
from unspoken.spotting.spotter import spot

UNITS = len(UNIT_KEYS)
BROW = UNIT_INDEX["AU1L"]


def _wander(n: int, seed: int, size_deg: float = 2.0) -> NDArray[np.float64]:
    """Slow turns of the head: samples 0.1 s apart, shape (n, 2)."""
    steps = np.random.default_rng(seed).normal(size=(n + 60, 2))
    smooth = np.apply_along_axis(lambda s: np.convolve(s, np.ones(31), "same"), 0, steps)[
        30 : n + 30
    ]
    return np.asarray(size_deg * smooth / smooth.std(axis=0))


def test_a_slope_and_a_bend_that_the_evidence_shows_are_learned() -> None:
    pose = _wander(3000, 1)
    rng = np.random.default_rng(2)
    values = 0.01 * rng.normal(size=(3000, UNITS))
    values[:, BROW] += 0.03 * pose[:, 1] + 0.006 * pose[:, 0] ** 2
    learned = learn_posture(pose, values, np.full(UNITS, 0.01**2), 0.1)
    told, _ = learned.explains(learned.centre + np.array([[0.0, 2.0], [3.0, 0.0]]))
    assert told[0, BROW] == pytest.approx(0.03 * 2.0, rel=0.1)
    assert told[1, BROW] == pytest.approx(0.006 * 9.0 + 2 * 0.006 * learned.centre[0] * 3, rel=0.1)
    assert np.abs(np.delete(told, BROW, axis=1)).max() < 0.015


def test_before_anything_was_seen_a_turned_head_only_makes_uncertain() -> None:
    none = np.zeros((0, 2))
    learned = learn_posture(none, np.zeros((0, UNITS)), np.full(UNITS, 1e-4), 0.1)
    told, variance = learned.explains(np.array([[0.0, 0.0], [0.0, 3.0], [np.nan, np.nan]]))
    peak = load_basis().peak_icd[BROW, 0]
    assert np.all(told == 0.0) and np.all(variance[[0, 2]] == 0.0)
    wanted = np.hypot(PRETENDED_ICD * 3.0, BENT_ICD * 9.0) / peak
    assert np.sqrt(variance[1, BROW]) == pytest.approx(wanted, rel=1e-6)


def test_more_footage_makes_it_surer() -> None:
    pose, spread = _wander(600, 3), np.full(UNITS, 0.02**2)
    values = 0.02 * np.random.default_rng(4).normal(size=(600, UNITS))
    far = np.array([[2.0, 3.0]])
    _, little = learn_posture(pose[:60], values[:60], spread, 0.1).explains(far)
    _, much = learn_posture(pose, values, spread, 0.1).explains(far)
    assert np.all(much < little)


@pytest.mark.parametrize("length_s", [0.8, 2.5])
def test_brows_raised_only_as_the_head_goes_low_are_not_told(length_s: float) -> None:
    """The same evidence is a raised brow when the head stays where it is."""

    def face(*, nods: bool) -> Face:
        made = Face(90.0, seed=5).drift(0.01)
        pitch = np.interp(made.times, np.arange(900) * 0.1, _wander(900, 11, 0.8)[:, 1])
        rise = 0.35 * length_s
        for start in (20.0, 45.0, 70.0):
            hold = length_s - 2.0 * rise
            pitch -= 4.0 * rise_and_fall(made.times, start, start + rise, start + length_s, hold)
        for key in ("AU1L", "AU1R", "AU2L", "AU2R"):
            made.amplitude[:, UNIT_INDEX[key]] += 0.008 * pitch**2
        if nods:
            made.pose[:, 1] = pitch
        return made

    brows = {"AU1L", "AU1R", "AU2L", "AU2R"}
    seen, calm = (
        [e for e in spot(face(nods=nods).rows()) if brows & set(e.action_units)]
        for nods in (True, False)
    )
    assert len(calm) >= 2
    assert seen == []
