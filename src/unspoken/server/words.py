"""Numbers and times as people read them; used by the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

__all__ = ["FILTERS", "day", "milliseconds", "percent", "signed", "title"]

_NOTHING = "not measured"


def milliseconds(seconds: float | None) -> str:
    """Seconds as milliseconds: "67 ms"."""
    return _NOTHING if seconds is None else f"{seconds * 1000:.0f} ms"


def percent(share: float | None) -> str:
    """A share: "80 %"."""
    return _NOTHING if share is None else f"{share * 100:.0f} %"


def share(found: Mapping[str, Any] | None) -> str:
    """A proportion with its interval and counts: "80 % (71 to 87 %), 67 of 84"."""
    if not found or not found["of"]:
        return _NOTHING
    low, high = found["low"] * 100, found["high"] * 100
    return (
        f"{percent(found['value'])} ({low:.0f} to {high:.0f} %), {found['count']} of {found['of']}"
    )


def threshold(found: Mapping[str, Any] | None) -> str:
    """A threshold with its interval: "67 ms (41 to 102 ms)"."""
    if not found or not found["trials"]:
        return _NOTHING
    low, high = found["low_s"] * 1000, found["high_s"] * 1000
    return f"{milliseconds(found['threshold_s'])} ({low:.0f} to {high:.0f} ms)"


def signed(number: float | None) -> str:
    """A number with two decimals and its sign."""
    return _NOTHING if number is None else f"{number:+.2f}".replace("-", "\N{MINUS SIGN}")


def day(moment: str | datetime | None) -> str:
    """A date: "3 March 2026"."""
    if not moment:
        return ""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    at = at.astimezone()
    return f"{at.day} {at:%B %Y}"


def title(name: str) -> str:
    """A key as a word at the beginning of a line: "head_turn" becomes "Head turn"."""
    return name.replace("_", " ").capitalize()


FILTERS: dict[str, Callable[..., Any]] = {
    "ms": milliseconds,
    "percent": percent,
    "share": share,
    "threshold": threshold,
    "signed": signed,
    "day": day,
    "heading": title,
}
