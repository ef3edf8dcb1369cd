"""Where a recording is not one continuous picture: repeats, jump cuts, key frames that show.

All of them are told by how much each picture differs from the one before, which a camera that runs
on changes only gradually.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unspoken.timing import median_step

__all__ = ["jump_cuts", "key_frame_pops", "repeated"]

#: Neighbours on each side that tell how much a picture usually jumps, seconds; at least two.
_NEAR_S = 0.13
#: Pictures around (seconds) that tell how much change is usual: most of it, because many may be
#: repeats. Less than this share of it is a repeat. Key frames are compared over half of it.
_WINDOW_S, _USUAL_PERCENTILE, _REPEAT_SHARE = 1.03, 85, 0.15
#: And it is less than this, grey levels: what an encoder refines in a picture it repeats.
_REPEAT_GREY = 0.4
#: An encoder that refines more does it again and again: such a repeat changes less than these
#: parts of the usual change and of both neighbouring ones, by no more than these grey levels, and
#: so do at least so many of the pictures around.
_DIP_SHARE, _DIP_NEIGHBOUR, _DIP_GREY, _DIP_RECURS = 0.35, 0.55, 1.2, 0.12
#: Share of repeats around from which the scene itself stands still.
_STILL = 0.9
#: A jump exceeds this many ICD and the neighbouring steps of the face by this factor.
_JUMP_ICD, _JUMP_FACTOR = 0.03, 3.0
#: The picture's change at a jump exceeds the neighbouring ones by this factor and grey levels.
_CUT_FACTOR, _LEAST_GREY = 1.8, 0.6
#: At a visible renewal the units jump by this factor more than usual, and by so many errors.
_POP_FACTOR, _POP_SIZE = 1.5, 0.5

Array = NDArray[np.float64]


def _pictures(times: Array, length_s: float, least: int) -> int:
    """How many pictures a length of time has."""
    step_s = median_step(times)
    return max(least, round(length_s / step_s)) if step_s > 0.0 else least


def repeated(times: Array, change: Array) -> NDArray[np.bool_]:
    """Pictures that show what the one before shows.

    Stricter than `unspoken.media.repeats.find_repeats`, because their evidence is left out.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Capture times, seconds.
    change : ndarray, shape (n,)
        `unspoken.media.frame.Frame.change`, NaN where unknown.

    Returns
    -------
    ndarray of bool, shape (n,)
        False throughout a scene that stands still by itself, as a frozen picture does.
    """
    # Slow to load, and not needed before the first second of evidence is there.
    from scipy.ndimage import percentile_filter, uniform_filter1d

    if change.size < 2:
        return np.zeros(change.size, dtype=bool)
    width = _pictures(times, _WINDOW_S, 5)
    known = np.isfinite(change)
    filled = np.where(known, change, 0.0)
    usual = percentile_filter(filled, _USUAL_PERCENTILE, size=width, mode="nearest")
    same = known & ((filled == 0.0) | (filled < np.minimum(_REPEAT_SHARE * usual, _REPEAT_GREY)))
    # What comes before the first and after the last is not known, so these are no dips.
    beside = np.minimum(np.r_[0.0, filled[:-1]], np.r_[filled[1:], 0.0])
    least = np.minimum(np.minimum(_DIP_SHARE * usual, _DIP_GREY), _DIP_NEIGHBOUR * beside)
    dip = known & (filled < least)
    same |= dip & (uniform_filter1d(dip.astype(np.float64), width, mode="nearest") > _DIP_RECURS)
    share = uniform_filter1d(same.astype(np.float64), width, mode="nearest")
    return np.asarray(same & (share < _STILL))


def jump_cuts(times: Array, x: Array, y: Array, icd: Array, change: Array) -> NDArray[np.bool_]:
    """First pictures after a cut that keeps the framing.

    Somebody cut a piece out of one take: face and picture jump from one frame to the next and were
    calm before and after.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Capture times, seconds.
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
    near = _pictures(times, _NEAR_S, 2)
    step = np.r_[0.0, np.hypot(np.diff(x), np.diff(y))] / icd
    step = np.nan_to_num(step, nan=0.0)
    leap = step > _JUMP_ICD + _JUMP_FACTOR * _others(step, near)
    out = leap & _stands_out(change, near)
    out[-2:] = False
    return np.asarray(out)


def key_frame_pops(times: Array, key: NDArray[np.bool_], jump: Array) -> NDArray[np.bool_]:
    """Key frames at which the evidence of most units jumps at once.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Capture times, seconds.
    key : ndarray of bool, shape (n,)
        Pictures the codec stored by themselves.
    jump : ndarray, shape (n,)
        Median over units of the step from the row before, in standard errors.

    Returns
    -------
    ndarray of bool, shape (n,)
        Footage that is mostly key frames has none: every picture is as new as the next.
    """
    width = _pictures(times, 0.5 * _WINDOW_S, 3) if key.size > 1 else 3
    if key.size < width or key.mean() > 0.3:
        return np.zeros(key.size, dtype=bool)
    from scipy.ndimage import percentile_filter

    usual = percentile_filter(np.nan_to_num(jump), 50, size=width, mode="nearest")
    return np.asarray(key & (jump > _POP_FACTOR * usual) & (jump > _POP_SIZE))


def _others(values: Array, near: int) -> Array:
    """Largest value among the neighbours on both sides, the place itself left out."""
    padded = np.pad(values, near, constant_values=0.0)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * near + 1).copy()
    windows[:, near] = 0.0
    return np.asarray(windows.max(axis=1))


def _stands_out(change: Array, near: int) -> NDArray[np.bool_]:
    known = np.nan_to_num(change, nan=0.0)
    return np.asarray(known > _CUT_FACTOR * _others(known, near) + _LEAST_GREY)
