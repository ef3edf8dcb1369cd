"""BORIS: observations in a project (.boris), and its exported tables of events."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from unspoken.context.clock import Stamp, parse_stamp
from unspoken.context.faults import Where
from unspoken.context.readers.delimited import separator_of, table_rows
from unspoken.context.rows import Found, Options, Row
from unspoken.context.textfile import TextFile
from unspoken.records import Place

__all__ = [
    "OWN_CATEGORIES",
    "SPEECH_CATEGORY",
    "looks_boris_project",
    "looks_boris_table",
    "read_boris_project",
    "read_boris_table",
]

#: Category of what Unspoken itself exports and must not read as segments again.
SPEECH_CATEGORY = "speech"
OWN_CATEGORIES = (SPEECH_CATEGORY, "expression", "moment")
#: Kind of a behaviour that has no category.
_NO_CATEGORY = "behaviour"
#: Older tables have lines about the observation before their header.
_HEADER_WITHIN = 60


def looks_boris_project(file: TextFile) -> bool:
    """Whether it is a BORIS project."""
    document = file.json if file.is_json else None
    return isinstance(document, dict) and {"observations", "behaviors_conf"} <= set(document)


def read_boris_project(file: TextFile, options: Options, found: Found) -> None:
    """Read one observation: state events become segments, point events instants.

    The kind is the behaviour's category, the label its code; subject, modifiers, comment and the
    observation's independent variables become tags.
    """
    project = file.json
    observations = project.get("observations")
    if not isinstance(observations, dict) or not observations:
        found.faults.error((), "the project has no observations")
        return
    name = options.observation or (next(iter(observations)) if len(observations) == 1 else "")
    if name not in observations:
        known = ", ".join(f'"{one}"' for one in observations)
        found.faults.error(
            ("observations",),
            f"choose one of its observations with --observation: {known}"
            if not options.observation
            else f'there is no observation "{name}"; it has {known}',
        )
        return
    observation, place = observations[name], ("observations", name)
    shift_s = float(observation.get("time offset") or 0.0)
    if shift_s:
        found.faults.notice(
            (*place, "time offset"),
            f"the observation's own time offset of {shift_s:g} s was taken off its times",
        )
    ethogram = {
        entry.get("code"): entry
        for entry in project["behaviors_conf"].values()
        if isinstance(entry, dict)
    }
    variables = {k: str(v) for k, v in (observation.get("independent_variables") or {}).items()}
    events = list(_project_events(observation, place, shift_s, ethogram, found))
    _pair(events, found, {k: v for k, v in variables.items() if v})


class _Event:
    """One BORIS event: when, who, what."""

    def __init__(self, where: Where, time_s: float, words: list[str], category: str, sort: str):
        self.where = where
        self.time_s = time_s
        self.subject, self.code, self.modifier, self.comment = words
        self.category = category
        #: START, STOP, POINT or STATE (start or stop, in turn).
        self.sort = sort


def _project_events(
    observation: dict[str, Any],
    place: Place,
    shift_s: float,
    ethogram: dict[Any, dict[str, Any]],
    found: Found,
) -> Iterator[_Event]:
    for index, event in enumerate(observation.get("events", [])):
        where = (*place, "events", index)
        try:
            time, *rest = event
            words = [str(word or "") for word in (*rest, "", "", "", "")[:4]]
            time_s = parse_stamp(time).value - shift_s
        except (TypeError, ValueError):
            found.faults.error(where, "expected [time, subject, code, modifier, comment, ...]")
            continue
        entry = ethogram.get(words[1])
        if entry is None:
            found.faults.notice(
                where, f'the behaviour "{words[1]}" is not in the ethogram; taken as a point event'
            )
        state = str((entry or {}).get("type", "")).lower().startswith("state")
        category = str((entry or {}).get("category") or "")
        yield _Event(where, time_s, words, category, "STATE" if state else "POINT")


def _pair(events: list[_Event], found: Found, more: dict[str, str]) -> None:
    """Turn starts and stops into segments."""
    running: dict[tuple[str, str, str], _Event] = {}
    for event in events:
        if event.category in OWN_CATEGORIES:
            continue
        key = (event.subject, event.code, event.modifier)
        if event.sort == "POINT":
            _add(event, None, found, more)
        elif event.sort == "START" or (event.sort == "STATE" and key not in running):
            if key in running:
                _unpaired(running[key], found)
            running[key] = event
        elif key in running:
            _add(running.pop(key), event, found, more)
        else:
            found.faults.error(event.where, f'"{event.code}" stops here without having started')
    for event in running.values():
        _unpaired(event, found)


def _unpaired(event: _Event, found: Found) -> None:
    found.faults.error(
        event.where,
        f'"{event.code}" starts at {event.time_s:g} s and never stops; BORIS can close it: '
        "Observations, Close unpaired events",
    )


def _add(start: _Event, stop: _Event | None, found: Found, more: dict[str, str]) -> None:
    comments = " / ".join(filter(None, (start.comment, stop.comment if stop else "")))
    tags = {"subject": start.subject, "modifier": start.modifier, "comment": comments}
    tags = {key: value for key, value in (tags | more).items() if value}
    end = None if stop is None else Stamp(stop.time_s, "clock")
    found.rows.append(
        Row(
            start.where,
            Stamp(start.time_s, "clock"),
            end,
            start.code,
            start.category or _NO_CATEGORY,
            tags=tags,
            point=stop is None,
        )
    )


def _header(file: TextFile) -> tuple[int, list[str], str] | None:
    for number, line in enumerate(file.text.splitlines()[:_HEADER_WITHIN], 1):
        separator = separator_of(line)
        names = next(csv.reader([line], delimiter=separator), [])
        if "Behavior" in names and {"Time", "Start (s)"} & set(names):
            return number, names, separator
    return None


def looks_boris_table(file: TextFile) -> bool:
    """Whether it is a table of events that BORIS exported, tabular or aggregated."""
    return _header(file) is not None


def read_boris_table(file: TextFile, options: Options, found: Found) -> None:
    """Read an exported table of events: with START and STOP rows, or one row per behaviour."""
    header = _header(file)
    if header is None:
        found.faults.error(0, 'expected the columns "Behavior" and "Time" or "Start (s)"')
        return
    first, names, separator = header
    records = []
    for line, cells in table_rows(file.text, separator):
        if line > first:
            padded = (*cells, *[""] * (len(names) - len(cells)))
            records.append((line, dict(zip(names, padded, strict=False))))
    records = _one_observation(records, options, found)
    if "Start (s)" in names:
        for line, record in records:
            _aggregated(line, record, found)
    else:
        events = [e for line, r in records if (e := _table_event(line, r, found)) is not None]
        _pair(events, found, {})


Records = list[tuple[int, dict[str, str]]]


def _one_observation(records: Records, options: Options, found: Found) -> Records:
    names = list(dict.fromkeys(record.get("Observation id", "") for _, record in records))
    wanted = options.observation or (names[0] if len(names) == 1 else "")
    if names and wanted not in names:
        known = ", ".join(f'"{name}"' for name in names)
        found.faults.error(0, f"choose one of its observations with --observation: {known}")
        return []
    return [(line, r) for line, r in records if r.get("Observation id", "") == wanted]


def _modifiers(record: dict[str, str]) -> str:
    return "|".join(v for k, v in record.items() if k.startswith("Modifier") and v)


def _table_event(line: int, record: dict[str, str], found: Found) -> _Event | None:
    sort = (record.get("Behavior type") or record.get("Status") or "POINT").upper()
    try:
        time_s = parse_stamp(record["Time"]).value
    except ValueError as error:
        found.faults.error(line, str(error))
        return None
    words = [record.get("Subject", ""), record["Behavior"], _modifiers(record)]
    words.append(record.get("Comment", ""))
    known = {"START", "STOP", "POINT"}
    return _Event(
        line,
        time_s,
        words,
        record.get("Behavioral category", ""),
        sort if sort in known else "POINT",
    )


def _aggregated(line: int, record: dict[str, str], found: Found) -> None:
    category = record.get("Behavioral category", "")
    if category in OWN_CATEGORIES:
        return
    try:
        start = parse_stamp(record["Start (s)"])
        point = record.get("Behavior type", "").upper() == "POINT"
        end = None if point else parse_stamp(record["Stop (s)"])
    except (KeyError, ValueError) as error:
        found.faults.error(line, str(error))
        return
    comments = (record.get("Comment start", ""), record.get("Comment stop", ""))
    tags = {
        "subject": record.get("Subject", ""),
        "modifier": _modifiers(record),
        "comment": " / ".join(filter(None, comments)),
    }
    tags = {key: value for key, value in tags.items() if value}
    kind = category or _NO_CATEGORY
    found.rows.append(Row(line, start, end, record["Behavior"], kind, tags=tags, point=point))
