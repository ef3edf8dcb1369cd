"""A rough look: how far units moved according to the blendshape net.

The net cannot resolve micro-expressions, but it is not led astray by large ones. Where it says
that a unit has moved far since the template was taken, the measurement may look for it there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unspoken.face.nets import BLENDSHAPE_INDEX
from unspoken.facs.units import UNIT_KEYS

__all__ = ["UNREST", "rough_change"]

#: Blendshapes of each action unit; ``{}`` stands for Left or Right.
_SHAPES: dict[str, tuple[str, ...]] = {
    "AU1": ("browInnerUp",),
    "AU2": ("browOuterUp{}",),
    "AU4": ("browDown{}",),
    "AU5": ("eyeWide{}",),
    "AU6": ("cheekSquint{}",),
    "AU7": ("eyeSquint{}",),
    "AU9": ("noseSneer{}",),
    "AU10": ("mouthUpperUp{}",),
    "AU12": ("mouthSmile{}",),
    "AU14": ("mouthDimple{}",),
    "AU15": ("mouthFrown{}",),
    "AU16": ("mouthLowerDown{}",),
    "AU17": ("mouthShrugLower",),
    "AU18": ("mouthPucker",),
    "AU20": ("mouthStretch{}",),
    "AU22": ("mouthFunnel",),
    "AU24": ("mouthPressLeft", "mouthPressRight"),
    "AU25": ("mouthLowerDownLeft", "mouthLowerDownRight", "jawOpen"),
    "AU26": ("jawOpen",),
    "AU28": ("mouthRollLower", "mouthRollUpper"),
    "AU45": ("eyeBlink{}",),
}
#: Changes of a score below this free nothing: the net's own unrest, and movements so small that
#: pixels tell them better.
UNREST = 0.25
_SIDES = {"L": "Left", "R": "Right"}


def _indices(key: str) -> list[int]:
    paired = key[-1] in _SIDES
    code, side = (key[:-1], _SIDES[key[-1]]) if paired else (key, "")
    return [BLENDSHAPE_INDEX[name.format(side)] for name in _SHAPES[code]]


#: One row per unit; shorter lists repeat their last entry, which does not change a maximum.
_INDICES = np.array([(found + found[-1:] * 2)[:3] for found in map(_indices, UNIT_KEYS)])


def rough_change(
    before: NDArray[np.float32], now: NDArray[np.float32], unrest: float = UNREST
) -> NDArray[np.float32]:
    """How far each unit has moved between two looks of the net, either way.

    Parameters
    ----------
    before, now : ndarray of float32, shape (52,)
        Blendshape scores, 0..1.
    unrest : float
        Changes below this are the net's own.

    Returns
    -------
    ndarray of float32, shape (units,)
        Not negative; a change of score by 1 counts as amplitude 1. Zero within the net's unrest.
    """
    change = np.abs(now - before)
    moved = change[_INDICES].max(axis=1)
    return np.asarray(np.maximum(moved - np.float32(unrest), 0.0), dtype=np.float32)
