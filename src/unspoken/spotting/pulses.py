"""The detector of brief movements: filter bank, noise, peaks and their measures, in blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.units import UNIT_KEYS
from unspoken.spotting.artefacts import EDGE_S
from unspoken.spotting.candidates import Candidate, measure
from unspoken.spotting.channels import AREAS, CHANNEL_AREA, Area, combine
from unspoken.spotting.decide import Peak, find_peaks
from unspoken.spotting.filters import BANK_S, HALF_WINDOW_S, filter_evidence
from unspoken.spotting.noise import LocalNoise
from unspoken.spotting.sensitivity import NoiseRecord
from unspoken.spotting.window import EvidenceWindow
from unspoken.timing import median_step

__all__ = ["BLOCK_S", "LAG", "Found", "PulseDetector"]

#: Work is done in blocks of this length, seconds.
BLOCK_S = 1.0
#: Blocks the search runs behind the filters; the noise ring looks this far ahead.
LAG = 2
_MARGIN_S = 0.5
_CONTEXT_S = 6.0
#: A sum of units is never taken for quieter than this part of its members' spread.
_QUIETEST_SUM = 0.7
_N = len(UNIT_KEYS)

Array = NDArray[np.float64]
#: Tells at which instants the face speaks or chews.
Speaking = Callable[[Array], NDArray[np.bool_]]
#: Rows of an uninterrupted stretch and each unit's median error in it.
Stretch = tuple[NDArray[np.intp], Array]


def _silent(times_s: Array) -> NDArray[np.bool_]:
    return np.zeros(times_s.size, dtype=bool)


@dataclass(frozen=True, slots=True)
class _Block:
    """Filter outputs of one block."""

    start_s: float
    times: Array
    response: Array
    error: Array


@dataclass(frozen=True, slots=True)
class Found:
    """What one block held.

    Parameters
    ----------
    movements : list of (int, Candidate)
        Sign (1 a candidate, -1 a decoy) and measured movement.
    searched_min : dict of area to float
        Footage that could be searched, minutes.
    """

    movements: list[tuple[int, Candidate]] = field(default_factory=list)
    searched_min: dict[Area, float] = field(default_factory=dict)


class PulseDetector:
    """Filters new evidence block by block, and searches it when its surroundings are known."""

    def __init__(self) -> None:
        self._bank: Array = np.asarray(BANK_S, dtype=np.float64)
        self._noise = LocalNoise(self._bank)
        self._blocks: list[_Block] = []
        self.record = NoiseRecord(self._bank)
        self.step_s = float("nan")

    def advance(
        self, window: EvidenceWindow, start: float, stop: float, speaking: Speaking = _silent
    ) -> None:
        """Compute the bank's outputs for apexes in ``[start, stop)`` seconds."""
        parts = []
        context = 0.2 + HALF_WINDOW_S
        for rows in window.segments(start - context, stop + context):
            times = window.times[rows]
            if times[-1] < start or times[0] >= stop or rows.size < 3:
                continue
            self.step_s = median_step(times)
            evidence, error = window.amplitude[rows], window.error[rows]
            part = filter_evidence(times, evidence, error, start_s=start, stop_s=stop)
            if part.times_s.size:
                parts.append(part)
        if not parts:
            return
        times = np.concatenate([p.times_s for p in parts])
        amplitude: Array = np.concatenate([p.amplitude for p in parts])
        error_bound: Array = np.concatenate([p.error for p in parts])
        spread = self._spread(amplitude, error_bound)
        response, bound = combine(amplitude, error_bound, spread)
        self._noise.add(times, response, np.isfinite(bound), speaking(times))
        self._blocks.append(_Block(start, times, response, bound))
        self._blocks = [b for b in self._blocks if b.start_s > start - (LAG + 3) * BLOCK_S]

    def search(self, window: EvidenceWindow, start: float, speaking: Speaking = _silent) -> Found:
        """Find and measure movements, either way, with their apex in the block from `start` on.

        While the face speaks, its lower part is never taken for quieter than speech makes it, not
        even at the first word, when the seconds around are still calm.

        Returns
        -------
        Found
            Empty when the block has no evidence.
        """
        near = [b for b in self._blocks if abs(b.start_s - start) <= BLOCK_S + 1e-6]
        times = np.concatenate([np.zeros(0), *(b.times for b in near)])
        keep = (times >= start - _MARGIN_S) & (times < start + BLOCK_S + _MARGIN_S)
        times = times[keep]
        here = (times >= start) & (times < start + BLOCK_S)
        if not here.any():
            return Found()
        response: Array = np.concatenate([b.response for b in near])[keep]
        bound: Array = np.concatenate([b.error for b in near])[keep]
        usable = np.isfinite(bound)
        floor = np.where(usable, bound, 1.0)
        floor[:, _N:] = np.maximum(floor[:, _N:], _QUIETEST_SUM)
        sigma = np.maximum(self._noise.at(times), np.maximum(floor, 1e-9))
        self._allow_for_speech(sigma, speaking(times))
        z = np.where(usable, response / sigma, 0.0)
        units = np.where(usable[here, :_N], sigma[here, :_N], np.inf)
        self.record.add(np.median(units, axis=0))
        found = Found(searched_min=self._searched(usable[here], times))
        stretches = [
            (rows, window.median_error(rows))
            for rows in window.segments(start - _CONTEXT_S, np.inf)
        ]
        for sign in (1, -1):
            for area in AREAS:
                for peak in find_peaks(times, sign * z, self._bank, area):
                    if not here[peak.index]:
                        continue
                    around = np.abs(times - peak.time_s) <= 0.25 * peak.duration_s
                    clarity = _strongest(sign * z[around, :_N, peak.shape])
                    size = _strongest(sign * response[around, :_N, peak.shape])
                    candidate = _measured(window, stretches, peak, clarity, size, sign)
                    if candidate is not None:
                        found.movements.append((sign, candidate))
        return found

    def _allow_for_speech(self, sigma: Array, speaking: NDArray[np.bool_]) -> None:
        """Raise the noise of the lower face where the face speaks, in place."""
        spoken = self._noise.in_speech() if speaking.any() else None
        if spoken is not None:
            lower = np.ix_(speaking, CHANNEL_AREA["lower"])
            sigma[lower] = np.maximum(sigma[lower], spoken[CHANNEL_AREA["lower"]])

    def _spread(self, amplitude: Array, error: Array) -> Array:
        """Usual size of each unit's outputs, which weighs the members of a sum.

        At first too little is known of every duration by itself: all durations of a unit together
        tell by how much its outputs exceed their ideal error.
        """
        usable = np.isfinite(error)
        bound = np.maximum(np.where(usable, error, 0.0).max(axis=0), 1e-9)
        known_s, usual = self._noise.known_s, self._noise.usual()
        seen = 1.2533 * np.mean(np.abs(amplitude), axis=0) if usual is None else usual[:_N]
        ever = usable.any(axis=0)
        ratio = np.where(ever, seen / bound, 0.0).sum(axis=1) / np.maximum(ever.sum(axis=1), 1)
        pooled = bound * np.maximum(ratio, 1.0)[:, None]
        own = np.maximum(seen, bound)
        return np.asarray(pooled + (own - pooled) * known_s / (known_s + 4.0))

    @staticmethod
    def _searched(usable: NDArray[np.bool_], times: Array) -> dict[Area, float]:
        """Minutes in which something could have been found, per part of the face."""
        step = median_step(times) if times.size > 1 else 0.0
        return {
            area: float(usable[:, CHANNEL_AREA[area]].any(axis=(1, 2)).sum()) * step / 60.0
            for area in AREAS
        }


def _measured(
    window: EvidenceWindow,
    stretches: list[Stretch],
    peak: Peak,
    clarity: Array,
    size: Array,
    sign: int,
) -> Candidate | None:
    """Measure a peak in its stretch; None near an edge of what was seen."""
    for rows, sigma in stretches:
        first, last = window.times[rows[[0, -1]]]
        if first - EDGE_S <= peak.time_s <= last + EDGE_S:
            found = measure(window, rows, peak, clarity, size, sigma, sign)
            if found is None or found.onset_s < first + EDGE_S or found.offset_s > last - EDGE_S:
                return None
            return found
    return None


def _strongest(values: Array) -> Array:
    """Largest value of each column, but the most negative where nothing is positive."""
    top = values.max(axis=0)
    return np.asarray(np.where(top > 0, top, values.min(axis=0)), dtype=np.float64)
