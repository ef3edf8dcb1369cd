"""An interaction as it is watched: what is shown, what was said, and what there was to see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from unspoken.academy.film import Film
from unspoken.academy.recordings import Recording
from unspoken.timing import Interval

__all__ = ["Line", "Showing", "Target"]


@dataclass(frozen=True)
class Line:
    """Somebody's words, or the name of a step; seconds from the beginning of the film."""

    start_s: float
    end_s: float
    text: str
    speaker: str = ""


@dataclass(frozen=True)
class Target:
    """A moment there was to be seen.

    Parameters
    ----------
    target_id, kind : str
        micro or macro.
    start_s, apex_s, end_s : float
        Seconds from the beginning of the film.
    means : str
        Of a planted moment, what it is meant to be consistent with; "" otherwise.
    emotions : dict of str to float
        Of an engine's moment, the probabilities of its reading.
    words : str
        What there was to see.
    units : tuple of str
        Action units in words.
    ask : str
        What one could ask the customer.
    discuss : tuple of str
        Questions for the group.
    judged : dict of str to int
        Verdicts of people on this moment.
    """

    target_id: str
    kind: str
    start_s: float
    apex_s: float
    end_s: float
    means: str = ""
    emotions: dict[str, float] = field(default_factory=dict)
    words: str = ""
    units: tuple[str, ...] = ()
    ask: str = ""
    discuss: tuple[str, ...] = ()
    judged: dict[str, int] = field(default_factory=dict)

    @property
    def interval(self) -> Interval:
        """From its beginning to its end."""
        return Interval(self.start_s, self.end_s)


@dataclass(frozen=True)
class Showing:
    """An interaction as it is watched.

    Parameters
    ----------
    showing_id : str
        Name in addresses.
    digest : str
        Of what is shown; colleagues' marks fit only the same one.
    reference : {"planted", "engine"}
        Where the moments come from.
    film : Film
    steps, lines : tuple of Line
    targets : tuple of Target
        In order of time.
    recording : Recording, optional
        Shown instead of the film.
    """

    showing_id: str
    title: str
    digest: str
    reference: Literal["planted", "engine"]
    film: Film
    steps: tuple[Line, ...]
    lines: tuple[Line, ...]
    targets: tuple[Target, ...]
    what: str = ""
    recording: Recording | None = None

    def step_at(self, time_s: float) -> str:
        """Name of the step at a time; "" for none."""
        held = [step.text for step in self.steps if step.start_s <= time_s < step.end_s]
        return held[-1] if held else ""

    def said_at(self, time_s: float) -> list[Line]:
        """What is said around a time: up to four seconds before it, or just then."""
        return [x for x in self.lines if x.start_s <= time_s + 0.5 and x.end_s >= time_s - 4.0]
