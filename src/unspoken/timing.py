"""Seconds, intervals and sampling: the one module that converts between kinds of time.

Times are float64 seconds from the container's own clock. A frame number is an index, never a
clock, so nothing here multiplies a frame number by an average rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Interval", "clock_text", "gap_free_runs", "iou", "joined", "median_step", "nearest_index",
]  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A closed stretch of time.

    Parameters
    ----------
    start_s, end_s : float
        Seconds; ``end_s >= start_s``.

    Raises
    ------
    ValueError
        If a bound is not finite or the end lies before the start.
    """

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not (np.isfinite(self.start_s) and np.isfinite(self.end_s)):
            raise ValueError(f"interval bounds must be finite, got {self.start_s}..{self.end_s}")
        if self.end_s < self.start_s:
            raise ValueError(f"interval ends before it starts: {self.start_s}..{self.end_s}")

    @property
    def duration_s(self) -> float:
        """Length in seconds; 0.0 for a single instant."""
        return self.end_s - self.start_s

    def overlap_s(self, other: Interval) -> float:
        """Seconds shared with another interval; 0.0 when they do not meet."""
        return max(0.0, min(self.end_s, other.end_s) - max(self.start_s, other.start_s))

    def contains(self, time_s: float) -> bool:
        """Whether an instant lies inside, both ends included."""
        return self.start_s <= time_s <= self.end_s


def iou(a: Interval, b: Interval) -> float:
    """Intersection over union of two intervals.

    Returns
    -------
    float
        0.0 (disjoint) to 1.0 (equal). Two equal instants give 1.0.
    """
    shared = a.overlap_s(b)
    union = a.duration_s + b.duration_s - shared
    if union <= 0.0:
        return 1.0 if a == b else 0.0
    return shared / union


def joined(spans: Iterable[Interval]) -> list[Interval]:
    """The same time in as few intervals as possible, in order; those that touch become one."""
    found: list[Interval] = []
    for span in sorted(spans):
        if found and span.start_s <= found[-1].end_s:
            found[-1] = Interval(found[-1].start_s, max(found[-1].end_s, span.end_s))
        else:
            found.append(span)
    return found


def median_step(times_s: ArrayLike) -> float:
    """Median time between neighbouring samples, in seconds; NaN for fewer than two samples."""
    times = np.asarray(times_s, dtype=np.float64)
    return float(np.median(np.diff(times))) if times.size > 1 else float("nan")


def nearest_index(times_s: NDArray[np.float64], time_s: float) -> int:
    """Index of the sample nearest to an instant.

    Parameters
    ----------
    times_s : ndarray, shape (n,)
        Rising times in seconds, ``n >= 1``.
    time_s : float
        The instant, seconds.

    Raises
    ------
    ValueError
        If there are no samples.
    """
    if times_s.size == 0:
        raise ValueError("no samples to choose from")
    right = int(np.searchsorted(times_s, time_s))
    if right == 0:
        return 0
    if right == times_s.size:
        return right - 1
    return right if times_s[right] - time_s < time_s - times_s[right - 1] else right - 1


def gap_free_runs(
    times_s: NDArray[np.float64], valid: NDArray[np.bool_], longest_step_s: float
) -> Sequence[slice]:
    """Split samples into runs without an invalid sample or a step longer than allowed.

    Parameters
    ----------
    times_s : ndarray, shape (n,)
        Rising times in seconds.
    valid : ndarray of bool, shape (n,)
        Samples that may be used.
    longest_step_s : float
        A larger step between neighbours starts a new run.

    Returns
    -------
    sequence of slice
        Runs in order of time; empty when nothing is valid.
    """
    index = np.flatnonzero(valid)
    if index.size == 0:
        return []
    broken = (np.diff(index) > 1) | (np.diff(times_s[index]) > longest_step_s)
    starts = np.r_[index[0], index[1:][broken]]
    ends = np.r_[index[:-1][broken], index[-1]] + 1
    return [slice(int(a), int(b)) for a, b in zip(starts, ends, strict=True)]


def clock_text(time_s: float) -> str:
    """A time as people read it, ``m:ss.mmm`` or ``h:mm:ss.mmm``; negative times keep their sign."""
    sign = "-" if time_s < 0 else ""
    milliseconds = round(abs(time_s) * 1000.0)
    seconds, ms = divmod(milliseconds, 1000)
    minutes, s = divmod(seconds, 60)
    hours, m = divmod(minutes, 60)
    return f"{sign}{hours}:{m:02d}:{s:02d}.{ms:03d}" if hours else f"{sign}{m}:{s:02d}.{ms:03d}"
