"""Times as files write them, and the clocks they may stand on."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

__all__ = ["UNITS_S", "Stamp", "parse_date", "parse_stamp"]

#: What a bare number may count, in seconds.
UNITS_S: dict[str, float] = {"s": 1.0, "ms": 1e-3, "min": 60.0, "h": 3600.0}

#: How a time was written: a bare number, hours and minutes with colons, or a date with time of day.
Form = Literal["number", "clock", "date"]

_CLOCK = re.compile(r"(-)?(?:(\d+):)?(\d{1,3}):(\d{1,2}(?:[.,]\d+)?)")
_LENGTH = re.compile(r"(-?\d+(?:\.\d+)?)s|PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")
#: Bare numbers from here on count seconds (or thousandths) since 1970: it is thirty years.
_EPOCH = 1e9


@dataclass(frozen=True, slots=True)
class Stamp:
    """One time as it was written.

    Parameters
    ----------
    value : float
        The bare number; or seconds; or, for a date, seconds since 1970.
    form : {"number", "clock", "date"}
        How it was written.
    zoned : bool
        Whether a date says its time zone.
    """

    value: float
    form: Form
    zoned: bool = False


def parse_stamp(text: str | float | int, *, decimal_comma: bool = False) -> Stamp:
    """Read a time in any of the forms files use.

    ``62.5``, ``1:02.5``, ``0:01:02,500``, ``PT1M2.5S``, ``62.5s`` and ``2026-03-05T10:00:02Z``.

    Parameters
    ----------
    text : str or number
        As it stands in the file.
    decimal_comma : bool
        Whether ``62,5`` is a number.

    Raises
    ------
    ValueError
        If it is none; the message says what was found.
    """
    if isinstance(text, bool):
        raise ValueError(f"expected a time, found {str(text).lower()}")
    if isinstance(text, int | float):
        return _number(float(text), str(text))
    cleaned = text.strip()
    bare = cleaned.replace(",", ".") if decimal_comma else cleaned
    if re.fullmatch(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", bare):
        return _number(float(bare), text)
    if match := _CLOCK.fullmatch(cleaned):
        return _clock(match, text)
    if cleaned not in ("", "PT") and (match := _LENGTH.fullmatch(cleaned)):
        whole, hours, minutes, seconds = match.groups()
        parts = (float(whole or 0), 3600 * float(hours or 0), 60 * float(minutes or 0))
        return Stamp(sum(parts) + float(seconds or 0), "clock")
    return parse_date(text)


def _number(value: float, text: str) -> Stamp:
    if not math.isfinite(value):
        raise ValueError(f'expected a time, found "{text}"')
    if value >= _EPOCH:
        thousandths = value >= 100 * _EPOCH
        return Stamp(value / 1000.0 if thousandths else value, "date", zoned=True)
    return Stamp(value, "number")


def _clock(match: re.Match[str], text: str) -> Stamp:
    sign, hours, minutes, seconds = match.groups()
    rest = float(seconds.replace(",", "."))
    if rest >= 60.0 or (hours is not None and int(minutes) >= 60):
        raise ValueError(f'expected hours:minutes:seconds, found "{text}"')
    total = int(hours or 0) * 3600.0 + int(minutes) * 60.0 + rest
    # So that 1:11.573 is the double nearest to 71.573.
    return Stamp(round(-total if sign else total, 9), "clock")


def parse_date(text: str) -> Stamp:
    """Read a date with a time of day, ISO 8601 or RFC 3339.

    Raises
    ------
    ValueError
        If it is none.
    """
    cleaned = text.strip()
    # More digits of a second than a date can hold are common (nanoseconds).
    cleaned = re.sub(r"(\.\d{6})\d+", r"\1", cleaned)
    try:
        if not re.match(r"\d{4}-?\d{2}-?\d{2}[T ]\d", cleaned):
            raise ValueError
        date = datetime.fromisoformat(cleaned)
    except ValueError:
        raise ValueError(
            f'expected a time as 62.5 or 0:01:02.5, found "{text.strip()[:40]}"'
        ) from None
    zoned = date.tzinfo is not None
    return Stamp((date if zoned else date.replace(tzinfo=UTC)).timestamp(), "date", zoned)
