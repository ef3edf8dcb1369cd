"""How far the amplitudes really scatter, against what a back end claims.

A back end's errors come from single pictures. Coding, the mesh and the person's own unrest make
errors that last for several frames, and neighbouring pixels err together more than it can know. So
its errors are compared with what the amplitudes do: every sample with the mean of two others, one a
lag before and one a lag after it, at the time scale of micro-expressions. Each unit's claim is
scaled so that 68 % of these differences lie within one standard error, followed over the last
seconds. Brief expressions are rare enough not to count; a mouth that talks all the time does.

With a movement comes one more uncertainty: how far this person's muscles differ from the basis.
It is a share of the movement itself.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from unspoken.motion.backend import Array

__all__ = ["ScatterScale"]

Floats = NDArray[np.float64]
#: Distance of the samples that are compared, seconds.
_LAG_S = 0.2
#: Share of differences that is to lie within one standard error.
_WITHIN = 0.6827
#: How fast the scale follows, per second (logarithm), and how much faster at first.
_RATE_HZ, _FIRST_HZ = 0.5, 4.0
#: Smallest and largest scale.
_LEAST, _MOST = 0.25, 6.0
#: Part of a movement that is uncertain because people differ, and the time constant of the level
#: it is a movement from, seconds.
_PERSONAL, _LEVEL_S = 0.2, 1.0


class ScatterScale:
    """Follows the scatter of one run's amplitudes.

    Parameters
    ----------
    units : int
        How many amplitudes there are.
    """

    def __init__(self, units: int) -> None:
        self._log = np.zeros(units)
        self._past: deque[tuple[float, Floats, Floats]] = deque()
        self._seen_s = 0.0
        self._level: Floats | None = None

    @property
    def scale(self) -> Floats:
        """Real over claimed standard error of each unit, shape (units,)."""
        return np.asarray(np.exp(self._log))

    def push(self, time_s: float, amplitude: Array, error: Array) -> Array:
        """The standard error to state for one sample.

        Parameters
        ----------
        time_s : float
            Capture time, seconds; later than the last one.
        amplitude, error : ndarray of float32, shape (units,)
            As measured, and as claimed by the back end.

        Returns
        -------
        ndarray of float32, shape (units,)
        """
        value, variance = amplitude.astype(np.float64), error.astype(np.float64) ** 2
        step_s = time_s - self._past[-1][0] if self._past else 0.0
        if step_s > _LAG_S:  # nothing to compare with across a hole
            self._past.clear()
            step_s = 0.0
        self._past.append((time_s, value, variance))
        while len(self._past) > 3 and self._past[1][0] <= time_s - 2.0 * _LAG_S + 1e-6:
            self._past.popleft()
        self._follow(time_s, step_s)
        if self._level is None:
            self._level = value
        self._level = self._level + (1.0 - np.exp(-step_s / _LEVEL_S)) * (value - self._level)
        movement = _PERSONAL * (value - self._level)
        total = np.sqrt(variance * np.exp(2.0 * self._log) + movement * movement)
        return np.asarray(total, dtype=np.float32)

    def _follow(self, time_s: float, step_s: float) -> None:
        first = self._past[0]
        if len(self._past) < 3 or time_s - first[0] < 1.5 * _LAG_S:
            return
        self._seen_s += step_s
        wanted = 0.5 * (time_s + first[0])
        middle = min(self._past, key=lambda sample: abs(sample[0] - wanted))
        last = self._past[-1]
        apart = middle[1] - 0.5 * (first[1] + last[1])
        claimed = middle[2] + 0.25 * (first[2] + last[2])
        outside = apart * apart > claimed * np.exp(2.0 * self._log)
        rate = max(_RATE_HZ, _FIRST_HZ / (1.0 + self._seen_s))
        # A quantile by stochastic approximation: up by what is inside, down by what is outside.
        self._log += 2.0 * step_s * rate * np.where(outside, _WITHIN, _WITHIN - 1.0)
        np.clip(self._log, np.log(_LEAST), np.log(_MOST), out=self._log)
