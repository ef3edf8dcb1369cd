"""What one copy adds to the figures: sums and counts that can be pooled over copies and clips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from unspoken.bench.evidence.record import CopyEvidence
from unspoken.bench.recovery.course import Planting
from unspoken.facs.basis import load_basis
from unspoken.facs.units import UNIT_INDEX, UNIT_KEYS
from unspoken.timing import median_step

__all__ = ["BESIDE", "LAGS_S", "NEAR_S", "Z_EDGES", "Tally", "noise_tally", "planted_tally"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Time scales at which the noise is looked at, seconds; 0 stands for neighbouring frames.
LAGS_S = (0.0, 0.1, 0.2, 0.3, 0.5)
#: Edges of the histogram of deviations over claimed standard errors; the last bin is open.
Z_EDGES = np.r_[np.arange(0.0, 8.0, 0.05), np.inf]
#: So much time before and after a planted movement tells the level it is measured from, seconds.
NEAR_S = 0.4
#: Where the difference of planted and untouched copy is judged.
BESIDE = (
    "planted units, at full strength",
    "other units, at the same time",
    "all units, just before and after",
)
#: A unit is at full strength from this share of its peak on.
_FULL = 0.6
#: Frames that are needed before and after a movement for its level.
_LEAST_LEVEL = 2
_UNITS = len(UNIT_KEYS)


@dataclass(frozen=True)
class Tally:
    """Sums of one copy, one back end and one class of footage.

    Parameters
    ----------
    gain_of, gain_over : ndarray, shape (units,)
        Sums of measured times planted and of planted times planted amplitude.
    size_of, size_over : ndarray, shape (sizes,)
        The same by size of what was planted, all units.
    answer_of : ndarray, shape (recipes, units)
        Sums of measured displacement (ICD) times planted course, for every unit.
    answer_over : ndarray, shape (recipes,)
        Sums of planted displacement times planted course.
    deviations : ndarray of int, shape (3, bins)
        Histogram of the difference's deviations from what was planted, over the claimed error.
    noise_z : ndarray of int, shape (lags, units, bins)
        Histogram of the untouched copy's noise over the claimed error.
    noise : ndarray, shape (lags, units)
        Variance (robust) of the noise of one frame, squared amplitude, times frames.
    claimed : ndarray, shape (units,)
        Claimed variance (median), squared amplitude, times frames.
    bound, bound_alone : ndarray, shape (units,)
        Squared Cramer-Rao bounds, times frames.
    frames : int
        Frames of noise.
    plantings : int
    """

    gain_of: Floats
    gain_over: Floats
    size_of: Floats
    size_over: Floats
    answer_of: Floats
    answer_over: Floats
    deviations: Ints
    noise_z: Ints
    noise: Floats
    claimed: Floats
    bound: Floats
    bound_alone: Floats
    frames: int = 0
    plantings: int = 0

    @staticmethod
    def empty(recipes: int, sizes: int) -> Tally:
        """Nothing yet."""
        bins = len(Z_EDGES) - 1
        units = [np.zeros(_UNITS) for _ in range(5)]
        return Tally(
            gain_of=units[0],
            gain_over=units[1],
            size_of=np.zeros(sizes),
            size_over=np.zeros(sizes),
            answer_of=np.zeros((recipes, _UNITS)),
            answer_over=np.zeros(recipes),
            deviations=np.zeros((len(BESIDE), bins), np.int64),
            noise_z=np.zeros((len(LAGS_S), _UNITS, bins), np.int64),
            noise=np.zeros((len(LAGS_S), _UNITS)),
            claimed=units[2],
            bound=units[3],
            bound_alone=units[4],
        )

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def _histogram(z: Floats) -> Ints:
    return np.histogram(np.abs(z[np.isfinite(z)]), Z_EDGES)[0].astype(np.int64)


def planted_tally(
    copy: CopyEvidence,
    untouched: CopyEvidence,
    backend: int,
    plantings: Sequence[Planting],
    recipes: Sequence[str],
    sizes: Sequence[float],
) -> Tally:
    """Compare a planted copy with the untouched one, movement by movement.

    Parameters
    ----------
    copy, untouched : CopyEvidence
        Of the same clip.
    backend : int
        Row of their arrays.
    plantings : sequence of Planting
        Those to look at.
    recipes, sizes : sequence
        All names and sizes (ICD) of the run, in the order of the sums.
    """
    total = Tally.empty(len(recipes), len(sizes))
    n = min(len(copy.times_s), len(untouched.times_s))
    times = copy.times_s[:n]
    apart = (copy.amplitude[backend, :n] - untouched.amplitude[backend, :n]).astype(np.float64)
    errors = np.hypot(
        copy.error[backend, :n].astype(np.float64), untouched.error[backend, :n].astype(np.float64)
    )
    peak = np.array([load_basis().peak(key) for key in UNIT_KEYS])
    for one in plantings:
        span = one.interval
        near = (times >= span.start_s - NEAR_S) & (times <= span.end_s + NEAR_S)
        inside = (times > span.start_s) & (times < span.end_s)
        left = _without_level(times[near], apart[near], inside[near])
        if left is None:
            continue
        now = inside[near]
        planted = copy.planted[:n][near]
        part = _one_planting(
            one, left, planted, errors[near], now, peak, list(recipes), list(sizes)
        )
        total = total + part
    return total


def _without_level(times: Floats, apart: Floats, inside: NDArray[np.bool_]) -> Floats | None:
    """The difference without the straight line through what lies before and after the movement."""
    beside = ~inside
    middle = np.flatnonzero(inside)
    if not middle.size or not np.isfinite(apart).all():
        return None
    if beside[: middle[0]].sum() < _LEAST_LEVEL or beside[middle[-1] :].sum() < _LEAST_LEVEL:
        return None
    line = np.stack([np.ones_like(times), times - times.mean()], axis=1)
    level, *_ = np.linalg.lstsq(line[beside], apart[beside], rcond=None)
    return np.asarray(apart - line @ level)


def _one_planting(
    one: Planting,
    left: Floats,
    planted: Floats,
    errors: Floats,
    now: NDArray[np.bool_],
    peak: Floats,
    recipes: list[str],
    sizes: list[float],
) -> Tally:
    part = Tally.empty(len(recipes), len(sizes))
    index = [UNIT_INDEX[key] for key in one.units]
    own = planted[now][:, index]
    measured = left[now][:, index]
    part.gain_of[index] += (measured * own).sum(axis=0)
    part.gain_over[index] += (own * own).sum(axis=0)
    size = sizes.index(one.peak_icd)
    weight = peak[index] ** 2
    part.size_of[size] += float(((measured * own) * weight).sum())
    part.size_over[size] += float(((own * own) * weight).sum())
    highest = own.max(axis=0)
    course = (own / np.maximum(highest, 1e-12)).mean(axis=1)
    recipe = recipes.index(one.recipe)
    # Weighted by size: an answer to a larger movement is better known.
    part.answer_of[recipe] += one.peak_icd * (left[now] * course[:, None]).sum(axis=0) * peak
    part.answer_over[recipe] += one.peak_icd**2 * float((course * course).sum())
    full = course >= _FULL * course.max()
    others = np.setdiff1d(np.arange(_UNITS), index)
    z = (left - planted) / errors
    part.deviations[0] += _histogram(z[now][full][:, index])
    part.deviations[1] += _histogram(z[now][full][:, others])
    part.deviations[2] += _histogram(z[~now])
    return replace(part, plantings=1)


def noise_tally(
    untouched: CopyEvidence, backend: int, inside: NDArray[np.bool_], recipes: int, sizes: int
) -> Tally:
    """The noise of an untouched copy at the time scales of micro-expressions.

    A frame is compared with the mean of two frames a lag before and after it. That leaves out
    whatever lasts much longer than the lag. Its variance, were all frames independent, is that of
    one frame plus a quarter of each of the others; the claimed one follows from the claimed errors.

    Parameters
    ----------
    untouched : CopyEvidence
        Nothing was planted in it.
    backend : int
        Row of its arrays.
    inside : ndarray of bool, shape (n,)
        Frames to look at.
    recipes, sizes : int
        How many the run has.
    """
    total = Tally.empty(recipes, sizes)
    times = untouched.times_s
    if times.size < 3:
        return total
    value = untouched.amplitude[backend].astype(np.float64)
    variance = untouched.error[backend].astype(np.float64) ** 2
    usable = inside & np.isfinite(value).all(axis=1)
    frames = int(usable.sum())
    if not frames:
        return total
    step = median_step(times)
    for number, lag_s in enumerate(LAGS_S):
        k = max(1, round(lag_s / step))
        if times.size <= 2 * k:
            continue
        before, middle, after = slice(None, -2 * k), slice(k, -k), slice(2 * k, None)
        regular = np.abs(times[after] - times[before] - 2 * k * step) < step
        kept = usable[middle] & regular
        contrast = value[middle] - 0.5 * (value[before] + value[after])
        claimed = variance[middle] + 0.25 * (variance[before] + variance[after])
        contrast, claimed = contrast[kept], claimed[kept]
        good = np.isfinite(contrast).all(axis=1)
        if not good.any():
            continue
        contrast, claimed = contrast[good], claimed[good]
        z = contrast / np.sqrt(claimed)
        for unit in range(_UNITS):
            total.noise_z[number, unit] += _histogram(z[:, unit])
        spread = np.median(np.abs(contrast), axis=0) / 0.6745
        total.noise[number] += frames * spread**2 / 1.5
    total.claimed[:] += frames * np.median(variance[usable], axis=0)
    total.bound[:] += frames * untouched.bound**2
    total.bound_alone[:] += frames * untouched.bound_alone**2
    return replace(total, frames=frames)
