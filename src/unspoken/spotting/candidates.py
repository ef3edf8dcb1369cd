"""From a peak to a measured movement: boundaries, units, and whether it looks like one at all.

Everything here is done in the same way to candidates (sign +1) and to decoys (sign -1); only then
do decoys tell how often candidates are false.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.units import UNIT_KEYS
from unspoken.spotting.boundaries import Bounds, smooth, trace_of, walk
from unspoken.spotting.channels import CHANNELS, Area, contributing_units
from unspoken.spotting.decide import Peak
from unspoken.spotting.excursions import (
    MIN_DISPLACEMENT_ICD,
    MIN_TOTAL_S,
    Excursion,
    displacement_icd,
)
from unspoken.spotting.filters import ONSET_SHARE
from unspoken.spotting.window import EvidenceWindow

__all__ = ["Candidate", "breadth", "measure", "measure_excursion"]

#: How far beyond the filter's interval the boundaries may be looked for, in durations and seconds.
_SEARCH = (0.75, 0.25)
#: A level shift larger than this part of the peak's height is a step, not a movement.
_STEP_SHARE = 0.8
#: How far outside the stretch found by hysteresis boundaries are looked for, seconds.
_BEYOND_S = 2.0
_BLINK = [UNIT_KEYS.index("AU45L"), UNIT_KEYS.index("AU45R")]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A movement that passed every test but the threshold.

    Parameters
    ----------
    detector : {"pulse", "excursion"}
        What found it, and so which calibration judges it.
    area : {"upper", "lower"}
        Part of the face.
    statistic : float
        Standard deviations of the local noise.
    onset_s, apex_s, offset_s : float
        Seconds.
    units : dict of str to float
        Contributing units and their amplitudes.
    clarity : dict of str to float
        Signal-to-noise of each of them alone.
    breadth : float
        Part of all units that moved with it, 0..1.
    long : bool
        Its end was not seen.
    errors : dict of str to float
        Standard error of the amplitude of every unit that could be measured, taking part or not.
    """

    detector: Literal["pulse", "excursion"]
    area: Area
    statistic: float
    onset_s: float
    apex_s: float
    offset_s: float
    units: dict[str, float]
    clarity: dict[str, float]
    breadth: float
    long: bool = False
    errors: dict[str, float] = field(default_factory=dict)


def breadth(z: Array) -> float:
    """Part of the units that moved at least a third as clearly as the best, either way.

    A muscle moves its surroundings, one way. A step of the light, the template or the head moves
    nearly every unit, some up and some down.

    Parameters
    ----------
    z : ndarray, shape (units,)
        Signed signal-to-noise of every unit.

    Returns
    -------
    float
        0..1.
    """
    others = np.delete(np.abs(z), _BLINK)
    return float(np.mean(others >= max(2.5, 0.33 * float(others.max()))))


def measure(
    window: EvidenceWindow,
    rows: NDArray[np.intp],
    peak: Peak,
    z: Array,
    amplitude: Array,
    sigma: Array,
    sign: int,
) -> Candidate | None:
    """Measure the movement at a peak of the filter bank.

    Parameters
    ----------
    window : EvidenceWindow
        The evidence.
    rows : ndarray of int
        Rows of the uninterrupted stretch around the peak.
    peak : Peak
        What the filters found.
    z, amplitude : ndarray, shape (units,)
        Signal-to-noise and amplitude of each unit at the peak, already with the sign applied.
    sigma : ndarray, shape (units,)
        Standard error of one frame of each unit.
    sign : {1, -1}
        -1 for a decoy.

    Returns
    -------
    Candidate or None
        None when it does not rise and fall: a step, an edge, a ramp.
    """
    named = list(CHANNELS[peak.channel].units)
    weights = np.zeros(len(UNIT_KEYS))
    weights[named] = 1.0 / np.maximum(sigma[named], 1e-6)
    reach = 1.6 + 2.0 * peak.duration_s
    part = rows[np.abs(window.times[rows] - peak.time_s) <= reach]
    times = window.times[part]
    trace = sign * trace_of(window.amplitude[part].astype(np.float64), weights)
    known = np.isfinite(trace)
    times, trace = times[known], trace[known]
    noise = float(np.sqrt(np.sum((weights * sigma) ** 2)) / np.sum(weights))
    bounds = _bounds(times, trace, peak, noise)
    if bounds is None or not bounds.ended:
        return None
    if abs(bounds.shift) > _STEP_SHARE * bounds.height:
        return None
    units = contributing_units(peak.channel, z, amplitude)
    return Candidate(
        "pulse",
        peak.area,
        peak.statistic,
        bounds.onset_s,
        bounds.apex_s,
        bounds.offset_s,
        units,
        _pick(units, z),
        breadth(z),
        errors=_errors(z, amplitude),
    )


def _errors(z: Array, amplitude: Array) -> dict[str, float]:
    """Standard errors behind signal-to-noise ratios; a unit at 0 was not measured."""
    known = (np.abs(z) > 1e-9) & np.isfinite(z) & np.isfinite(amplitude)
    return {
        key: float(abs(amplitude[i]) / abs(z[i])) for i, key in enumerate(UNIT_KEYS) if known[i]
    }


def _pick(units: dict[str, float], z: Array) -> dict[str, float]:
    return {key: float(z[UNIT_KEYS.index(key)]) for key in units}


def _bounds(times: Array, trace: Array, peak: Peak, noise: float) -> Bounds | None:
    """Walk twice: the second time with the flanks outside what the first walk found."""
    if times.size < 5:
        return None
    width = 0.06 * peak.duration_s
    calm = smooth(times, trace, width)
    step = float(np.median(np.diff(times)))
    noise *= min(1.0, np.sqrt(step / (3.5 * width))) if width > 0.5 * step else 1.0
    start = peak.time_s - ONSET_SHARE * peak.duration_s
    stop = peak.time_s + (1.0 - ONSET_SHARE) * peak.duration_s
    first = walk(times, calm, start, stop, noise)
    if first is None or not first.ended:
        return first
    slack = _SEARCH[0] * peak.duration_s + _SEARCH[1]
    start = max(first.onset_s, start - slack)
    stop = min(first.offset_s, stop + slack)
    return walk(times, calm, start, stop, noise) if stop > start else first


def measure_excursion(
    window: EvidenceWindow, rows: NDArray[np.intp], excursion: Excursion, sign: int
) -> Candidate | None:
    """Measure a stay away from the usual level.

    Parameters
    ----------
    window, rows, sign
        As for `measure`.
    excursion : Excursion
        What the hysteresis found.

    Returns
    -------
    Candidate or None
        None when it is too small, shorter than half a second, or fell away before it had risen.
    """
    units = contributing_units(excursion.channel, excursion.z, excursion.amplitude)
    if rows.size < 5 or displacement_icd(units) < MIN_DISPLACEMENT_ICD:
        return None
    weights = np.zeros(len(UNIT_KEYS))
    for key, amplitude in units.items():
        weights[UNIT_KEYS.index(key)] = max(amplitude, 0.0)
    # Beyond what the hysteresis saw, by much, lies something else.
    clock = window.times[rows]
    near = (clock >= excursion.start_s - _BEYOND_S) & (clock <= excursion.stop_s + _BEYOND_S)
    times = clock[near]
    trace = sign * trace_of(window.amplitude[rows[near]].astype(np.float64), weights)
    known = np.isfinite(trace)
    times, trace = times[known], trace[known]
    if times.size < 5:
        return None
    noise = 1.05 * float(np.median(np.abs(np.diff(trace))))
    start, stop = excursion.start_s - 0.3, excursion.stop_s + 0.3
    calm = smooth(times, trace, 0.025)
    bounds = walk(times, calm, start, stop, 0.5 * noise)
    if bounds is not None and bounds.ended:
        bounds = walk(times, calm, bounds.onset_s, bounds.offset_s, 0.5 * noise)
    elif bounds is not None:
        bounds = walk(times, calm, bounds.onset_s, times[-1], 0.5 * noise)
    if bounds is None or bounds.offset_s - bounds.onset_s < MIN_TOTAL_S:
        return None
    if not excursion.long and bounds.shift > _STEP_SHARE * bounds.height:
        return None
    return Candidate(
        "excursion",
        excursion.area,
        excursion.statistic,
        bounds.onset_s,
        bounds.apex_s,
        bounds.offset_s,
        units,
        _pick(units, excursion.z),
        breadth(excursion.z),
        excursion.long or (not bounds.ended and times[-1] >= clock[-1]),
        _errors(excursion.z, excursion.amplitude),
    )
