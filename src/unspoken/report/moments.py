"""What ``moments.json`` says about each event: its reading, its signals, how unusual it is.

The page reads the documented file, so a report can be made of any result that has one, and of any
that has none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unspoken import records
from unspoken.errors import InputError

__all__ = ["MOMENTS_NAME", "ShownMoment", "ShownMoments", "ShownSignal", "load_moments"]

MOMENTS_NAME = "moments.json"
_SCHEMA = "unspoken.moments"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class ShownSignal:
    """What an event may mean for service; see the data dictionary for the fields."""

    kind: str
    strength: float
    rule: str = ""
    evidence: tuple[str, ...] = ()
    response: str = ""

    def __post_init__(self) -> None:
        if not 0.0 <= self.strength <= 1.0:
            raise ValueError(f"a strength lies between 0 and 1, found {self.strength}")


@dataclass(frozen=True, slots=True)
class ShownMoment:
    """One event in its place; see the data dictionary for the fields."""

    moment_id: str
    event_id: str
    reading: str = ""
    emotions: dict[str, float] = field(default_factory=dict)
    segments: tuple[str, ...] = ()
    speaker: str = ""
    said: str = ""
    rarity: float = float("nan")
    signals: tuple[ShownSignal, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownMoments:
    """The moments of one result.

    Parameters
    ----------
    by_event : dict of str to ShownMoment
        The moment of each event that has one.
    playbook : str
        Name and version of the playbook that gave the signals; "" when unknown.
    """

    by_event: dict[str, ShownMoment] = field(default_factory=dict)
    playbook: str = ""


def load_moments(folder: Path) -> ShownMoments:
    """Read the moments beside an analysis.

    Returns
    -------
    ShownMoments
        Empty when there is no such file.

    Raises
    ------
    InputError
        When it is broken (the message names file and line) or was written by a newer program.
    """
    path = folder / MOMENTS_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return ShownMoments()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from error
    again = "Make it again with unspoken read, or remove the file."
    try:
        document = json.loads(text)
        _check(document, path)
        moments = records.from_json(tuple[ShownMoment, ...], document.get("moments"), ("moments",))
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}, line {error.lineno}: not valid JSON ({error.msg}).", again
        ) from error
    except records.RecordError as error:
        line = records.line_of(text, error.place)
        raise InputError(f"{path}, line {line}: {error}.", again) from error
    by_event = {moment.event_id: moment for moment in moments}
    return ShownMoments(by_event, _playbook(document.get("playbook")))


def _check(document: Any, path: Path) -> None:
    if not isinstance(document, dict) or document.get("schema") != _SCHEMA:
        raise InputError(f"{path} holds no moments.", f'"schema" is not "{_SCHEMA}".')
    version = document.get("schema_version")
    if type(version) is not int or version < 1:
        raise records.RecordError(("schema_version",), "expected a whole number from 1")
    if version > _VERSION:
        raise InputError(
            f"{path} was written by a newer Unspoken (schema {version}; this program reads up to "
            f"{_VERSION}).",
            "Update Unspoken, then make the report again.",
        )


def _playbook(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(value[key]) for key in ("name", "version") if key in value)
    return value if isinstance(value, str) else ""
