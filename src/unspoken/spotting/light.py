"""Light and camera: steps, slow changes, flicker, a camera that shakes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["change_over", "flickers", "light_steps", "shakes"]

#: Relative change of brightness within 0.2 s.
_LIGHT_STEP = 0.03
#: The same, within twice this many seconds.
_LIGHT_DRIFT, _DRIFT_S = 0.06, 0.5
#: Flicker: window and its spacing (s), least rate (Hz), least amplitude (relative), least share of
#: all changes that is at one rate.
_FLICKER_S, _FLICKER_STEP_S = 2.0, 0.25
_FLICKER_HZ, _FLICKER_SIZE, _FLICKER_PURE = 1.2, 0.004, 0.6
#: Shake: mean movement of the background from look to look (0.06 s), ICD and pixels; over so long.
_SHAKE_ICD, _SHAKE_PX, _SHAKE_S = 0.025, 0.6, 0.3
#: The face goes along: what is left of the movement, relative to the background, is less than this.
_TOGETHER = 0.5

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


def change_over(times: Array, values: Array, back_s: float, ahead_s: float) -> Array:
    """Difference of a signal between two moments around each instant; 0.0 where unknown."""
    known = np.isfinite(values)
    if known.sum() < 2:
        return np.zeros(times.size)
    t, v = times[known], values[known]
    change = np.interp(times + ahead_s, t, v) - np.interp(times - back_s, t, v)
    return np.where(known, change, 0.0)


def light_steps(times: Array, light: Array) -> Mask:
    """Where the face's brightness changes at once, or by much within a second."""
    level = np.log(np.where(light > 0, light, np.nan))
    at_once = np.abs(change_over(times, level, 0.1, 0.1)) > _LIGHT_STEP
    slowly = np.abs(change_over(times, level, _DRIFT_S, _DRIFT_S)) > _LIGHT_DRIFT
    return np.asarray(at_once | slowly)


def flickers(times: Array, light: Array) -> Mask:
    """Where the face's brightness pulses at one rate.

    Mains light flickers at 100 or 120 Hz; a camera's frame rate turns that into a slow pulse, or
    into none at all when it divides the rate.

    Parameters
    ----------
    times, light : ndarray, shape (n,)
        Seconds, relative brightness; NaN allowed.
    """
    out = np.zeros(times.size, dtype=bool)
    known = np.isfinite(light) & (light > 0)
    if known.sum() < 16 or times[-1] - times[0] < _FLICKER_S:
        return out
    step = float(np.median(np.diff(times)))
    grid = np.arange(times[0], times[-1], step)
    signal = np.log(np.interp(grid, times[known], light[known]))
    width = round(_FLICKER_S / step)
    if signal.size <= width or signal.std() < 0.25 * _FLICKER_SIZE:
        return out
    starts = np.arange(0, signal.size - width + 1, max(1, round(_FLICKER_STEP_S / step)))
    windows = np.lib.stride_tricks.sliding_window_view(signal, width)[starts]
    x = np.linspace(-1, 1, width)
    basis = np.linalg.qr(np.stack([np.ones(width), x, x * x], axis=1))[0]
    windows = windows - (windows @ basis) @ basis.T
    power = np.abs(np.fft.rfft(windows * np.hanning(width), axis=1)) ** 2
    rate = np.fft.rfftfreq(width, step)
    fast = rate >= _FLICKER_HZ
    peak = np.flatnonzero(fast)[np.argmax(power[:, fast], axis=1)]
    near = np.abs(np.arange(rate.size)[None, :] - peak[:, None]) <= 1
    pure = (power * near).sum(axis=1) / np.maximum(power[:, 1:].sum(axis=1), 1e-20)
    # It goes on throughout: a blink or a nod in one part of the window is no pulse.
    parts = np.stack([part.std(axis=1) for part in np.array_split(windows, 3, axis=1)])
    size = np.sqrt(2.0) * parts.min(axis=0)
    for start in starts[(pure > _FLICKER_PURE) & (size > _FLICKER_SIZE)]:
        first, last = grid[start] + 0.2 * _FLICKER_S, grid[start + width - 1] - 0.2 * _FLICKER_S
        out |= (times >= first) & (times <= last)
    return out & known


def shakes(times: Array, shift_x: Array, shift_y: Array, x: Array, y: Array, icd: Array) -> Mask:
    """Where the background moves and the face moves with it.

    Parameters
    ----------
    times : ndarray, shape (n,)
        Seconds.
    shift_x, shift_y : ndarray, shape (n,)
        Movement of the background since the last look, pixels; NaN where unknown or not looked.
    x, y, icd : ndarray, shape (n,)
        Place of the face and its inner-eye-corner distance, pixels.
    """
    known = np.isfinite(shift_x) | np.isfinite(shift_y)
    if known.sum() < 2:
        return np.zeros(times.size, dtype=bool)
    moved, apart = np.zeros(times.size), np.zeros(times.size)
    for shift, place in ((shift_x, x), (shift_y, y)):
        looked = np.flatnonzero(known)
        went = np.zeros(times.size)
        went[looked[1:]] = np.nan_to_num(np.diff(place[looked]))
        own = np.nan_to_num(shift, nan=0.0)
        moved += own**2
        apart += np.where(np.isfinite(shift), own - went, 0.0) ** 2
    moved, apart = np.sqrt(moved), np.sqrt(apart)
    step = max(float(np.median(np.diff(times))), 1e-3) if times.size > 1 else 1.0
    width = max(3, round(_SHAKE_S / step))
    kernel = np.ones(width)
    count = np.convolve(known.astype(float), kernel, "same")[: times.size]
    mean = np.convolve(np.where(known, moved, 0.0), kernel, "same")[: times.size]
    alone = np.convolve(np.where(known, apart, 0.0), kernel, "same")[: times.size]
    together = alone < _TOGETHER * mean
    mean = mean / np.maximum(count, 1.0)
    usual = float(np.nanmedian(icd)) if np.isfinite(icd).any() else np.inf
    return np.asarray((count >= 2) & together & (mean > max(_SHAKE_ICD * usual, _SHAKE_PX)))
