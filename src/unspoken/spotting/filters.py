"""Evidence: how much each action unit looks like a movement of a given duration, at every instant.

A facial movement rises, peaks and falls. For every unit and every duration of a small bank this
module fits ``a * shape(t) + c + d * t`` by weighted least squares in a window around each instant
and returns ``a`` with its standard error. The local line ``c + d * t`` takes the baseline away, so
drift, a held smile or a changed template zero do not matter. What is decided from it is the
business of `unspoken.spotting.decide`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from unspoken.timing import median_step

__all__ = [
    "BANK_S",
    "HALF_WINDOW_S",
    "MIN_SAMPLES",
    "ONSET_SHARE",
    "FilterResponse",
    "filter_evidence",
    "pulse",
]

#: Total durations of the bank, seconds. Longer movements belong to `unspoken.spotting.excursions`.
BANK_S: tuple[float, ...] = (0.08, 0.12, 0.17, 0.25, 0.35, 0.5, 0.7, 1.0)
#: Share of the duration spent rising; labelled micro-expressions have medians of 0.32 to 0.43.
ONSET_SHARE = 0.4
#: Fewer samples than this inside a movement cannot show that it rose and fell again.
MIN_SAMPLES = 2.9
#: The bank never works on a finer grid than this; faster footage is averaged, not thrown away.
FINEST_STEP_S = 0.016
_FLANK_S = (0.15, 0.6)
#: Evidence needed on both sides of an instant to fit every shape of the bank, seconds.
HALF_WINDOW_S = BANK_S[-1] * (1.0 - ONSET_SHARE) + _FLANK_S[1]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FilterResponse:
    """Best-fitting amplitudes over time.

    Parameters
    ----------
    times_s : ndarray, shape (times,)
        Assumed apex, seconds, on a uniform grid.
    durations_s : ndarray, shape (shapes,)
        Total durations, seconds.
    amplitude : ndarray, shape (times, units, shapes)
        Fitted peak amplitude, unit of the evidence; 0.0 where it cannot be fitted.
    error : ndarray, shape (times, units, shapes)
        Its standard error if the evidence had nothing but its own white noise (the Cramer-Rao
        bound); infinite where nothing can be fitted: at edges, in gaps, at too low a frame rate.
    """

    times_s: Array
    durations_s: Array
    amplitude: Array
    error: Array


def pulse(offsets_s: Array, duration_s: float, onset_share: float = ONSET_SHARE) -> Array:
    """Unit-peak movement: raised-cosine rise and fall, apex at offset 0.

    Parameters
    ----------
    offsets_s : ndarray
        Time from the apex, seconds.
    duration_s : float
        Onset to offset, seconds.
    onset_share : float
        Part of the duration before the apex, 0..1.

    Returns
    -------
    ndarray
        Same shape, 0..1.
    """
    rise, fall = onset_share * duration_s, (1.0 - onset_share) * duration_s
    phase = np.where(offsets_s < 0, offsets_s / rise, offsets_s / fall)
    return np.where(np.abs(phase) < 1.0, 0.5 + 0.5 * np.cos(np.pi * phase), 0.0)


def filter_evidence(
    times_s: Array,
    amplitude: NDArray[np.floating],
    error: NDArray[np.floating],
    *,
    start_s: float | None = None,
    stop_s: float | None = None,
    durations_s: tuple[float, ...] = BANK_S,
) -> FilterResponse:
    """Fit every shape of the bank at every instant of one uninterrupted stretch of evidence.

    Parameters
    ----------
    times_s : ndarray, shape (n,)
        Strictly rising capture times, seconds. Steps may vary; frames may be missing.
    amplitude, error : ndarray, shape (n, units)
        Evidence and its standard error. NaN where a unit was not measured.
    start_s, stop_s : float, optional
        Give answers for apexes in ``[start_s, stop_s)`` only; the rest is context.
    durations_s : tuple of float
        The bank, seconds, rising.

    Returns
    -------
    FilterResponse
        With no times when there are fewer than three samples or nothing in the asked interval.
    """
    units, shapes = amplitude.shape[1], len(durations_s)
    start = times_s[0] if start_s is None and times_s.size else start_s
    stop = np.inf if stop_s is None else stop_s
    empty = np.zeros((0, units, shapes))
    bank = np.asarray(durations_s, dtype=np.float64)
    if times_s.size < 3 or start is None:
        return FilterResponse(np.zeros(0), bank, empty, empty)
    row_step = median_step(times_s)
    step = row_step * max(1, round(FINEST_STEP_S / row_step))
    basis, half = _basis(round(step, 7), tuple(durations_s))
    stop = min(stop, times_s[-1] + 0.5 * step)
    anchor = times_s[min(np.searchsorted(times_s, start), times_s.size - 1)]
    first = int(np.ceil((start - anchor) / step - 1e-6))
    count = int(np.ceil((stop - anchor) / step - 1e-6)) - first
    if count <= 0:
        return FilterResponse(np.zeros(0), bank, empty, empty)
    grid = anchor + step * np.arange(first - half, first + count + half)
    values, weights, scale, lost = _on_grid(times_s, amplitude, error, grid, step)
    fitted, spread = _fit(values, weights, basis, shapes)
    fitted[:, lost, :] = 0.0
    errors = spread[:, None, :] * scale[None, :, None]
    errors[:, lost, :] = np.inf
    too_short = bank < MIN_SAMPLES * row_step
    fitted[:, :, too_short] = 0.0
    errors[:, :, too_short] = np.inf
    return FilterResponse(grid[half : half + count], bank, fitted, errors)


@lru_cache(maxsize=16)
def _basis(step_s: float, durations_s: tuple[float, ...]) -> tuple[dict[str, Array], int]:
    """Kernels sampled at one step; all as long as the longest.

    The baseline is fitted over a flank on each side of the shape, as long as the movement but
    0.15 to 0.6 s: shorter knows too little, longer follows what the face did before.
    """
    reach = max(durations_s) * (1.0 - ONSET_SHARE) + _FLANK_S[1]
    half = int(np.ceil(reach / step_s))
    tau = np.asarray(step_s * np.arange(-half, half + 1), dtype=np.float64)
    names = ("h", "one", "tau", "hh", "ht", "tt", "core", "before", "after")
    kernels: dict[str, list[Array]] = {name: [] for name in names}
    for duration in durations_s:
        flank = float(np.clip(duration, *_FLANK_S))
        rise, fall = ONSET_SHARE * duration, (1.0 - ONSET_SHARE) * duration
        inside = ((tau > -rise - flank) & (tau < fall + flank)).astype(np.float64)
        h = pulse(tau, duration)
        line = inside * tau / duration
        core = (tau > -rise) & (tau < fall)
        parts = (h, inside, line, h * h, h * line, line * line)
        flanks = (core, (inside > 0) & (tau <= -rise), (inside > 0) & (tau >= fall))
        for name, kernel in zip(names, (*parts, *flanks), strict=True):
            kernels[name].append(np.asarray(kernel, dtype=np.float64))
    return {name: np.stack(rows, axis=1) for name, rows in kernels.items()}, half


def _on_grid(
    times: Array,
    amplitude: NDArray[np.floating],
    error: NDArray[np.floating],
    grid: Array,
    step: float,
) -> tuple[Array, Array, Array, NDArray[np.bool_]]:
    """Evidence on the uniform grid: values, common weights, each unit's error, units lost.

    Weights are common to all units (what changes a frame's error changes it for the whole face),
    relative to the stretch's median error; zero where no frame lies near.
    """
    lost = np.mean(~np.isfinite(amplitude), axis=0) > 0.2
    y = np.where(np.isfinite(amplitude), amplitude, np.nan).astype(np.float64)
    if np.isnan(y).any():
        y = _fill(times, y)
    known = np.isfinite(error) & (error > 0)
    units = known.mean(axis=0) > 0.5
    scale = np.full(error.shape[1], 1e-6)
    ratio = np.ones(len(times))
    if units.any():
        e = np.where(known[:, units], error[:, units], np.inf).astype(np.float64)
        scale[units] = np.median(e, axis=0)
        ratio = np.median((scale[units] / e) ** 2, axis=1)
    w = np.clip(ratio, 0.05, 4.0)
    if step > 1.5 * median_step(times):
        values, weights = _average(times, y, w, grid, step)
    else:
        values, weights = _interpolate(times, y, w, grid, step)
    return values - np.median(y, axis=0), weights, scale, lost


def _fill(times: Array, y: Array) -> Array:
    """Bridge single missing values of a unit in time; units never measured become 0."""
    for unit in np.flatnonzero(np.isnan(y).any(axis=0)):
        good = ~np.isnan(y[:, unit])
        y[:, unit] = np.interp(times, times[good], y[good, unit]) if good.any() else 0.0
    return y


def _interpolate(times: Array, y: Array, w: Array, grid: Array, step: float) -> tuple[Array, Array]:
    """Linear interpolation; a grid point further than one step from any frame weighs nothing."""
    right = np.clip(np.searchsorted(times, grid), 1, len(times) - 1)
    left = right - 1
    share = np.clip((grid - times[left]) / (times[right] - times[left]), 0.0, 1.0)
    nearest = np.minimum(np.abs(grid - times[left]), np.abs(grid - times[right]))
    near = np.clip(2.0 - 2.0 * nearest / step, 0.0, 1.0)
    values = (1.0 - share)[:, None] * y[left] + share[:, None] * y[right]
    return values, near * ((1.0 - share) * w[left] + share * w[right])


def _average(times: Array, y: Array, w: Array, grid: Array, step: float) -> tuple[Array, Array]:
    """Weighted mean of the frames in each grid cell, for footage faster than the grid."""
    cell = np.round((times - grid[0]) / step).astype(int)
    inside = (cell >= 0) & (cell < len(grid))
    cell, y, w = cell[inside], y[inside], w[inside]
    values, weights = np.zeros((len(grid), y.shape[1])), np.zeros(len(grid))
    if cell.size:
        starts = np.flatnonzero(np.r_[True, np.diff(cell) > 0])
        total = np.add.reduceat(w, starts)
        values[cell[starts]] = np.add.reduceat(y * w[:, None], starts) / total[:, None]
        weights[cell[starts]] = total
    return values, weights


def _fit(
    values: Array, weights: Array, basis: dict[str, Array], shapes: int
) -> tuple[Array, Array]:
    """Weighted least squares of shape and line at every grid point that has a whole window."""
    length = basis["h"].shape[0]
    w_windows = sliding_window_view(weights, length)
    normal = np.empty((len(w_windows), shapes, 3, 3))
    entries = (("hh", 0, 0), ("h", 0, 1), ("ht", 0, 2), ("one", 1, 1), ("tau", 1, 2), ("tt", 2, 2))
    for name, i, j in entries:
        normal[:, :, i, j] = normal[:, :, j, i] = w_windows @ basis[name]
    seen = sliding_window_view((weights > 0).astype(np.float64), length)
    enough = np.ones((len(seen), shapes), dtype=bool)
    for name, share in (("core", 0.7), ("before", 0.5), ("after", 0.5)):
        enough &= seen @ basis[name] >= share * np.maximum(basis[name].sum(axis=0), 1.0)
    normal[:, :, [0, 1, 2], [0, 1, 2]] += 1e-9
    inverse = np.linalg.inv(normal)
    row = inverse[:, :, 0, :]
    stacked = np.concatenate([basis["h"], basis["one"], basis["tau"]], axis=1)
    y_windows = sliding_window_view(values * weights[:, None], length, axis=0)
    sums = (y_windows.reshape(-1, length) @ stacked).reshape(*y_windows.shape[:2], 3, shapes)
    fitted = np.einsum("tki,tuik->tuk", row, sums)
    spread = np.sqrt(np.maximum(inverse[:, :, 0, 0], 0.0))
    fitted[np.broadcast_to(~enough[:, None, :], fitted.shape)] = 0.0
    spread[~enough] = np.inf
    return fitted, spread
