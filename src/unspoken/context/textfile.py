"""A text file as it was found: its bytes, its encoding, its lines."""

from __future__ import annotations

import codecs
import hashlib
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from unspoken import records
from unspoken.errors import InputError, SourceNotFound, UsageError

__all__ = ["TextFile", "read_text_file"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Larger files are no timelines.
_LARGEST_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True)
class TextFile:
    """The text of a file.

    Parameters
    ----------
    path : Path
        As the user gave it.
    text : str
        Decoded; line ends as they were.
    sha256 : str
        Of the bytes.
    """

    path: Path
    text: str
    sha256: str = ""

    @property
    def name(self) -> str:
        """The path as the user gave it."""
        return str(self.path)

    @property
    def suffix(self) -> str:
        """Ending in small letters, with its dot."""
        return self.path.suffix.lower()

    @cached_property
    def json(self) -> Any:
        """The text as JSON.

        Raises
        ------
        InputError
            If it is none; the message names the line.
        """
        import json

        try:
            return json.loads(self.text, parse_constant=_no_constant)
        except json.JSONDecodeError as error:
            raise InputError(
                f"{self.name}, line {error.lineno}: not valid JSON ({error.msg}).",
                "Export the file again, or correct it there.",
            ) from error
        except (RecursionError, ValueError) as error:
            raise InputError(f"{self.name}: not JSON that can be used ({error}).") from error

    @cached_property
    def is_json(self) -> bool:
        """Whether it reads as a JSON object or list."""
        if self.text.lstrip()[:1] not in ("{", "["):
            return False
        try:
            return isinstance(self.json, dict | list)
        except InputError:
            return False

    def line_of(self, where: int | records.Place) -> int:
        """The line of a place; 0 for the whole file."""
        return where if isinstance(where, int) else records.line_of(self.text, where)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def read_text_file(path: str | os.PathLike[str], encoding: str = "") -> TextFile:
    """Read a text file.

    Without a word on its encoding it is UTF-8, or what its byte-order mark says. Nothing is
    guessed: bytes that do not fit are named with their line.

    Parameters
    ----------
    path : str or path-like
        The file.
    encoding : str
        A name Python knows, as "cp1252" or "latin-1"; "" for UTF-8 or the byte-order mark.

    Raises
    ------
    SourceNotFound, InputError, UsageError
        If it is not there, cannot be read or decoded, or there is no such encoding.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise InputError(f"{path} is larger than 512 MiB; that is no timeline or transcript.")
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise SourceNotFound(f"There is no file {path}.", "Check the spelling.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    text = _decoded(path, content, encoding)
    if not text.strip():
        raise InputError(f"{path} is empty.", "Name the file that holds the rows.")
    return TextFile(path, text, hashlib.sha256(content).hexdigest())


def _decoded(path: Path, content: bytes, encoding: str) -> str:
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    chosen = encoding or marked or "utf-8"
    try:
        return content.decode(chosen)
    except LookupError as error:
        raise UsageError(f'There is no encoding "{chosen}".', "Try cp1252 or utf-16.") from error
    except UnicodeDecodeError as error:
        if chosen.lower().replace("-", "").startswith(("utf16", "utf32")):
            raise InputError(f"{path} is not {chosen} throughout ({error.reason}).") from error
        raise InputError(
            _undecodable(path, content, chosen, error.start), _ENCODING_HINT
        ) from error


_ENCODING_HINT = (
    "Save it as UTF-8, or name its encoding: --encoding cp1252 is what older Windows programs "
    "write. If only some lines differ, the file was joined from two: convert one of them first."
)


def _undecodable(path: Path, content: bytes, encoding: str, first: int) -> str:
    lines = content.split(b"\n")
    bad = [number for number, line in enumerate(lines, 1) if not _fits(line, encoding)]
    number = content.count(b"\n", 0, first) + 1
    shown = content[first : first + 4].hex(" ")
    others = f" {len(bad)} of {len(lines)} lines are like that." if len(bad) > 1 else ""
    return f"{path}, line {number}: not {encoding}: the bytes {shown} are no letters.{others}"


def _fits(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
