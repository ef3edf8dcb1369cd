"""What ``moments.json`` says about each event: its reading, its signals, how unusual it is.

The page reads the documented file, so a report can be made of any result that has one, and of any
that has none.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unspoken import records
from unspoken.errors import InputError
from unspoken.interaction import MOMENTS_NAME, MOMENTS_VERSION, PlaybookFacts
from unspoken.reading.moments import Moment

__all__ = ["ShownMoments", "load_moments"]

_SCHEMA = "unspoken.moments"


@dataclass(frozen=True, slots=True)
class ShownMoments:
    """The moments of one result.

    Parameters
    ----------
    by_event : dict of str to Moment
        The moment of each event that has one.
    playbook : str
        Name and version of the playbook that gave the signals; "" when unknown.
    stale : bool
        The file was read from another analysis than the one beside it, so nothing of it is shown.
    """

    by_event: dict[str, Moment] = field(default_factory=dict)
    playbook: str = ""
    stale: bool = False


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
        moments = records.from_json(tuple[Moment, ...], document.get("moments"), ("moments",))
        playbook = records.from_json(PlaybookFacts, document.get("playbook", {}), ("playbook",))
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}, line {error.lineno}: not valid JSON ({error.msg}).", again
        ) from error
    except records.RecordError as error:
        line = records.line_of(text, error.place)
        raise InputError(f"{path}, line {line}: {error}.", again) from error
    if _is_stale(document, folder):
        return ShownMoments(stale=True)
    by_event = {moment.event_id: moment for moment in moments}
    return ShownMoments(by_event, f"{playbook.name} {playbook.version}".strip())


def _is_stale(document: dict[str, Any], folder: Path) -> bool:
    """Whether the recording was analysed again since the moments were read."""
    digest = document.get("analysis_sha256")
    path = folder / "analysis.json"
    if not digest or not path.is_file():
        return False
    return bool(hashlib.sha256(path.read_bytes()).hexdigest() != digest)


def _check(document: Any, path: Path) -> None:
    if not isinstance(document, dict) or document.get("schema") != _SCHEMA:
        raise InputError(f"{path} holds no moments.", f'"schema" is not "{_SCHEMA}".')
    version = document.get("schema_version")
    if type(version) is not int or version < 1:
        raise records.RecordError(("schema_version",), "expected a whole number from 1")
    if version > MOMENTS_VERSION:
        raise InputError(
            f"{path} was written by a newer Unspoken (schema {version}; this program reads up to "
            f"{MOMENTS_VERSION}).",
            "Update Unspoken, then make the report again.",
        )
