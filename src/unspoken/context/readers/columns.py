"""Names that tables and JSON records use for times, labels and kinds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from unspoken.context.clock import Stamp

__all__ = ["Columns", "ends_at", "map_columns", "plain_name"]

_NAMES: dict[str, tuple[str, ...]] = {
    "start": ("start", "begin", "onset", "from", "start_time", "begin_time", "timestamp", "time"),
    "end": ("end", "stop", "to", "until", "end_time", "stop_time", "offset"),
    "duration": ("duration", "length", "dur"),
    "text": ("label", "name", "title", "text", "annotation", "value", "segment", "chapter"),
    "kind": ("kind", "type", "tier", "category"),
    "id": ("segment_id", "id"),
    "speaker": ("speaker", "speaker_name", "participant"),
}
#: Columns that name a segment and say of what kind it is at once.
_KIND_NAMES = ("step", "topic", "phase", "product", "price")
_UNIT_ENDINGS = {
    "_s": "s",
    "_sec": "s",
    "_seconds": "s",
    "_ss.msec": "s",
    "_ms": "ms",
    "_msec": "ms",
    "_milliseconds": "ms",
    "_min": "min",
}


def plain_name(name: str) -> str:
    """A column's name in small letters with underscores: ``Begin Time (ms)`` is begin_time_ms."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^\w.]+", "_", spaced.lower()).strip("_")


@dataclass(frozen=True)
class Columns:
    """Which column holds what.

    Parameters
    ----------
    of : dict of str to str
        Meaning (start, end, duration, text, kind, id, speaker) to the name in the file.
    kind : str
        Kind the name of the text column says; "" when it says none.
    unit : str
        Unit the names of the time columns say; "" when they say none.
    others : tuple of str
        Columns with no known meaning, as they stand in the file.
    """

    of: dict[str, str] = field(default_factory=dict)
    kind: str = ""
    unit: str = ""
    others: tuple[str, ...] = ()


def map_columns(names: Iterable[str]) -> Columns:
    """Find out which column holds what; of several for one meaning the best known name wins."""
    found: dict[str, tuple[int, str]] = {}
    units: dict[str, str] = {}
    known = list(names)
    for name in known:
        plain, unit = _without_unit(plain_name(name))
        for meaning, synonyms in _NAMES.items():
            rank = synonyms.index(plain) if plain in synonyms else len(synonyms)
            if rank < found.get(meaning, (len(synonyms), ""))[0]:
                found[meaning] = (rank, name)
                units[meaning] = unit
    kind = ""
    if "text" not in found:
        kind = next((k for k in _KIND_NAMES if k in map(plain_name, known)), "")
        if kind:
            found["text"] = (0, next(n for n in known if plain_name(n) == kind))
    of = {meaning: name for meaning, (_, name) in found.items()}
    said = {units[m] for m in ("start", "end", "duration") if units.get(m)}
    others = tuple(name for name in known if name not in of.values())
    return Columns(of, kind, said.pop() if len(said) == 1 else "", others)


def _without_unit(plain: str) -> tuple[str, str]:
    for ending, unit in _UNIT_ENDINGS.items():
        if plain.endswith(ending):
            return plain[: -len(ending)].rstrip("_"), unit
    return plain, ""


def ends_at(start: Stamp, end: Stamp | None, duration: Stamp | None) -> Stamp | None:
    """The end, from a duration where there is no end; None without either.

    Raises
    ------
    ValueError
        If start and duration are written in forms that cannot be added.
    """
    if end is not None or duration is None:
        return end
    if start.form == "number" and duration.form != "number":
        raise ValueError("start is a bare number but the duration is not; write both alike")
    return Stamp(start.value + duration.value, start.form, start.zoned)
