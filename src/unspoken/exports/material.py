"""What there is to export of one result: analysis, context, and moments where they exist."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from unspoken import records
from unspoken.analysis import Analysis
from unspoken.context.record import Context
from unspoken.errors import InputError

__all__ = ["Material", "MomentFacts", "SignalFacts", "lanes", "load_material"]

_MOMENTS_NAME = "moments.json"
_SCHEMA = "unspoken.moments"
_VERSION = 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SignalFacts:
    """A signal of a moment, as ``moments.json`` has it.

    Parameters
    ----------
    kind : str
    strength : float
        0 to 1.
    rule : str
    evidence : tuple of str
    response : str
    """

    kind: str
    strength: float
    rule: str = ""
    evidence: tuple[str, ...] = ()
    response: str = ""


@dataclass(frozen=True, slots=True)
class MomentFacts:
    """A moment, as ``moments.json`` has it; times in seconds on the recording's clock."""

    moment_id: str
    event_id: str
    face_id: int
    kind: str
    start_s: float
    apex_s: float
    end_s: float
    action_units: dict[str, float] = field(default_factory=dict)
    emotions: dict[str, float] = field(default_factory=dict)
    reading: str = ""
    segments: tuple[str, ...] = ()
    speaker: str = ""
    said: str = ""
    rarity: float = float("nan")
    signals: tuple[SignalFacts, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Material:
    """One result with everything beside it.

    Parameters
    ----------
    analysis : Analysis
    context : Context
        Empty when there is none.
    moments : tuple of MomentFacts
        Empty when none were read.
    """

    analysis: Analysis
    context: Context = field(default_factory=Context)
    moments: tuple[MomentFacts, ...] = ()


def load_material(folder: str | Path) -> Material:
    """Read what is in the folder of a result; context and moments may be missing.

    Raises
    ------
    SourceNotFound, InputError
        If there is no analysis, or a file is broken or newer than this program.
    """
    analysis = Analysis.load(folder)
    assert analysis.folder is not None
    return Material(analysis, Context.load(analysis.folder), _moments(analysis.folder))


def _moments(folder: Path) -> tuple[MomentFacts, ...]:
    path = folder / _MOMENTS_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from error
    again = "Make it again with unspoken read."
    try:
        document = json.loads(text)
        _check(document, path)
        return tuple(records.from_json(tuple[MomentFacts, ...], document.get("moments"), _PLACE))
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}, line {error.lineno}: not valid JSON ({error.msg}).", again
        ) from error
    except records.RecordError as error:
        line = records.line_of(text, error.place)
        raise InputError(f"{path}, line {line}: {error}.", again) from error


_PLACE: records.Place = ("moments",)


def _check(document: Any, path: Path) -> None:
    if not isinstance(document, dict) or document.get("schema") != _SCHEMA:
        raise InputError(f'{path} holds no moments: "schema" is not "{_SCHEMA}".')
    version = document.get("schema_version")
    if type(version) is not int or version > _VERSION:
        raise InputError(f"{path} was written by a newer Unspoken.", "Update Unspoken.")


def lanes(spans: Iterable[tuple[float, float, T]]) -> Sequence[list[tuple[float, float, T]]]:
    """Put spans into as few lanes as needed for none of a lane to overlap.

    Parameters
    ----------
    spans : iterable of (start, end, anything)
        Any order; touching is not overlapping.

    Returns
    -------
    list of list
        Lanes in order of use, each in order of start; empty without spans.
    """
    found: list[list[tuple[float, float, T]]] = []
    for span in sorted(spans, key=lambda s: (s[0], s[1])):
        lane = next((one for one in found if one[-1][1] <= span[0]), None)
        if lane is None:
            found.append([span])
        else:
            lane.append(span)
    return found
