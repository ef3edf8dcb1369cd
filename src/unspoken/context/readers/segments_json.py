"""Timelines as JSON: a list of segments, or an object that holds one."""

from __future__ import annotations

from typing import Any

from unspoken.context.clock import parse_stamp
from unspoken.context.readers.columns import ends_at, map_columns
from unspoken.context.rows import Found, Options, Row
from unspoken.context.textfile import TextFile
from unspoken.records import Place

__all__ = ["find_list", "looks_segments", "read_segments"]

#: Where a list of segments may stand, best first. Podcast chapters are among them.
_PLACES: tuple[Place, ...] = (
    (),
    ("segments",),
    ("timeline", "segments"),
    ("timeline",),
    ("chapters",),
    ("steps",),
)


def find_list(document: Any, places: tuple[Place, ...]) -> tuple[Place, list[Any]] | None:
    """The first place that holds a list of objects, with the list."""
    for place in places:
        value = document
        for part in place:
            value = value.get(part) if isinstance(value, dict) else None
        if isinstance(value, list) and value and all(isinstance(v, dict) for v in value[:20]):
            return place, value
    return None


def looks_segments(file: TextFile) -> bool:
    """Whether the JSON holds a list of records that start somewhere and are called something."""
    found = find_list(file.json, _PLACES) if file.is_json else None
    if found is None:
        return False
    of = map_columns(found[1][0]).of
    return "start" in of and "text" in of and "speaker" not in of


def read_segments(file: TextFile, options: Options, found: Found) -> None:
    """Read a list of segments; keys are known by the names that columns have, others are tags."""
    listed = find_list(file.json, _PLACES)
    if listed is None:
        found.faults.error(0, 'expected a list of objects, at the top or under "segments"')
        return
    place, records = listed
    units = set()
    for index, record in enumerate(records):
        where = (*place, index)
        if not isinstance(record, dict):
            found.faults.error(where, "expected an object")
            continue
        columns = map_columns(record)
        units.add(columns.unit)
        try:
            found.rows.append(_row(where, record, columns.of, columns.kind, columns.others))
        except ValueError as error:
            found.faults.error(where, str(error))
    if len(units) > 1:
        found.faults.error(place, "some times say their unit in their name and others do not")
    found.unit = units.pop() if len(units) == 1 else ""


def _row(
    where: Place, record: dict[str, Any], of: dict[str, str], kind: str, others: tuple[str, ...]
) -> Row:
    def value(meaning: str) -> Any:
        return record.get(of.get(meaning, ""))

    if value("start") is None:
        raise ValueError(f"no start; found the keys {', '.join(record)}")
    start = parse_stamp(value("start"))
    end, length = (None if value(m) is None else parse_stamp(value(m)) for m in ("end", "duration"))
    tags: dict[str, str] = {}
    for name in others:
        item = record[name]
        if name == "tags" and isinstance(item, dict):
            tags |= {str(key): _text(inner) for key, inner in item.items()}
        elif item not in (None, "", [], {}):
            tags[name] = _text(item)
    return Row(
        where,
        start,
        ends_at(start, end, length),
        _text(value("text")),
        _text(value("kind")) or kind,
        _text(value("id")),
        tags=tags,
    )


def _text(value: Any) -> str:
    import json

    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
