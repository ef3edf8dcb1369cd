"""Arrows that show where and which way the measured action units move, on the apex picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.basis import load_basis
from unspoken.motion.crop import crop_transform, to_crop
from unspoken.report.pictures import PICTURE_PX

__all__ = ["Arrow", "unit_arrows"]

#: Length of the longest arrow in a picture, pixels; directions and relative lengths are measured,
#: the size is drawn far larger than the movement.
_LONGEST_PX = 30.0
_SHORTEST_PX = 13.0


@dataclass(frozen=True, slots=True)
class Arrow:
    """A unit drawn on a picture.

    Parameters
    ----------
    unit : str
        Key of `UNIT_KEYS`.
    x, y : float
        Foot of the arrow, picture pixels.
    dx, dy : float
        From foot to tip, picture pixels.
    """

    unit: str
    x: float
    y: float
    dx: float
    dy: float


@lru_cache(maxsize=1)
def _places() -> NDArray[np.float64]:
    """The canonical mesh in picture pixels, shape (478, 2)."""
    points = load_basis().points
    return to_crop(crop_transform(points, PICTURE_PX), points[:, :2])


def unit_arrows(units: dict[str, float]) -> list[Arrow]:
    """One arrow per unit, at the point of the face it moves most.

    Parameters
    ----------
    units : dict of str to float
        Amplitudes by unit, as in `Event.action_units`.

    Returns
    -------
    list of Arrow
        In the order of the units; empty for no units.
    """
    basis = load_basis()
    places = _places()
    moved = []
    for key, amplitude in units.items():
        field = basis.field(key)[:, :2] * amplitude
        strongest = int(np.argmax((field * field).sum(axis=1)))
        moved.append((key, places[strongest], field[strongest].astype(np.float64)))
    longest = max((float(np.hypot(*step)) for _, _, step in moved), default=0.0)
    if longest <= 0.0:
        return []
    arrows = []
    for key, place, step in moved:
        size = float(np.hypot(*step))
        if size > 0.0:
            drawn = step * (max(_SHORTEST_PX, _LONGEST_PX * size / longest) / size)
            x, y, dx, dy = (float(v) for v in (*place, *drawn))
            arrows.append(Arrow(key, x, y, dx, dy))
    return arrows
