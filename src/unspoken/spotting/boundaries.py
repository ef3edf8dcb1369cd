"""Where a movement begins, peaks and ends, from the frames themselves.

The filter bank knows roughly when; this module walks the frames. Its trace is the weighted sum of
the units that took part. The beginning is where the rise, extended downwards from its
first tenth, meets the baseline: a compromise between straight ramps and smooth starts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bounds", "smooth", "trace_of", "walk"]

Array = NDArray[np.float64]
#: Smallest part of the peak the walk goes down to.
_LOW = 0.10
#: How far rise and fall are extended beyond `_LOW`: 1.0 is exact for a straight ramp (and a tenth
#: of the rise short for a smooth one), 2.0 for a smooth one (and a tenth too far for a ramp).
#: Movements start more sharply than they die away.
_REACH = {-1: 1.4, +1: 2.0}


@dataclass(frozen=True, slots=True)
class Bounds:
    """A movement on its trace.

    Parameters
    ----------
    onset_s, apex_s, offset_s : float
        Seconds.
    height : float
        Peak over the baseline, unit of the trace.
    shift : float
        Level after minus level before, unit of the trace.
    ended : bool
        Whether the trace came back within what could be seen.
    """

    onset_s: float
    apex_s: float
    offset_s: float
    height: float
    shift: float
    ended: bool


def trace_of(amplitude: Array, weights: Array) -> Array:
    """Weighted sum of units over time, ignoring missing values; shape (n,)."""
    good = np.isfinite(amplitude)
    total = np.where(good, amplitude, 0.0) @ weights
    present = good.astype(np.float64) @ np.abs(weights)
    return np.where(present > 0, total / np.maximum(present, 1e-12), np.nan)


def smooth(times: Array, values: Array, width_s: float) -> Array:
    """Moving average, twice (a triangle), over unevenly spaced samples.

    Parameters
    ----------
    times, values : ndarray, shape (n,)
        Rising seconds and values.
    width_s : float
        Standard deviation of the triangle, seconds. Less than half a step changes nothing.
    """
    if times.size < 3 or width_s < 0.5 * float(np.median(np.diff(times))):
        return values
    half = width_s * np.sqrt(1.5)
    first = np.searchsorted(times, times - half - 1e-9)
    last = np.searchsorted(times, times + half + 1e-9)
    for _ in range(2):
        total = np.r_[0.0, np.cumsum(values)]
        values = (total[last] - total[first]) / (last - first)
    return values


def walk(
    times: Array,
    trace: Array,
    start_s: float,
    stop_s: float,
    sigma: float,
    *,
    base: float | None = None,
) -> Bounds | None:
    """Walk out from the peak between two times until the trace is back at its baseline.

    Parameters
    ----------
    times, trace : ndarray, shape (n,)
        Seconds and the smoothed trace.
    start_s, stop_s : float
        Where the peak is; flanks as long as half of this (0.1 to 0.5 s) give the local baseline.
    sigma : float
        Noise of the trace: the walk does not go below 1.5 of it, nor of how much the trace
        wanders on the flank before the movement.
    base : float, optional
        A known baseline instead of the flanks.

    Returns
    -------
    Bounds or None
        None when there is nothing to walk on or the trace does not rise above its baseline.
    """
    inside = np.flatnonzero((times >= start_s) & (times <= stop_s))
    if inside.size == 0 or times.size < 4:
        return None
    line, shift, wander = _baseline(times, trace, start_s, stop_s, base)
    over = trace - line
    peak = int(inside[np.argmax(over[inside])])
    height = float(over[peak])
    if height <= 0:
        return None
    low = float(np.clip(1.5 * max(sigma, wander) / height, _LOW, 0.35))
    apex_s, top = _parabola(times, over, peak)
    left = _side(times, over, peak, -1, low, height)
    right = _side(times, over, peak, +1, low, height)
    onset = times[0] if left is None else left
    offset = times[-1] if right is None else right
    apex_s = float(np.clip(apex_s, onset, offset))
    return Bounds(float(onset), apex_s, float(offset), max(top, height), shift, right is not None)


def _baseline(
    times: Array, trace: Array, start: float, stop: float, base: float | None
) -> tuple[Array, float, float]:
    """Level under the movement, change of level across it, and wander before it.

    The level is the line through the flanks (flat beyond them), or the known one.
    """
    flank = float(np.clip(0.5 * (stop - start), 0.1, 0.5))
    before = trace[(times >= start - flank) & (times < start)]
    after = trace[(times > stop) & (times <= stop + flank)]
    fallback = float(np.min(trace))
    level_after = float(np.median(after)) if after.size else None
    level_before = float(np.median(before)) if before.size else (level_after or fallback)
    level_after = level_before if level_after is None else level_after
    wander = 1.4826 * float(np.median(np.abs(before - level_before))) if before.size > 3 else 0.0
    shift = level_after - level_before
    if base is not None:
        return np.full(times.shape, base), shift, wander
    return np.asarray(np.interp(times, [start, stop], [level_before, level_after])), shift, wander


def _parabola(times: Array, values: Array, peak: int) -> tuple[float, float]:
    """Vertex through the peak and its neighbours."""
    if peak in (0, times.size - 1):
        return float(times[peak]), float(values[peak])
    t = times[peak - 1 : peak + 2] - times[peak]
    a, b, c = np.linalg.solve(np.vander(t, 3), values[peak - 1 : peak + 2])
    if a >= 0:
        return float(times[peak]), float(values[peak])
    shift = float(np.clip(-b / (2 * a), t[0], t[2]))
    return float(times[peak]) + shift, float(c - b * b / (4 * a))


def _side(
    times: Array, over: Array, peak: int, step: int, low: float, height: float
) -> float | None:
    """Time where one side meets the baseline; None when it does not within the samples."""
    path = over[peak::step] / height
    below = np.flatnonzero(path < low)
    if below.size == 0:
        return None
    end, high = int(below[0]), low + 0.3
    start = int(np.flatnonzero(path[: end + 1] >= high)[-1])
    clock = times[peak::step]
    t_low = _cross(clock, path, end, low)
    t_high = _cross(clock, path, min(start + 1, end), high)
    return t_low + _REACH[step] * (t_low - t_high) * low / 0.3


def _cross(clock: Array, path: Array, index: int, level: float) -> float:
    """Linear interpolation of where the path falls through a level before a sample."""
    a, b = path[index - 1], path[index]
    share = float(np.clip((a - level) / (a - b), 0.0, 1.0)) if a > b else 1.0
    return float(clock[index - 1] + share * (clock[index] - clock[index - 1]))
