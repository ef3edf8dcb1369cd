"""One second look at a recording for everything in a report that shows its pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from unspoken.media.frame import Frame

__all__ = ["Frames", "Taker", "look_again"]

#: Given (frame index, time in seconds) pairs in rising order, each once, yields those frames in any
#: order; frames that cannot be read may be left out.
Frames = Callable[[Sequence[tuple[int, float]]], Iterable[Frame]]


class Taker(Protocol):
    """Whoever needs some frames."""

    def wanted(self) -> Mapping[int, float]:
        """Capture time, seconds, of each frame that is needed, by index."""

    def take(self, frame: Frame) -> None:
        """Use a frame, in any order; may be one that this taker did not ask for."""


def look_again(frames: Frames, takers: Sequence[Taker]) -> None:
    """Read every frame that somebody wants once, and hand it to all takers.

    Parameters
    ----------
    frames : callable
        Reads frames; not called where nobody wants any.
    takers : sequence of Taker
        Those who want some.
    """
    wanted: dict[int, float] = {}
    for taker in takers:
        wanted |= taker.wanted()
    for frame in frames(sorted(wanted.items())) if wanted else ():
        for taker in takers:
            taker.take(frame)
