"""A labelled or spotted movement as the metrics see it, and how much two of them overlap."""

from __future__ import annotations

import math
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unspoken.spotting.events import Event
from unspoken.timing import Interval, iou, nearest_index

__all__ = ["Mark", "frame_iou", "time_iou"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A movement from its first to its last frame, both included.

    Truth (a data set's label, a planted expression) and answer (an event of the engine or of a
    baseline) have the same form.

    Parameters
    ----------
    kind : str
        ``"micro"``, ``"macro"``, ...
    onset_frame, offset_frame : int
        First and last frame, both part of the movement.
    onset_s, offset_s : float
        The same in seconds.
    apex_frame : int or None
        Frame of the peak; None where it is not known, as in some data sets.
    apex_s : float
        The same in seconds; NaN where it is not known.
    action_units : frozenset of str
        Such as ``AU4L``; empty where they are not coded.
    label : str
        Emotion or other class; empty where there is none.

    Raises
    ------
    ValueError
        If it ends before it starts or a bound is not finite.
    """

    kind: str
    onset_frame: int
    offset_frame: int
    onset_s: float
    offset_s: float
    apex_frame: int | None = None
    apex_s: float = math.nan
    action_units: frozenset[str] = frozenset()
    label: str = ""

    def __post_init__(self) -> None:
        if self.offset_frame < self.onset_frame:
            raise ValueError(
                f"offset frame {self.offset_frame} lies before onset frame {self.onset_frame}"
            )
        Interval(self.onset_s, self.offset_s)

    @classmethod
    def of_event(cls, event: Event) -> Mark:
        """An event of the engine, or of a baseline."""
        return cls(
            event.kind,
            event.onset_frame,
            event.offset_frame,
            event.onset_s,
            event.offset_s,
            event.apex_frame,
            event.apex_s,
            frozenset(event.action_units),
            event.emotion,
        )

    @classmethod
    def of_times(
        cls,
        kind: str,
        onset_s: float,
        apex_s: float,
        offset_s: float,
        times_s: NDArray[np.float64],
        action_units: AbstractSet[str] = frozenset(),
        label: str = "",
    ) -> Mark:
        """A movement known in seconds, such as a planted one, with the frames nearest to them.

        The engine's events get their frames by the same rule.

        Parameters
        ----------
        kind : str
            ``"micro"``, ``"macro"``, ...
        onset_s, apex_s, offset_s : float
            Seconds; NaN for an apex that is not known.
        times_s : ndarray, shape (n,)
            Capture time of every frame, rising, seconds; at least one.
        action_units : set of str
            Such as ``AU4L``.
        label : str
            Emotion or other class.

        Raises
        ------
        ValueError
            Without frames, or if it ends before it starts.
        """
        return cls(
            kind,
            nearest_index(times_s, onset_s),
            nearest_index(times_s, offset_s),
            onset_s,
            offset_s,
            None if math.isnan(apex_s) else nearest_index(times_s, apex_s),
            apex_s,
            frozenset(action_units),
            label,
        )

    @property
    def interval(self) -> Interval:
        """Onset to offset, seconds."""
        return Interval(self.onset_s, self.offset_s)

    @property
    def frames(self) -> int:
        """Number of frames, both ends included; at least 1."""
        return self.offset_frame - self.onset_frame + 1

    def order(self) -> tuple[object, ...]:
        """A key that sorts marks by time, and apart whatever differs, so order never matters."""
        return (
            *(self.onset_frame, self.offset_frame, self.onset_s, self.offset_s, self.kind),
            -1 if self.apex_frame is None else self.apex_frame,
            -math.inf if math.isnan(self.apex_s) else self.apex_s,
            *(sorted(self.action_units), self.label),
        )


def frame_iou(a: Mark, b: Mark) -> float:
    """Intersection over union, counted in frames with both ends included.

    The measure of the spotting challenges (MEGC 2019-2022): frames 10-19 are ten frames, and two
    movements of one and the same frame overlap fully.

    Returns
    -------
    float
        0.0 to 1.0.
    """
    shared = min(a.offset_frame, b.offset_frame) - max(a.onset_frame, b.onset_frame) + 1
    return max(shared, 0) / (a.frames + b.frames - max(shared, 0))


def time_iou(a: Mark, b: Mark) -> float:
    """Intersection over union of the two intervals of time.

    For recordings whose frames do not come at a steady rate. A movement of one frame has no
    duration here; two of them overlap fully if they are equal, else not at all.

    Returns
    -------
    float
        0.0 to 1.0.
    """
    return iou(a.interval, b.interval)
