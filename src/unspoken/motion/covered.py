"""What a hand before the face leaves to be measured.

An action unit shows where it moves the skin. When the part of its field with most of that movement
lies behind a hand, the picture says nothing about it; a unit elsewhere is measured as before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from unspoken.face.observation import HandOverFace
from unspoken.facs.basis import load_basis

__all__ = ["Covered", "covered_by"]

#: Share of a unit's squared displacement behind a hand from which it cannot be measured.
_HIDDEN = 0.35
#: Mesh points on the skin; those of the irises move with no unit.
_SKIN_POINTS = 468
#: Inner eye corners and nose base: half way between them the upper face ends.
_EYE_CORNERS, _NOSE_BASE = (133, 362), 2


@dataclass(frozen=True, slots=True)
class Covered:
    """How much of a face lies behind a hand.

    Parameters
    ----------
    share, upper, lower : float
        Of the mesh points of the whole face, its upper and its lower part (border: half way between
        inner eye corners and nose base), 0..1.
    since_s : float
        When the face was last seen free, seconds.
    units : ndarray of bool, shape (units,)
        Units of `unspoken.facs.units.UNIT_KEYS` that cannot be measured.
    """

    share: float
    upper: float
    lower: float
    since_s: float
    units: NDArray[np.bool_]


@lru_cache(maxsize=1)
def _where() -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Share of each unit's squared displacement at each point, and which points lie above."""
    basis = load_basis()
    energy = (basis.fields[:, :_SKIN_POINTS].astype(np.float64) ** 2).sum(axis=2)
    height = basis.points[:, 1]
    border = 0.5 * (height[list(_EYE_CORNERS)].mean() + height[_NOSE_BASE])
    shares = energy / energy.sum(axis=1, keepdims=True)
    return shares.astype(np.float32), np.asarray(height[:_SKIN_POINTS] < border)


def covered_by(hand: HandOverFace | None) -> Covered | None:
    """What a hand covers; None without a hand."""
    if hand is None:
        return None
    shares, above = _where()
    behind = hand.covered[:_SKIN_POINTS]
    return Covered(
        share=float(behind.mean()),
        upper=float(behind[above].mean()),
        lower=float(behind[~above].mean()),
        since_s=hand.since_s,
        units=shares @ behind.astype(np.float32) > _HIDDEN,
    )
