"""How much a filter's output moves by itself, here and now.

Radar's constant-false-alarm-rate idea: the noise at an instant is measured on the same output
around it, leaving out a guard interval so that a movement does not raise its own threshold. Two
estimates are taken, a near ring (1.5 s on each side: is the person talking right now?) and a wide
robust one (8 s back to what has been seen ahead), and the larger counts. So a talking mouth raises
the mouth's threshold and leaves the brow alone.

Source: Rohling 1983, Radar CFAR thresholding in clutter (doi 10.1109/TAES.1983.309350).
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

__all__ = ["CELL_S", "LocalNoise"]

#: Length of the cells whose mean absolute output is stored, seconds.
CELL_S = 0.25
_BACK_S = 8.0
_RING_S = 1.5
#: Outputs of a filter are alike over about its duration, so a noise level rests on few values;
#: with this many durations of footage the threshold is 1.4 times higher than with endless footage.
_UNSURE = 6.0
#: Speech remembered (20 s of cells), how much of it tells its spread, and what is thought before.
_SPOKEN_CELLS, _LEAST_SPOKEN_CELLS, _SPEECH_FACTOR = 80, 8, 5.0
#: Quantile of the spread in speech that counts: syllables are quiet and loud by turns.
_LOUD = 0.8
#: Standard deviation over mean absolute value of a Gaussian.
_GAUSS = 1.2533

Array = NDArray[np.float64]


class LocalNoise:
    """Running memory of mean absolute filter outputs, and local noise from it.

    Parameters
    ----------
    durations_s : ndarray, shape (shapes,)
        Durations of the bank; the guard interval grows with them.
    """

    def __init__(self, durations_s: Array) -> None:
        self._durations = np.asarray(durations_s, dtype=np.float64)
        self._guard = 0.25 + 0.75 * self._durations
        self._cell: list[int] = []
        self._mean: list[Array] = []
        self._spoken: deque[Array] = deque(maxlen=_SPOKEN_CELLS)

    def add(
        self,
        times_s: Array,
        response: Array,
        usable: NDArray[np.bool_],
        speaking: NDArray[np.bool_] | None = None,
    ) -> None:
        """Take in new outputs, in order of time.

        Parameters
        ----------
        times_s : ndarray, shape (times,)
            Seconds.
        response : ndarray, shape (times, channels, shapes)
            Filter outputs.
        usable : ndarray of bool, same shape
            Where the output means something.
        speaking : ndarray of bool, shape (times,), optional
            Where this face speaks or chews.
        """
        if times_s.size == 0:
            return
        cell = np.floor(times_s / CELL_S).astype(int)
        starts = np.flatnonzero(np.r_[True, np.diff(cell) > 0])
        total = np.add.reduceat(np.where(usable, np.abs(response), 0.0), starts, axis=0)
        count = np.add.reduceat(usable.astype(np.float64), starts, axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            means = np.where(count > 0, total / count, np.nan)
        self._cell.extend(cell[starts].tolist())
        self._mean.extend(means)
        if speaking is not None and speaking.any():
            spoken = np.logical_or.reduceat(speaking, starts)
            self._spoken.extend(np.nan_to_num(means[spoken]))
        oldest = self._cell[-1] - int((_BACK_S + 5.0) / CELL_S)
        while self._cell[0] < oldest:
            self._cell.pop(0)
            self._mean.pop(0)

    @property
    def known_s(self) -> float:
        """Seconds of footage that `usual` rests on."""
        return min(len(self._mean) * CELL_S, _BACK_S)

    def in_speech(self) -> Array | None:
        """Spread while this face spoke loudly, shape (channels, shapes).

        Before two seconds of speech have been seen, it is taken for five times the usual spread,
        which speech typically makes of it; None before anything came.
        """
        if len(self._spoken) >= _LEAST_SPOKEN_CELLS:
            return _GAUSS * np.quantile(np.stack(self._spoken), _LOUD, axis=0)
        usual = self.usual()
        return None if usual is None else _SPEECH_FACTOR * usual

    def usual(self) -> Array | None:
        """Median spread over the memory, shape (channels, shapes); None before anything came."""
        if not self._mean:
            return None
        return _GAUSS * _median(np.stack(self._mean[-int(_BACK_S / CELL_S) :]))

    def at(self, times_s: Array) -> Array:
        """Local noise at given instants, all within one second or so.

        Parameters
        ----------
        times_s : ndarray, shape (times,)
            Seconds.

        Returns
        -------
        ndarray, shape (times, channels, shapes)
            Standard deviation; 0.0 where nothing is known (the caller has a floor).
        """
        cells = np.asarray(self._cell)
        centre = (cells + 0.5) * CELL_S
        middle = float(np.mean(times_s))
        means = np.stack(self._mean)
        wide = _GAUSS * _median(means[centre > middle - _BACK_S])
        wanted, place = np.unique(np.floor(times_s / CELL_S).astype(int), return_inverse=True)
        away = np.abs(centre[None, :] - (wanted[:, None] + 0.5) * CELL_S)
        known = np.isfinite(means)
        filled = np.where(known, means, 0.0)
        out = np.empty((len(wanted), *wide.shape))
        for k, guard in enumerate(self._guard):
            ring = ((away > guard) & (away <= guard + _RING_S)).astype(np.float64)
            count = ring @ known[:, :, k].astype(np.float64)
            near = _GAUSS * (ring @ filled[:, :, k]) / np.maximum(count, 1.0)
            out[:, :, k] = np.maximum(near, wide[None, :, k])
        # A noise level known from little footage is itself uncertain.
        seconds = max(CELL_S, CELL_S * float(np.sum(centre > middle - _BACK_S)))
        return out[place] * np.sqrt(1.0 + _UNSURE * self._durations / seconds)


def _median(values: Array) -> Array:
    """Median over the first axis; NaN ignored; 0.0 where there is nothing."""
    if not np.isnan(values).any():
        return np.asarray(np.median(values, axis=0))
    ordered = np.sort(values, axis=0)
    count = np.sum(np.isfinite(values), axis=0)
    middle = np.take_along_axis(ordered, np.maximum(count - 1, 0)[None] // 2, axis=0)[0]
    return np.where(count > 0, middle, 0.0)
