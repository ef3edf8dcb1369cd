"""One answered trial, and when it counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from unspoken.academy.expressions import NONE

__all__ = ["EXCLUDING", "FLAGS", "Answer", "family_of", "valid"]

#: What can be noted about a trial, in words for people.
FLAGS: dict[str, str] = {
    "late": "the display did not show exactly the planned frames",
    "hidden": "the page was in the background while the face was shown",
    "abandoned": "the block was left before this trial was answered",
}
#: Flags that take a trial out of every score; such trials are counted and shown again.
EXCLUDING = frozenset(FLAGS)


@dataclass(frozen=True)
class Answer:
    """What was shown and what was said.

    Parameters
    ----------
    truth : str
        The emotion, the region, or "none" in a catch trial.
    response : str or None
        The answer in the same words; None if there was none.
    shown_s : float, seconds
        How long it was on the screen; 0 in catch trials.
    family : str
        Task, truth and level.
    confidence : int or None
        1 to 4.
    catch : str
        What a catch trial held; "" in other trials.
    flags : tuple of str
        Of :data:`FLAGS`.
    rt_s : float or None, seconds
        From the end of the presentation to the answer.
    when_error_s : float or None, seconds
        In the spotting drill: the named moment minus the middle of the movement.
    """

    truth: str
    response: str | None
    shown_s: float
    family: str
    confidence: int | None = None
    catch: str = ""
    flags: tuple[str, ...] = ()
    rt_s: float | None = None
    when_error_s: float | None = None

    @property
    def counts(self) -> bool:
        """Whether it enters scores: answered, and nothing went wrong with showing it."""
        return self.response is not None and not EXCLUDING & set(self.flags)

    @property
    def correct(self) -> bool:
        """Whether the answer is the truth."""
        return self.response == self.truth

    @property
    def is_signal(self) -> bool:
        """Whether there was something to see."""
        return self.truth != NONE

    @property
    def said_something(self) -> bool:
        """Whether the answer says that there was something."""
        return self.response != NONE


def family_of(task: str, truth: str, level: str) -> str:
    """The item family: trials of one task, truth and level are reviewed and measured together."""
    return f"{task}/{truth}/{level}"


def valid(answers: Iterable[Answer]) -> Sequence[Answer]:
    """Those that count."""
    return [answer for answer in answers if answer.counts]
