"""Levels of difficulty, and what catch trials hold instead of an expression."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CATCHES", "LEVELS", "Level", "catches_of", "level_named"]


@dataclass(frozen=True)
class Level:
    """One condition under which faces are shown.

    Parameters
    ----------
    name : str
        Key in results.
    title, what : str
        For people.
    strength : float
        Factor on the amplitudes of the expression.
    speech, head : bool
        Whether the face talks, and whether the head moves.
    yaw_deg : float, degrees
        How far the head is turned from the camera; the side changes from trial to trial.
    mixed : bool
        Whether a weaker second emotion is mixed in. The stronger one is the answer.
    """

    name: str
    title: str
    what: str
    strength: float = 1.0
    speech: bool = False
    head: bool = False
    yaw_deg: float = 0.0
    mixed: bool = False


LEVELS: tuple[Level, ...] = (
    Level("plain", "Plain", "A still face, seen from the front, at full strength."),
    Level("head", "Moving head", "The head sways and turns a little.", head=True),
    Level("speech", "Talking", "The face is talking while it happens.", speech=True),
    Level("three_quarter", "Three-quarter view", "The head is turned to one side.", yaw_deg=35.0),
    Level("faint", "Faint", "Only two fifths of the full strength.", strength=0.4),
    Level("mixed", "Mixed", "A second, weaker emotion is mixed in; name the stronger.", mixed=True),
)

#: What a catch trial holds: no expression, but perhaps an ordinary movement.
CATCHES: tuple[str, ...] = ("nothing", "blink", "speech", "head_turn")


def catches_of(level: Level) -> tuple[str, ...]:
    """What catch trials of a level hold; where every face talks, a word would be nothing else."""
    return tuple(kind for kind in CATCHES if not (level.speech and kind == "speech"))


_BY_NAME = {level.name: level for level in LEVELS}


def level_named(name: str) -> Level:
    """The level with this name.

    Raises
    ------
    KeyError
        If there is none.
    """
    return _BY_NAME[name]
