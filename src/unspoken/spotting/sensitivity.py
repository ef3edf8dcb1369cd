"""What could have been seen: the smallest movement of each unit found half of the time.

A movement whose signal-to-noise equals the threshold is found half of the time, so the smallest
amplitude is threshold times the local noise of that unit's filter, and its median over time is
told. Infinite means: on this footage such a movement cannot be seen at any size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.units import UNIT_KEYS
from unspoken.spotting.filters import MIN_SAMPLES

__all__ = ["REPORTED_S", "NoiseRecord", "UnitSensitivity"]

#: Durations reported, seconds.
REPORTED_S: tuple[float, ...] = (0.1, 0.2, 0.33, 0.5, 1.0)
_KEEP = 512

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class UnitSensitivity:
    """The smallest movement of one unit found half of the time.

    Parameters
    ----------
    unit : str
        Key of `UNIT_KEYS`.
    duration_s : float
        Onset to offset, seconds.
    amplitude : float
        Peak amplitude, parts of the basis' full displacement; infinite when it cannot be seen.
    """

    unit: str
    duration_s: float
    amplitude: float


class NoiseRecord:
    """Local noise of every unit and duration over the recording, thinned to bounded size.

    Parameters
    ----------
    durations_s : ndarray, shape (shapes,)
        The bank, seconds.
    """

    def __init__(self, durations_s: Array) -> None:
        self._durations = np.asarray(durations_s, dtype=np.float64)
        self._kept: list[NDArray[np.float32]] = []
        self._every, self._skipped = 1, 0

    def add(self, sigma: Array) -> None:
        """Take in one second's median local noise, shape (units, shapes); infinite when unknown."""
        self._skipped += 1
        if self._skipped < self._every:
            return
        self._skipped = 0
        self._kept.append(sigma.astype(np.float32))
        if len(self._kept) > _KEEP:
            self._kept = self._kept[::2]
            self._every *= 2

    def table(self, thresholds: Array, step_s: float) -> list[UnitSensitivity]:
        """Smallest amplitudes found half of the time.

        Parameters
        ----------
        thresholds : ndarray, shape (units,)
            Statistic needed for each unit.
        step_s : float
            Median time between frames, seconds; NaN when unknown.

        Returns
        -------
        list of UnitSensitivity
            Every unit and duration; all infinite when nothing was measured.
        """
        median = np.full((len(UNIT_KEYS), len(self._durations)), np.inf)
        if self._kept:
            median = np.median(np.stack(self._kept), axis=0).astype(np.float64)
        out = []
        for unit, key in enumerate(UNIT_KEYS):
            usable = np.isfinite(median[unit])
            for duration in REPORTED_S:
                amplitude = np.inf
                if usable.any() and duration >= MIN_SAMPLES * step_s:
                    log = np.log(self._durations[usable]), np.log(median[unit, usable])
                    amplitude = float(thresholds[unit] * np.exp(np.interp(np.log(duration), *log)))
                out.append(UnitSensitivity(key, duration, amplitude))
        return out
