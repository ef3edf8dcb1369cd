"""Dataclasses to strict JSON and back, by their type hints.

Strict JSON has no word for numbers that are not finite: NaN is written as ``null``, the infinities
as ``"inf"`` and ``"-inf"``, and all three come back. Reading names the place of every fault:
``events[3].onset_s (line 812): expected a number, found "soon"``.
"""

from __future__ import annotations

import json
import math
import types
import typing
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from functools import lru_cache
from typing import Any

import msgspec

__all__ = ["RecordError", "from_json", "line_of", "to_json"]

Place = tuple[str | int, ...]


class RecordError(ValueError):
    """A value does not fit its type.

    Parameters
    ----------
    place : tuple of str or int
        Keys and positions from the top of the document.
    message : str
        What was expected and what was found.
    """

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(f"{place_text(place)}: {message}")
        self.place = place
        self.message = message


def place_text(place: Place) -> str:
    """A place as people write it: ``events[3].onset_s``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.lstrip(".") or "the document"


def to_json(value: Any) -> Any:
    """Turn a value into what strict JSON can hold.

    Parameters
    ----------
    value : dataclass, dict, tuple, list, str, number, bool or None
        NumPy scalars count as numbers.

    Raises
    ------
    TypeError
        For anything else.
    """
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return _number_to_json(float(value))
    if is_dataclass(value):
        kind: Any = type(value)
        return {name: to_json(getattr(value, name)) for name in _names(kind)}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_json(item) for item in value]
    if hasattr(value, "item"):
        return to_json(value.item())
    raise TypeError(f"cannot be written as JSON: {type(value).__name__}")


@lru_cache(maxsize=64)
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


def _number_to_json(number: float) -> float | str | None:
    if math.isfinite(number):
        return number
    if math.isnan(number):
        return None
    return "inf" if number > 0 else "-inf"


def from_json(kind: Any, value: Any, place: Place = ()) -> Any:
    """Build a value of a type from JSON.

    Parameters
    ----------
    kind : type
        A dataclass, float, int, bool, str, ``float | str``, Literal, tuple or dict of these.
    value : object
        What the JSON reader gave.
    place : tuple
        Where in the document, for messages.

    Raises
    ------
    RecordError
        If the value does not fit. Unknown keys of a record are passed over, so that later
        versions can add facts; a missing key takes the field's default where it has one.
    """
    try:
        return _reader(kind)(value)
    except RecordError as error:
        raise RecordError((*place, *error.place), error.message) from error.__cause__


#: Reads one value; a fault is told from the value downwards, and those above add their part.
Reader = Callable[[Any], Any]


@lru_cache(maxsize=512)
def _reader(kind: Any) -> Reader:
    """The reader of a type, put together once: files hold thousands of values of few types."""
    if kind in _SCALARS:
        return _SCALARS[kind]
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if origin is typing.Literal:
        return _choice(arguments)
    if origin is tuple:
        if arguments[1:] != (Ellipsis,):
            return _row(arguments)
        closely = _items(arguments)
        return _many(arguments[0], closely) if is_dataclass(arguments[0]) else closely
    if origin is dict:
        return _mapping(arguments[1])
    if origin is types.UnionType or origin is typing.Union:
        return _number_or_text(arguments)
    return _dataclass(kind)


def _choice(choices: tuple[Any, ...]) -> Reader:
    def read(value: Any) -> Any:
        if value not in choices:
            raise RecordError((), f"expected one of {_list(choices)}, found {_show(value)}")
        return value

    return read


def _items(arguments: tuple[Any, ...]) -> Reader:
    item = _reader(arguments[0])

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise RecordError((), f"expected a list, found {_show(value)}")
        try:
            return tuple([item(one) for one in value])
        except RecordError:
            # Only now does it matter which one it was.
            return tuple(_inside(i, item, one) for i, one in enumerate(value))

    return read


def _many(kind: Any, closely: Reader) -> Reader:
    """Many records at once by `msgspec`, which is as strict; one by one where it finds a fault."""
    floats = [name for name, hint in typing.get_type_hints(kind).items() if hint is float]

    def known(record: Any) -> Any:
        missing = [name for name in floats if record.get(name, 0.0) is None]
        return record | dict.fromkeys(missing, math.nan) if missing else record

    def read(value: Any) -> Any:
        if isinstance(value, list):
            with suppress(msgspec.ValidationError, TypeError, ValueError, AttributeError):
                return msgspec.convert(list(map(known, value)), tuple[kind, ...])
        return closely(value)

    return read


def _inside(key: str | int, reader: Reader, value: Any) -> Any:
    """Read a part; a fault is told from the whole downwards."""
    try:
        return reader(value)
    except RecordError as error:
        raise RecordError((key, *error.place), error.message) from error.__cause__


def _row(arguments: tuple[Any, ...]) -> Reader:
    readers = tuple(map(_reader, arguments))

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise RecordError((), f"expected a list, found {_show(value)}")
        if len(value) != len(readers):
            raise RecordError((), f"expected {len(readers)} values, found {len(value)}")
        pairs = zip(readers, value, strict=True)
        return tuple(_inside(i, reader, one) for i, (reader, one) in enumerate(pairs))

    return read


def _mapping(kind: Any) -> Reader:
    item = _reader(kind)

    def read(value: Any) -> dict[str, Any]:
        record = _record(value)
        try:
            return {key: item(one) for key, one in record.items()}
        except RecordError:
            return {key: _inside(key, item, one) for key, one in record.items()}

    return read


def _number_or_text(arguments: tuple[Any, ...]) -> Reader:
    """A finite number or any text; a text that spells an infinity stays a text."""
    if set(arguments) != {float, str}:
        raise TypeError(f"no reader for {arguments}")

    def read(value: Any) -> float | str:
        if isinstance(value, str):
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return _float(value)
        raise RecordError((), f"expected a number or a text, found {_show(value)}")

    return read


def _dataclass(kind: Any) -> Reader:
    hints = typing.get_type_hints(kind)
    plan = tuple(
        (f.name, _reader(hints[f.name]), f.default is MISSING and f.default_factory is MISSING)
        for f in fields(kind)
        if f.init
    )
    readers = tuple((name, reader) for name, reader, _needed in plan)

    def read(value: Any) -> Any:
        record = _record(value)
        try:
            # Nearly all records are whole; only of the others does it matter what is wrong.
            return kind(**{name: read(record[name]) for name, read in readers if name in record})
        except (RecordError, TypeError, ValueError):
            return closely(record)

    def closely(record: dict[str, Any]) -> Any:
        found: dict[str, Any] = {}
        for name, reader, needed in plan:
            if name in record:
                try:
                    found[name] = reader(record[name])
                except RecordError as error:
                    place = (name, *error.place)
                    raise RecordError(place, error.message) from error.__cause__
            elif needed:
                raise RecordError((), f'the key "{name}" is missing')
        try:
            return kind(**found)
        except (TypeError, ValueError) as error:
            raise RecordError((), str(error)) from error

    return read


def _record(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RecordError((), f"expected an object, found {_show(value)}")
    return value


def _float(value: Any) -> float:
    if type(value) is float:
        return value
    if value is None:
        return math.nan
    if value in ("inf", "-inf"):
        return float(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            pass
    raise RecordError((), f"expected a number, found {_show(value)}")


def _plain(kind: type, name: str) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise RecordError((), f"expected {name}, found {_show(value)}")
        return value

    return read


_SCALARS: dict[Any, Reader] = {
    float: _float,
    int: _plain(int, "a whole number"),
    bool: _plain(bool, "true or false"),
    str: _plain(str, "a text"),
}


def _list(choices: tuple[Any, ...]) -> str:
    return ", ".join(json.dumps(choice) for choice in choices)


def _show(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 60 else text[:57] + "..."


def line_of(text: str, place: Place) -> int:
    """The line on which a place of a JSON document begins.

    Parameters
    ----------
    text : str
        The document; it must be valid JSON.
    place : tuple
        Keys and positions. Where the document ends earlier, the last part that is there counts.

    Returns
    -------
    int
        From 1.
    """
    at = _skip(text, 0)
    for part in place:
        following = _child(text, at, part)
        if following is None:
            break
        at = following
    return text.count("\n", 0, at) + 1


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,:":
        at += 1
    return at


def _child(text: str, at: int, part: str | int) -> int | None:
    """Where a member of the object or list at a position begins; None if it is not there."""
    decoder = json.JSONDecoder()
    closing = {"{": "}", "[": "]"}.get(text[at])
    if closing is None:
        return None
    position = 0
    at = _skip(text, at + 1)
    while text[at] != closing:
        name: Any = position
        if closing == "}":
            name, at = decoder.raw_decode(text, at)
            at = _skip(text, at)
        if name == part:
            return at
        _value, at = decoder.raw_decode(text, at)
        at = _skip(text, at)
        position += 1
    return None
