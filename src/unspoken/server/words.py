"""Numbers and times as people read them; used by the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from unspoken.academy.stimuli import DURATIONS_S

__all__ = ["FILTERS", "day", "milliseconds", "percent", "points", "signed", "threshold", "title"]

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


def threshold(found: Mapping[str, Any] | None, refresh_hz: float) -> str:
    """A threshold with its interval: "67 ms (41 to 102 ms)".

    A display cannot show less than one frame, and no trial shows more than half a second. What lies
    beyond was not measured, and is not printed as a number: "20 ms (under 17 ms to 31 ms)",
    "under 17 ms (up to 31 ms)", "400 ms (210 to over 500 ms)".

    Parameters
    ----------
    found : mapping or None
        ``threshold_s``, ``low_s``, ``high_s`` and ``trials``.
    refresh_hz : float
        Of the display it was measured on.
    """
    if not found or not found["trials"]:
        return _NOTHING
    shortest, longest = 1.0 / refresh_hz, DURATIONS_S[-1]
    under, over = f"under {milliseconds(shortest)}", f"over {milliseconds(longest)}"
    middle, low, high = found["threshold_s"], found["low_s"], found["high_s"]
    upper = over if high > longest else milliseconds(high)
    if high < shortest:
        return under
    if middle < shortest:
        return f"{under} (up to {upper})"
    if low > longest:
        return over
    if middle > longest:
        return f"{over} (from {under if low < shortest else milliseconds(low)})"
    lower = under if low < shortest else f"{low * 1000:.0f}"
    return f"{milliseconds(middle)} ({lower} to {upper})"


def signed(number: float | None) -> str:
    """A number with two decimals and its sign."""
    return _NOTHING if number is None else f"{number:+.2f}".replace("-", "\N{MINUS SIGN}")


def points(share: float | None) -> str:
    """A difference of shares in percentage points, with its sign: "+16"."""
    if share is None:
        return _NOTHING
    return f"{share * 100:+.0f}".replace("-", "\N{MINUS SIGN}")


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
    "points": points,
    "day": day,
    "heading": title,
}
