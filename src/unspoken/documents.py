"""JSON documents on disk: read fast and with the line of every fault, written fast and strictly.

`msgspec` does the work wherever it gives the very same as the standard library. It refuses what the
standard library takes (NaN spelled out, halves of surrogate pairs, numbers beyond a double), and it
has no word for infinities; then the slow way is gone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from unspoken import records
from unspoken.errors import InputError

__all__ = ["checked_schema", "decoded", "encoded", "read_document"]

_Built = TypeVar("_Built")
_FAST = msgspec.json.Encoder()


def decoded(text: str | bytes) -> Any:
    """The values of a JSON text, as `json.loads` gives them.

    Raises
    ------
    json.JSONDecodeError, UnicodeDecodeError, RecursionError
        When it is not valid JSON, not UTF-8, or nested too deeply.
    """
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        return json.loads(text)


def encoded(value: Any) -> bytes:
    """A value as strict JSON on one line, such that `unspoken.records.from_json` brings it back.

    Parameters
    ----------
    value : object
        What `unspoken.records.to_json` takes.

    Returns
    -------
    bytes
        UTF-8.

    Raises
    ------
    TypeError
        For what has no form in JSON.
    """
    try:
        text = _FAST.encode(value)
    except (TypeError, UnicodeError, OverflowError):  # NumPy scalars; halves of surrogate pairs
        text = b"null"
    # A null may be a NaN, which is right, or an infinity, which is not; or just a word in a text.
    return text if b"null" not in text else _strictly(value)


def _strictly(value: Any) -> bytes:
    plain = records.to_json(value)
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def read_document(path: Path, build: Callable[[Any], _Built], what: str, again: str) -> _Built:
    """Read a JSON file into a value.

    Parameters
    ----------
    path : Path
        UTF-8, with or without a byte order mark.
    build : callable
        Makes the value of what the JSON holds. A `RecordError` it raises is told with its line, an
        `InputError` with the file.
    what : str
        What the file should be, in words: "an analysis".
    again : str
        What to do about a broken one.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        When it is not there: what that means is the caller's to say.
    InputError
        When it is broken (file and line are named), or `build` refuses it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from error
    try:
        return build(decoded(text))
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}, line {error.lineno}: not valid JSON ({error.msg}).", again
        ) from error
    except records.RecordError as error:
        line = records.line_of(text, error.place)
        raise InputError(f"{path}, line {line}: {error}.", again) from error
    except InputError as error:
        raise InputError(f"{path}: {error.message}", error.hint) from error
    except RecursionError as error:
        raise InputError(f"{path} is nested too deeply for {what}.", again) from error


def checked_schema(
    document: Any, schema: str, newest: int, what: str, newer: tuple[str, str]
) -> None:
    """Refuse what is another kind of document, or a newer program's.

    Parameters
    ----------
    document : object
        What the JSON holds.
    schema : str
        The name under its key "schema".
    newest : int
        Largest "schema_version" this program reads.
    what : str
        Message for another kind of document.
    newer : tuple of str
        What was written by a newer program, in words, and what to do then.

    Raises
    ------
    RecordError
        If the version is no version.
    InputError
        If it is another kind of document, or newer.
    """
    if not isinstance(document, dict) or document.get("schema") != schema:
        raise InputError(what, f'"schema" is not "{schema}".')
    version = document.get("schema_version")
    if type(version) is not int or version < 1:
        raise records.RecordError(("schema_version",), "expected a whole number from 1")
    if version > newest:
        made, update = newer
        raise InputError(
            f"{made} written by a newer Unspoken (schema {version}; "
            f"this program reads up to {newest}).",
            update,
        )
