"""Where a recording is not one continuous picture: repeats, jump cuts, key frames that show.

All of them are told by how much each picture differs from the one before, which a camera that runs
on changes only gradually.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["jump_cuts", "key_frame_pops", "repeated"]

#: Neighbouring pictures on each side that tell how much change is usual.
_NEAR = 4
#: Pictures (one second at 30 Hz) that tell how much change is usual: most of it, because many
#: may be repeats. Less than this share of it is a repeat.
_WINDOW, _USUAL_PERCENTILE, _REPEAT_SHARE = 31, 85, 0.15
#: And it is less than this, grey levels: what an encoder refines in a picture it repeats.
_REPEAT_GREY = 0.4
#: Share of repeats around from which the scene itself stands still.
_STILL = 0.9
#: A jump exceeds this many ICD and the neighbouring steps of the face by this factor.
_JUMP_ICD, _JUMP_FACTOR = 0.03, 3.0
#: The picture's change at a jump exceeds the neighbouring ones by this factor and grey levels.
_CUT_FACTOR, _LEAST_GREY = 1.8, 0.6
#: At a visible renewal the units jump by this factor more than usual, and by so many errors.
_POP_FACTOR, _POP_SIZE = 1.5, 0.5

Array = NDArray[np.float64]


def repeated(change: Array) -> NDArray[np.bool_]:
    """Pictures that show what the one before shows.

    Stricter than `unspoken.media.repeats.find_repeats`, because their evidence is left out.

    Parameters
    ----------
    change : ndarray, shape (n,)
        `unspoken.media.frame.Frame.change`, NaN where unknown.

    Returns
    -------
    ndarray of bool, shape (n,)
        False throughout a scene that stands still by itself, as a frozen picture does.
    """
    # Slow to load, and not needed before the first second of evidence is there.
    from scipy.ndimage import percentile_filter, uniform_filter1d

    known = np.isfinite(change)
    filled = np.where(known, change, 0.0)
    usual = percentile_filter(filled, _USUAL_PERCENTILE, size=_WINDOW, mode="nearest")
    same = known & ((filled == 0.0) | (filled < np.minimum(_REPEAT_SHARE * usual, _REPEAT_GREY)))
    share = uniform_filter1d(same.astype(np.float64), _WINDOW, mode="nearest")
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
    out = leap & _stands_out(change)
    out[-2:] = False
    return np.asarray(out)


def key_frame_pops(key: NDArray[np.bool_], jump: Array) -> NDArray[np.bool_]:
    """Key frames at which the evidence of most units jumps at once.

    Parameters
    ----------
    key : ndarray of bool, shape (n,)
        Pictures the codec stored by themselves.
    jump : ndarray, shape (n,)
        Median over units of the step from the row before, in standard errors.

    Returns
    -------
    ndarray of bool, shape (n,)
        Footage that is mostly key frames has none: every picture is as new as the next.
    """
    if key.size < _WINDOW // 2 or key.mean() > 0.3:
        return np.zeros(key.size, dtype=bool)
    from scipy.ndimage import percentile_filter

    usual = percentile_filter(np.nan_to_num(jump), 50, size=_WINDOW // 2, mode="nearest")
    return np.asarray(key & (jump > _POP_FACTOR * usual) & (jump > _POP_SIZE))


def _others(values: Array) -> Array:
    """Largest value among the neighbours on both sides, the place itself left out."""
    padded = np.pad(values, _NEAR, constant_values=0.0)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEAR + 1).copy()
    windows[:, _NEAR] = 0.0
    return np.asarray(windows.max(axis=1))


def _stands_out(change: Array) -> NDArray[np.bool_]:
    known = np.nan_to_num(change, nan=0.0)
    return np.asarray(known > _CUT_FACTOR * _others(known) + _LEAST_GREY)
