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
from dataclasses import MISSING, fields, is_dataclass
from functools import lru_cache
from typing import Any

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
        return {f.name: to_json(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_json(item) for item in value]
    if hasattr(value, "item"):
        return to_json(value.item())
    raise TypeError(f"cannot be written as JSON: {type(value).__name__}")


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
    if kind in _SCALARS:
        return _SCALARS[kind](value, place)
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if origin is typing.Literal:
        if value not in arguments:
            raise RecordError(place, f"expected one of {_list(arguments)}, found {_show(value)}")
        return value
    if origin is tuple:
        return _tuple(arguments, value, place)
    if origin is dict:
        record = _record(value, place)
        if arguments[1] is float and all(type(item) is float for item in record.values()):
            return dict(record)  # thousands of amplitudes: nothing is left to check
        return {key: from_json(arguments[1], item, (*place, key)) for key, item in record.items()}
    if origin is types.UnionType or origin is typing.Union:
        return _number_or_text(arguments, value, place)
    return _dataclass(kind, value, place)


def _number_or_text(arguments: tuple[Any, ...], value: Any, place: Place) -> float | str:
    """A finite number or any text; a text that spells an infinity stays a text."""
    if set(arguments) != {float, str}:
        raise TypeError(f"no reader for {arguments}")
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(_float(value, place))
    raise RecordError(place, f"expected a number or a text, found {_show(value)}")


def _dataclass(kind: Any, value: Any, place: Place) -> Any:
    record = _record(value, place)
    found: dict[str, Any] = {}
    for name, hint, needed in _plan(kind):
        if name in record:
            item = record[name]
            plain = type(item) is hint and hint in _SCALARS
            found[name] = item if plain else from_json(hint, item, (*place, name))
        elif needed:
            raise RecordError(place, f'the key "{name}" is missing')
    try:
        return kind(**found)
    except (TypeError, ValueError) as error:
        raise RecordError(place, str(error)) from error


@lru_cache(maxsize=64)
def _plan(kind: Any) -> tuple[tuple[str, Any, bool], ...]:
    """Name, type and whether it must be there, of every field of a dataclass."""
    hints = typing.get_type_hints(kind)
    return tuple(
        (f.name, hints[f.name], f.default is MISSING and f.default_factory is MISSING)
        for f in fields(kind)
        if f.init
    )


def _tuple(arguments: tuple[Any, ...], value: Any, place: Place) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise RecordError(place, f"expected a list, found {_show(value)}")
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return tuple(from_json(arguments[0], v, (*place, i)) for i, v in enumerate(value))
    if len(value) != len(arguments):
        raise RecordError(place, f"expected {len(arguments)} values, found {len(value)}")
    pairs = zip(arguments, value, strict=True)
    return tuple(from_json(hint, v, (*place, i)) for i, (hint, v) in enumerate(pairs))


def _record(value: Any, place: Place) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RecordError(place, f"expected an object, found {_show(value)}")
    return value


def _float(value: Any, place: Place) -> float:
    if value is None:
        return math.nan
    if value in ("inf", "-inf"):
        return float(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            pass
    raise RecordError(place, f"expected a number, found {_show(value)}")


def _plain(kind: type, name: str) -> Callable[[Any, Place], Any]:
    def read(value: Any, place: Place) -> Any:
        if type(value) is not kind:
            raise RecordError(place, f"expected {name}, found {_show(value)}")
        return value

    return read


_SCALARS: dict[Any, Callable[[Any, Place], Any]] = {
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
