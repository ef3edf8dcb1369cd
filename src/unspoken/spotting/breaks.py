"""Where a recording is not one continuous picture: repeats, jump cuts, key frames that show.

All of them are told by how much each picture differs from the one before, which a camera that runs
on changes only gradually.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["exact_repeats", "jump_cuts", "key_frame_pops"]

#: Neighbouring pictures on each side that tell how much change is usual.
_NEAR = 4
#: Share of repeats around from which the scene itself stands still.
_STILL = 0.9
#: A jump exceeds this many ICD and the neighbouring steps of the face by this factor.
_JUMP_ICD, _JUMP_FACTOR = 0.03, 3.0
#: The picture's change at a jump or a renewal exceeds the neighbouring ones by these factors and by
#: so many grey levels.
_CUT_FACTOR, _POP_FACTOR, _LEAST_GREY = 1.8, 1.6, 0.6

Array = NDArray[np.float64]


def exact_repeats(change: Array) -> NDArray[np.bool_]:
    """Pictures that are the one before, pixel by pixel.

    Parameters
    ----------
    change : ndarray, shape (n,)
        `unspoken.media.frame.Frame.change`, NaN where unknown.

    Returns
    -------
    ndarray of bool, shape (n,)
        False throughout a scene that stands still by itself, as a frozen picture does.
    """
    same = change == 0.0
    if not same.any():
        return same
    # A half second at 30 Hz on each side.
    near = np.ones(31)
    around = np.convolve(same.astype(float), near, "same")
    count = np.convolve(np.ones(same.size), near, "same")
    middle = slice((max(near.size, same.size) - same.size) // 2, None)
    share = (around / count)[middle][: same.size]
    return np.asarray(same & (share < _STILL))


def jump_cuts(x: Array, y: Array, icd: Array, change: Array) -> NDArray[np.bool_]:
    """First pictures after a cut that keeps the framing.

    Somebody cut a piece out of one take: face and picture jump from one frame to the next and were
    calm before and after.

    Parameters
    ----------
    x, y, icd : ndarray, shape (n,)
        Place of the face and its inner-eye-corner distance, picture pixels; NaN allowed.
    change : ndarray, shape (n,)
        Change of the picture, grey levels.

    Returns
    -------
    ndarray of bool, shape (n,)
        The last two pictures cannot be judged.
    """
    if x.size < 4:
        return np.zeros(x.size, dtype=bool)
    step = np.r_[0.0, np.hypot(np.diff(x), np.diff(y))] / icd
    step = np.nan_to_num(step, nan=0.0)
    leap = step > _JUMP_ICD + _JUMP_FACTOR * _others(step)
    out = leap & _stands_out(change, _CUT_FACTOR)
    out[-2:] = False
    return np.asarray(out)


def key_frame_pops(key: NDArray[np.bool_], change: Array) -> NDArray[np.bool_]:
    """Key frames at which the whole picture changes at once, shape (n,).

    Footage of key frames alone has none: there every picture is as new as the next.
    """
    return np.asarray(key & _stands_out(change, _POP_FACTOR))


def _others(values: Array) -> Array:
    """Largest value among the neighbours on both sides, the place itself left out."""
    padded = np.pad(values, _NEAR, constant_values=0.0)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEAR + 1).copy()
    windows[:, _NEAR] = 0.0
    return np.asarray(windows.max(axis=1))


def _stands_out(change: Array, factor: float) -> NDArray[np.bool_]:
    known = np.nan_to_num(change, nan=0.0)
    return np.asarray(known > factor * _others(known) + _LEAST_GREY)
