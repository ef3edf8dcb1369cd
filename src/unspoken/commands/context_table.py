"""``unspoken context FOLDER --table FILE``: the context of many results from one table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from unspoken.commands.context import ContextWishes, context_command
from unspoken.commands.faults import describe, say, tell
from unspoken.context.readers.delimited import separator_of, table_rows
from unspoken.context.textfile import TextFile, read_text_file
from unspoken.errors import InputError, UnspokenError

__all__ = ["context_table_command"]

_RESULT = "result"
_PLAIN = ("customer", "timeline", "transcript", "offset", "language", "recording_start")
_TAG, _OUTCOME, _CONSENT = "tag:", "outcome:", "consent:"
_STARTS = (_TAG, _OUTCOME, _CONSENT)


def context_table_command(folder: Path, table: str, wishes: ContextWishes) -> int:
    """Add a row of a table to each result it names; go on after a row that cannot be used.

    Columns: `result` (a folder below `folder`), `customer`, `timeline` and `transcript` (files,
    from where the table is), `offset`, `language`, `recording_start`, and any number of `tag:NAME`,
    `outcome:NAME` and `consent:NAME`. Empty cells say nothing.

    Returns
    -------
    int
        0 when every row was added, 2 when some were not.

    Raises
    ------
    InputError
        If the table itself cannot be used; then nothing was added.
    """
    file = read_text_file(table, wishes.encoding)
    rows = list(_rows(file))
    bad = 0
    for line, record in rows:
        tell(f"{record[_RESULT]}:")
        try:
            context_command(folder / record[_RESULT], _row_wishes(record, file.path.parent, wishes))
        except UnspokenError as error:
            bad += 1
            say(f"{file.name}, line {line}: {describe(error)}")
    tell(f"{len(rows) - bad} of {len(rows)} rows were added.")
    return 2 if bad else 0


def _rows(file: TextFile) -> Iterator[tuple[int, dict[str, str]]]:
    first = next(line for line in file.text.splitlines() if line.strip())
    (header_line, cells), *body = table_rows(file.text, separator_of(first))
    header = [cell.strip() for cell in cells]
    unknown = [
        name for name in header if name not in (_RESULT, *_PLAIN) and not name.startswith(_STARTS)
    ]
    if _RESULT not in header or unknown or len(set(header)) < len(header):
        known = ", ".join((_RESULT, *_PLAIN, f"{_TAG}NAME", f"{_OUTCOME}NAME", f"{_CONSENT}NAME"))
        raise InputError(
            f"{file.name}, line {header_line}: expected the column {_RESULT} and, each once, any "
            f"of {known}; found {', '.join(header)}.",
            "Nothing was changed. Write tag: or outcome: before names of your own.",
        )
    seen: dict[str, int] = {}
    for line, values in body:
        if len(values) > len(header):
            raise InputError(f"{file.name}, line {line}: more cells than columns.")
        record = dict(zip(header, (value.strip() for value in values), strict=False))
        name = record.get(_RESULT, "")
        if not name or name in seen:
            why = f"{name} stands in line {seen[name]} already" if name else "no result is named"
            raise InputError(f"{file.name}, line {line}: {why}.", "Nothing was changed.")
        seen[name] = line
        yield line, record


def _row_wishes(record: dict[str, str], beside: Path, wishes: ContextWishes) -> ContextWishes:
    def files(name: str) -> tuple[str, ...]:
        return (str(beside / record[name]),) if record.get(name) else ()

    def pairs(start: str) -> tuple[str, ...]:
        return tuple(
            f"{k[len(start) :]}={v}" for k, v in record.items() if k.startswith(start) and v
        )

    return replace(
        wishes,
        timelines=files("timeline"),
        transcripts=files("transcript"),
        customer=record.get("customer") or None,
        offset=record.get("offset") or wishes.offset,
        language=record.get("language") or wishes.language,
        recording_start=record.get("recording_start") or wishes.recording_start,
        tags=(*wishes.tags, *pairs(_TAG)),
        outcomes=(*wishes.outcomes, *pairs(_OUTCOME)),
        consents=(*wishes.consents, *pairs(_CONSENT)),
    )
