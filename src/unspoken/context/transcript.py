"""What was said, by whom, when: utterances on the recording's own clock."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property

__all__ = ["SPEAKER_ROLES", "Transcript", "Utterance"]

SPEAKER_ROLES: tuple[str, ...] = ("customer", "staff", "unknown")
#: Differences of times are looked up with this much to spare.
_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something one speaker said.

    Parameters
    ----------
    speaker : str
        The label the transcript uses; "" when it names nobody.
    start_s, end_s : float
        Seconds on the recording's clock, offset already applied; ``end_s >= start_s``.
    text : str
        The words.

    Raises
    ------
    ValueError
        If a time is not finite or the end lies before the start.
    """

    speaker: str
    start_s: float
    end_s: float
    text: str

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start_s) and math.isfinite(self.end_s)):
            raise ValueError(f"times must be finite, found {self.start_s} to {self.end_s}")
        if self.end_s < self.start_s:
            raise ValueError(f"ends before it starts: {self.start_s} to {self.end_s}")


@dataclass(frozen=True)
class Transcript:
    """Everything that was said, in order of start.

    Parameters
    ----------
    utterances : tuple of Utterance
        Sorted here by start, then end; speakers may talk at the same time.
    roles : dict of str to str
        Speaker label to one of :data:`SPEAKER_ROLES`. Labels that are missing are "unknown".
    language : str
        BCP 47 tag as "en" or "pt-BR"; "" when nobody said.

    Raises
    ------
    ValueError
        If a role is none.
    """

    utterances: tuple[Utterance, ...] = ()
    roles: dict[str, str] = field(default_factory=dict)
    language: str = ""

    def __post_init__(self) -> None:
        ordered = sorted(self.utterances, key=lambda u: (u.start_s, u.end_s))
        object.__setattr__(self, "utterances", tuple(ordered))
        for speaker, role in self.roles.items():
            if role not in SPEAKER_ROLES:
                known = ", ".join(SPEAKER_ROLES)
                raise ValueError(f'the role of "{speaker}" is "{role}"; expected one of {known}')

    @cached_property
    def speakers(self) -> tuple[str, ...]:
        """Labels that occur, sorted; "" among them when some utterance names nobody."""
        return tuple(sorted({utterance.speaker for utterance in self.utterances}))

    def role_of(self, speaker: str) -> str:
        """Role of a speaker, "unknown" where nobody said."""
        return self.roles.get(speaker, "unknown")

    def at(self, time_s: float) -> tuple[Utterance, ...]:
        """Utterances during which an instant falls, both ends included, in order of start."""
        return self._meeting(time_s, time_s)

    def before(self, time_s: float, within_s: float) -> tuple[Utterance, ...]:
        """What was being said in the seconds before an instant, in order of start.

        Parameters
        ----------
        time_s : float
            Seconds on the recording's clock.
        within_s : float
            How far to look back, seconds; not negative.

        Returns
        -------
        tuple of Utterance
            All that share an instant with ``[time_s - within_s, time_s]``: those still going on
            too, never those that start later.
        """
        return self._meeting(time_s - within_s, time_s)

    def _meeting(self, start_s: float, end_s: float) -> tuple[Utterance, ...]:
        low = bisect_left(self._starts, start_s - self._longest_s - _ROUNDING_S)
        high = bisect_right(self._starts, end_s)
        return tuple(u for u in self.utterances[low:high] if u.end_s >= start_s)

    @cached_property
    def _starts(self) -> list[float]:
        return [utterance.start_s for utterance in self.utterances]

    @cached_property
    def _longest_s(self) -> float:
        return max((u.end_s - u.start_s for u in self.utterances), default=0.0)
