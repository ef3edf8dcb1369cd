"""From the length of a region's movement to intervals: the decision half of the flow spotter.

All lengths in time are frames at about 30 pictures a second, all movements pixels of a crop in
which the inner eye corners are 64 pixels apart: the method is defined in these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, find_peaks, sosfiltfilt

__all__ = [
    "LEAST_FRAMES",
    "MOST_FRAMES",
    "Area",
    "Finding",
    "find_movements",
    "keep",
    "low_pass",
    "merge",
]

Floats = NDArray[np.float64]
Area = Literal["brow", "mouth", "nose"]

#: A movement must reach this length, pixels, ...
LEAST_PEAK_PX = 1.4
#: ... and rise so far above the least value of its neighbourhood, pixels.
LEAST_RISE_PX: dict[Area, float] = {"brow": 1.8, "mouth": 1.85, "nose": 2.1}
#: The neighbourhood, frames to either side.
NEIGHBOURHOOD = 30
#: A movement ends where this share of its rise is left.
BOUNDARY_SHARE = 0.33
#: Movements are one when they share more than this part of the shorter (published: 0.2 to 0.3).
MERGE_SHARE = 0.25
#: Lengths that are kept, frames, both ends included.
LEAST_FRAMES, MOST_FRAMES = 12, 200
#: Cut-off of the low-pass, Hz, and its order in one direction.
CUT_OFF_HZ, FILTER_ORDER = 5.0, 2


@dataclass(frozen=True, slots=True)
class Finding:
    """A movement somewhere on the face.

    Parameters
    ----------
    onset, apex, offset : int
        Sample numbers, first and last included.
    rise_px : float
        Height of the peak above its valley, pixels.
    regions : frozenset of str
        Where it was seen, also with less strength.
    """

    onset: int
    apex: int
    offset: int
    rise_px: float
    regions: frozenset[str]

    @property
    def frames(self) -> int:
        """Length, both ends included."""
        return self.offset - self.onset + 1

    def shared(self, other: Finding) -> float:
        """Shared frames over the frames of the shorter one, 0..1."""
        common = min(self.offset, other.offset) - max(self.onset, other.onset) + 1
        return max(common, 0) / min(self.frames, other.frames)

    def absorbing(self, other: Finding) -> Finding:
        """The same movement, seen in the other's regions too."""
        return replace(self, regions=self.regions | other.regions)

    def shifted(self, samples: int) -> Finding:
        """The same movement, counted from an earlier start."""
        return replace(
            self,
            onset=self.onset + samples,
            apex=self.apex + samples,
            offset=self.offset + samples,
        )


def low_pass(signal: Floats, rate_hz: float) -> Floats:
    """The signal without what is faster than 5 Hz, not delayed.

    A Butterworth filter of second order, run forwards and backwards. Signals sampled at 10 Hz or
    slower hold nothing faster and are returned as they are.

    Parameters
    ----------
    signal : ndarray, shape (n,)
        At a steady rate.
    rate_hz : float
        Samples a second.

    Returns
    -------
    ndarray, shape (n,)
    """
    if rate_hz <= 2.0 * CUT_OFF_HZ or signal.size < 2:
        return signal
    sections = butter(FILTER_ORDER, CUT_OFF_HZ, fs=rate_hz, output="sos")
    pad = min(round(rate_hz / CUT_OFF_HZ) * 3, signal.size - 1)
    return np.asarray(sosfiltfilt(sections, signal, padlen=pad), dtype=np.float64)


def find_movements(signal: Floats, area: Area, region: str) -> list[Finding]:
    """Peaks that pass the rules, with their boundaries.

    Parameters
    ----------
    signal : ndarray, shape (n,)
        Low-passed length of the region's movement since the window's first frame, pixels.
    area : {"brow", "mouth", "nose"}
        Sets the threshold.
    region : str
        Name of the region, for the result.

    Returns
    -------
    list of Finding
        In order of the apex; empty when nothing passes. Peaks of one movement may give the same
        interval; `merge` makes them one.
    """
    found = []
    for peak in find_peaks(signal, height=LEAST_PEAK_PX)[0].tolist():
        around = signal[max(0, peak - NEIGHBOURHOOD) : peak + NEIGHBOURHOOD + 1]
        valley = float(around.min())
        rise = float(signal[peak]) - valley
        if rise > LEAST_RISE_PX[area]:
            level = valley + BOUNDARY_SHARE * rise
            onset, offset = _walk_out(signal, peak, level)
            found.append(Finding(onset, peak, offset, rise, frozenset({region})))
    return found


def _walk_out(signal: Floats, peak: int, level: float) -> tuple[int, int]:
    """The first samples to either side of a peak that have come down to a level.

    Where it never does, the first or last sample there is.
    """
    down = np.flatnonzero(signal <= level)
    at = int(np.searchsorted(down, peak))
    onset = int(down[at - 1]) if at > 0 else 0
    offset = int(down[at]) if at < down.size else signal.size - 1
    return onset, offset


def merge(findings: Iterable[Finding]) -> list[Finding]:
    """Make findings one that share more than a quarter of the shorter: the strongest stands.

    The interval of the strongest is kept as it is. Joining intervals end to end instead would make
    one long movement of a restless face, and lose it by the rule of 200 frames.

    Returns
    -------
    list of Finding
        In order of onset. The result does not depend on the order of the input.
    """
    standing: list[Finding] = []
    for one in sorted(findings, key=lambda one: (-one.rise_px, *_order(one))):
        for index, stronger in enumerate(standing):
            if stronger.shared(one) > MERGE_SHARE:
                standing[index] = stronger.absorbing(one)
                break
        else:
            standing.append(one)
    return sorted(standing, key=_order)


def keep(findings: Sequence[Finding]) -> list[Finding]:
    """Those of 12 to 200 frames."""
    return [one for one in findings if LEAST_FRAMES <= one.frames <= MOST_FRAMES]


def _order(one: Finding) -> tuple[int, int, int, list[str]]:
    return one.onset, one.offset, one.apex, sorted(one.regions)
