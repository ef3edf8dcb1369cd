"""Segments: named stretches of an interaction, on the recording's own clock."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

__all__ = ["Segment", "Timeline"]

#: Differences of times are looked up with this much to spare.
_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class Segment:
    """One named stretch of an interaction.

    Parameters
    ----------
    segment_id : str
        Unique inside its timeline; not empty.
    kind : str
        A free word for what sort of thing it names: "step", "topic", "price" ...
    label : str
        Its name, as "demo: export".
    start_s, end_s : float
        Seconds on the recording's clock, offset already applied; ``end_s >= start_s``. Both are
        equal for a point in time, as a key press in BORIS. Before 0 is before the recording.
    tags : dict of str to str
        What else is known of it: product, price, script version.
    source : str
        Name of the file it came from; "" when made by hand.

    Raises
    ------
    ValueError
        If the id is empty, a time is not finite, or the end lies before the start.
    """

    segment_id: str
    kind: str
    label: str
    start_s: float
    end_s: float
    tags: dict[str, str] = field(default_factory=dict)
    source: str = ""

    def __post_init__(self) -> None:
        if not self.segment_id:
            raise ValueError("a segment needs an id")
        if not (math.isfinite(self.start_s) and math.isfinite(self.end_s)):
            raise ValueError(f"times must be finite, found {self.start_s} to {self.end_s}")
        if self.end_s < self.start_s:
            raise ValueError(f"ends before it starts: {self.start_s} to {self.end_s}")

    @property
    def duration_s(self) -> float:
        """Length, seconds; 0.0 for a point in time."""
        return self.end_s - self.start_s

    def holds(self, time_s: float) -> bool:
        """Whether an instant lies in it: the start counts, the end does not.

        So of two segments that follow each other only one holds the instant between them. A point
        in time holds itself.
        """
        return self.start_s <= time_s < self.end_s or self.start_s == time_s == self.end_s


@dataclass(frozen=True)
class Timeline:
    """The segments of one interaction, in order of start.

    Parameters
    ----------
    segments : tuple of Segment
        Sorted here by start, then end, then id; may overlap, and may leave gaps.

    Raises
    ------
    ValueError
        If two segments share an id.
    """

    segments: tuple[Segment, ...] = ()

    def __post_init__(self) -> None:
        ordered = sorted(self.segments, key=lambda s: (s.start_s, s.end_s, s.segment_id))
        object.__setattr__(self, "segments", tuple(ordered))
        if len({segment.segment_id for segment in ordered}) < len(ordered):
            twice = _first_twice(segment.segment_id for segment in ordered)
            raise ValueError(f'two segments have the id "{twice}"')

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that occur, sorted."""
        return tuple(sorted({segment.kind for segment in self.segments}))

    def at(self, time_s: float, kind: str | None = None) -> tuple[Segment, ...]:
        """Segments that hold an instant (see :meth:`Segment.holds`), in order of start.

        Parameters
        ----------
        time_s : float
            Seconds on the recording's clock.
        kind : str, optional
            Only segments of this kind.
        """
        return tuple(
            segment
            for segment in self._starting(time_s - self._longest_s, time_s)
            if segment.holds(time_s) and kind in (None, segment.kind)
        )

    def between(self, start_s: float, end_s: float) -> tuple[Segment, ...]:
        """Segments that share an instant with a closed stretch of time, in order of start."""
        near = self._starting(start_s - self._longest_s, end_s)
        return tuple(segment for segment in near if segment.end_s >= start_s)

    def _starting(self, first_s: float, last_s: float) -> tuple[Segment, ...]:
        """Segments that start in a stretch; a little more, never less, on the left."""
        low = bisect_left(self._starts, first_s - _ROUNDING_S)
        return self.segments[low : bisect_right(self._starts, last_s)]

    @cached_property
    def _starts(self) -> list[float]:
        return [segment.start_s for segment in self.segments]

    @cached_property
    def _longest_s(self) -> float:
        return max((segment.duration_s for segment in self.segments), default=0.0)


def _first_twice(names: Iterable[str]) -> str:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return ""
