"""The clock of a recording: time stamps into rising seconds, and what the stamps say of it.

`RisingClock` hands out the capture times. Stamps of healthy files pass through untouched, bit
for bit; the stamps of broken ones are moved as little as possible and every move is counted.
`ClockRecorder` collects the times as they are handed out and tells the `ClockFacts` at any moment,
so a run that is interrupted still knows the clock of what it has read.
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unspoken.media.facts import ClockFacts
from unspoken.media.repeats import count_repeats

__all__ = ["ClockRecorder", "RisingClock"]

RESTART_S = 0.5
"""A stamp this far behind the last one is a clock that started again, not a stamp out of order."""

GAP_STEPS = 1.5
"""A step longer than this many median steps has pictures missing."""

COARSE_TICK_S = 0.001
"""Many files pass through containers that count milliseconds before they reach their last one."""

DRIFT_STEPS = 16
"""Steps summed up when looking for a slow change of rate below the time resolution."""

RARE = 0.01
"""Share of odd steps below which the rate still counts as constant (an edit, a splice)."""

OFTEN_MISSING = 0.1
"""Share of long steps from which missing pictures are a changing rate."""


class RisingClock:
    """Turns the time stamps of consecutive pictures into strictly rising seconds.

    * A stamp that rises is kept as it is.
    * A stamp that does not rise becomes the nearest later time: half a tick of the container's
      clock after the picture before (a quarter more for the next, so that a stamp one tick later
      stays untouched).
    * A missing stamp is put one step after the picture before.
    * A stamp more than half a second behind starts a new stretch of the clock (joined
      recordings), which follows on one step after the last picture.

    Parameters
    ----------
    tick_s : float
        Resolution of the container's clock, seconds.
    step_s : float
        Time between pictures to assume before two stamps have been seen, seconds.
    """

    def __init__(self, tick_s: float, step_s: float = 0.04) -> None:
        self.repeated = 0
        """Stamps that did not rise or were missing."""
        self.restarts = 0
        """Times the clock went back to an earlier reading."""
        self._tick_s = tick_s
        self._step_s = step_s
        self._last_s = math.nan
        self._base_s = math.nan
        self._squeezed = 0
        self._offset_s = 0.0
        self._offset_before_s: float | None = None

    def place(self, stamp_s: float | None) -> float:
        """Give the capture time that belongs to the next stamp.

        Parameters
        ----------
        stamp_s : float or None
            Finite seconds, or None when the container has no stamp for this picture.

        Returns
        -------
        float
            Seconds, greater than every time handed out before.
        """
        if math.isnan(self._last_s):
            self.repeated += stamp_s is None
            return self._accept(0.0 if stamp_s is None else stamp_s)
        if stamp_s is None:
            self.repeated += 1
            return self._accept(self._last_s + self._step_s)
        time_s = self._on_best_stretch(stamp_s)
        if time_s > self._last_s:
            self._step_s = time_s - self._last_s
            return self._accept(time_s)
        self.repeated += 1
        if time_s > self._last_s - RESTART_S:
            return self._squeeze()
        self.restarts += 1
        self._offset_before_s = self._offset_s
        self._offset_s = self._last_s + self._step_s - stamp_s
        return self._accept(self._last_s + self._step_s)

    def _on_best_stretch(self, stamp_s: float) -> float:
        """Choose between the present and the previous stretch: a lone wild stamp is no restart."""
        time_s = stamp_s + self._offset_s
        if self._offset_before_s is None:
            return time_s
        other_s = stamp_s + self._offset_before_s
        expected_s = self._last_s + self._step_s
        if other_s <= self._last_s or abs(other_s - expected_s) >= abs(time_s - expected_s):
            return time_s
        self._offset_s, self._offset_before_s = self._offset_before_s, self._offset_s
        return other_s

    def _squeeze(self) -> float:
        self._squeezed += 1
        time_s = self._base_s + self._tick_s * (1.0 - 0.5**self._squeezed)
        self._last_s = max(time_s, math.nextafter(self._last_s, math.inf))
        return self._last_s

    def _accept(self, time_s: float) -> float:
        if not math.isnan(self._last_s):
            time_s = max(time_s, math.nextafter(self._last_s, math.inf))
        self._last_s = self._base_s = time_s
        self._squeezed = 0
        return time_s


@dataclass(frozen=True, slots=True)
class _Steps:
    """Steps between pictures in seconds, their median, and which of them are gaps."""

    steps_s: NDArray[np.float64]
    median_s: float
    is_gap: NDArray[np.bool_]


class ClockRecorder:
    """Collects capture times (12 bytes a picture) and tells the facts of the clock.

    Parameters
    ----------
    tick_s : float
        Resolution of the container's clock, seconds.
    container_rate_hz : float
        Rate the container claims, NaN if none.
    """

    def __init__(self, tick_s: float, container_rate_hz: float = math.nan) -> None:
        self._tick_s = tick_s
        self._rate_hz = container_rate_hz
        self._times = array("d")
        self._changes = array("f")
        self.interlaced = False
        self.truncated = False
        self.repeated = 0

    def add(self, time_s: float, change: float = math.nan) -> None:
        """Note one picture.

        Parameters
        ----------
        time_s : float
            Capture time, seconds; greater than the one before.
        change : float
            How much the picture differs from the one before (see `repeats.PictureChange`); NaN
            when not known.
        """
        self._times.append(time_s)
        self._changes.append(change)

    def __len__(self) -> int:
        return len(self._times)

    @property
    def times_s(self) -> NDArray[np.float64]:
        """Capture times so far, seconds, shape (n,); read-only.

        May be asked while another thread adds pictures.
        """
        return np.frombuffer(self._times.tobytes(), dtype=np.float64)

    @property
    def median_step_s(self) -> float:
        """Median step so far, seconds; NaN for fewer than two pictures."""
        return _steps(self.times_s).median_s

    def facts(self) -> ClockFacts:
        """Tell what is known so far; an empty clock has 0 frames and NaN times."""
        times = self.times_s
        steps = _steps(times)
        gaps = np.flatnonzero(steps.is_gap)
        known = steps.steps_s.size > 0
        percentiles = np.percentile(steps.steps_s, (5, 95)) if known else (0.0, 0.0)
        start = float(times[0]) if times.size else math.nan
        end = float(times[-1]) + (steps.median_s if known else 0.0) if times.size else math.nan
        return ClockFacts(
            frames=int(times.size),
            start_s=start,
            end_s=end,
            median_rate_hz=round(1.0 / steps.median_s, 6) if known else math.nan,
            container_rate_hz=self._rate_hz,
            # A nanosecond is far below any clock here and far above the rounding of float64.
            jitter_s=round(float(percentiles[1] - percentiles[0]) / 2.0, 9),
            longest_step_s=float(steps.steps_s.max()) if known else 0.0,
            gaps=tuple((float(times[i]), float(times[i + 1])) for i in gaps),
            missing_frames=int(np.round(steps.steps_s[gaps] / steps.median_s - 1.0).sum()),
            duplicate_frames=count_repeats(
                np.frombuffer(self._changes.tobytes(), dtype=np.float32)
            ),
            repeated_times=self.repeated,
            variable_rate=_variable_rate(steps, self._tick_s),
            interlaced=self.interlaced,
            truncated=self.truncated,
        )


def _steps(times_s: NDArray[np.float64]) -> _Steps:
    steps = np.diff(times_s)
    median = float(np.median(steps)) if steps.size else math.nan
    return _Steps(steps, median, steps > GAP_STEPS * median)


def _variable_rate(steps: _Steps, tick_s: float) -> bool:
    """Whether the steps differ by more than the resolution of the clock explains.

    A constant rate written to a coarse clock gives steps one tick apart at most, and any sum of
    such steps is off by one tick at most too; a rate that changes by less than a tick gives itself
    away in the sums. Gaps are missing pictures, unless they are so many that the rate must have
    changed (a camera halving its rate in the dark).
    """
    if steps.steps_s.size < 3:
        return False
    if float(np.mean(steps.is_gap)) > OFTEN_MISSING:
        return True
    # Rounding stamps to a millisecond and then to a finer clock still leaves millisecond steps.
    # The cap keeps this allowance from hiding changes in high-speed footage.
    allowed = 1.05 * max(tick_s, min(COARSE_TICK_S, steps.median_s / 10.0)) + 1e-9
    regular = steps.steps_s[~steps.is_gap]
    if float(np.mean(np.abs(regular - steps.median_s) > allowed)) > RARE:
        return True
    blocks = regular.size // DRIFT_STEPS
    sums = regular[: blocks * DRIFT_STEPS].reshape(blocks, DRIFT_STEPS).sum(axis=1)
    odd = np.abs(sums - np.median(sums)) > allowed if blocks > 1 else np.zeros(0, np.bool_)
    return bool(np.count_nonzero(odd) >= 2 and np.mean(odd) > 0.05)
