"""The decision's first half: from filter outputs to peaks, and what kind of event a peak is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from unspoken.spotting.calibration import FLOOR
from unspoken.spotting.channels import CHANNEL_AREA, Area
from unspoken.timing import Interval, iou

__all__ = ["MICRO_CAP_S", "MICRO_MIN_HZ", "Peak", "Timed", "classify", "find_peaks"]
__all__ += ["one_movement"]

#: Below this frame rate nothing is called a micro-expression.
MICRO_MIN_HZ = 19.5
#: The longest movement the onset rule calls micro, seconds.
MICRO_CAP_S = 1.0
_MICRO_TOTAL_S = 0.5
_MICRO_ONSET_S = 0.3
#: Descriptions of one movement: they overlap by so much; or by less, with apexes this close
#: (seconds); or one lies within the other by this part, and they share a unit besides.
_SAME_IOU, _SAME_APEX_IOU, _SAME_APEX_S, _WITHIN = 0.5, 0.25, 0.12, 0.7

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Peak:
    """A local maximum of the statistic over time, channels and durations.

    Parameters
    ----------
    time_s : float
        Apex on the filter grid, seconds.
    index : int
        Position on that grid.
    area : {"upper", "lower"}
        Part of the face.
    channel, shape : int
        Index into `CHANNELS` and into the bank of durations.
    duration_s : float
        That duration, seconds.
    statistic : float
        Signal-to-noise there, standard deviations of the local noise.
    """

    time_s: float
    index: int
    area: Area
    channel: int
    shape: int
    duration_s: float
    statistic: float


def find_peaks(times_s: Array, z: Array, durations_s: Array, area: Area) -> list[Peak]:
    """Candidate peaks of one part of the face.

    The statistic at an instant is the largest signal-to-noise over channels and durations. A peak
    stands for everything within half of its own duration (at least 0.12 s) that is lower.

    Parameters
    ----------
    times_s : ndarray, shape (times,)
        Seconds, rising.
    z : ndarray, shape (times, channels, shapes)
        Signal-to-noise of every channel of `CHANNELS`; 0.0 where unknown. Negate it for decoys.
    durations_s : ndarray, shape (shapes,)
        Durations of the bank, seconds.
    area : {"upper", "lower"}
        Part of the face to search.

    Returns
    -------
    list of Peak
        At or above `FLOOR`, in order of time; empty when nothing is.
    """
    if times_s.size == 0:
        return []
    members = CHANNEL_AREA[area]
    flat = z[:, members, :].reshape(len(times_s), -1)
    best = np.argmax(flat, axis=1)
    statistic = flat[np.arange(len(times_s)), best]
    padded = np.r_[-np.inf, statistic, -np.inf]
    is_top = (statistic >= padded[:-2]) & (statistic > padded[2:]) & (statistic >= FLOOR)
    chosen: list[Peak] = []
    for i in sorted(np.flatnonzero(is_top), key=lambda i: -statistic[i]):
        channel, shape = divmod(int(best[i]), z.shape[2])
        own = Peak(
            float(times_s[i]),
            int(i),
            area,
            int(members[channel]),
            shape,
            float(durations_s[shape]),
            float(statistic[i]),
        )
        if all(abs(own.time_s - p.time_s) > max(0.12, 0.5 * p.duration_s) for p in chosen):
            chosen.append(own)
    return sorted(chosen, key=lambda p: p.time_s)


def classify(
    onset_s: float,
    apex_s: float,
    offset_s: float,
    protocol: Literal["onset", "strict"],
    rate_hz: float,
) -> Literal["micro", "macro"] | None:
    """Micro- or macro-expression, by its timing.

    ``strict``: micro is at most 0.5 s in all. ``onset``: at most 0.5 s in all, or at most 0.3 s
    from onset to apex; the second way in is capped at 1.0 s in all, so that a three-second smile
    that starts fast stays a macro-expression (micro labels of CAS(ME)3 last 0.73 s in the median).

    Parameters
    ----------
    onset_s, apex_s, offset_s : float
        Seconds.
    protocol : {"onset", "strict"}
        The rule.
    rate_hz : float
        Frame rate. Below 19.5 Hz nothing is micro.

    Returns
    -------
    {"micro", "macro"} or None
        None for a movement that is neither: brief, on footage too slow to say so.
    """
    total = offset_s - onset_s
    brief = total <= _MICRO_TOTAL_S
    if protocol == "onset":
        brief |= apex_s - onset_s <= _MICRO_ONSET_S and total <= MICRO_CAP_S
    if brief and rate_hz < MICRO_MIN_HZ:
        return None if total <= _MICRO_TOTAL_S else "macro"
    return "micro" if brief else "macro"


class Timed(Protocol):
    """What has an onset, an apex and an offset: a candidate, an event."""

    @property
    def onset_s(self) -> float:
        """First movement, seconds."""

    @property
    def apex_s(self) -> float:
        """Largest displacement, seconds."""

    @property
    def offset_s(self) -> float:
        """End, seconds."""


def one_movement(a: Timed, b: Timed, *, share_unit: bool) -> bool:
    """Whether two descriptions are of one movement of the face.

    Two detectors see one movement with different edges: one of them from its sharp beginning to its
    sharp end, another from first to last displacement. Then their intervals overlap little, but one
    lies within the other and both peak together.

    Parameters
    ----------
    a, b : Timed
        Of one face.
    share_unit : bool
        Whether an action unit, on the same side, is in both.

    Examples
    --------
    >>> from unspoken.spotting.candidates import Candidate
    >>> def seen(onset, apex, offset):
    ...     return Candidate("pulse", "upper", 9.0, onset, apex, offset, {"AU9L": 0.2}, {}, 0.1)
    >>> one_movement(seen(12.33, 12.43, 12.85), seen(12.39, 12.44, 12.50), share_unit=True)
    True
    """
    first, second = Interval(a.onset_s, a.offset_s), Interval(b.onset_s, b.offset_s)
    overlap = iou(first, second)
    if overlap >= _SAME_IOU:
        return True
    if abs(a.apex_s - b.apex_s) > _SAME_APEX_S:
        return False
    shorter = min(first.duration_s, second.duration_s)
    within = share_unit and first.overlap_s(second) >= _WITHIN * shorter
    return overlap >= _SAME_APEX_IOU or within
