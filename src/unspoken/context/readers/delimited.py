"""Timelines as tables: comma, semicolon or tab separated, with one header line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from unspoken.context.clock import Stamp, parse_stamp
from unspoken.context.readers.columns import Columns, ends_at, map_columns
from unspoken.context.rows import Found, Options, Row
from unspoken.context.textfile import TextFile

__all__ = ["looks_delimited", "read_delimited", "separator_of", "table_rows"]


def separator_of(header: str) -> str:
    """The separator of a header line: the one that cuts it into most pieces; comma for none."""
    return max(",;\t|", key=header.count)


def looks_delimited(file: TextFile) -> bool:
    """Whether the first line is a header with a column for when things start."""
    header = _first_line(file.text)
    names = next(csv.reader([header], delimiter=separator_of(header)), [])
    return len(names) > 1 and "start" in map_columns(names).of


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "")


def table_rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Lines of a table with the number of the line each begins on; empty lines are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    line = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = reader.line_num + 1


def read_delimited(file: TextFile, options: Options, found: Found) -> None:
    """Read a table of segments.

    Columns are known by their names (`unspoken.context.readers.columns`); those that are not
    become tags.
    """
    separator = separator_of(_first_line(file.text))
    try:
        rows = list(table_rows(file.text, separator))
    except csv.Error as error:
        found.faults.error(0, f"not a table that can be read ({error})")
        return
    (header_line, header), *body = rows
    columns = map_columns(header)
    if not _usable(header, header_line, columns, found):
        return
    found.unit = columns.unit
    if columns.others:
        names = ", ".join(f'"{name}"' for name in columns.others if name.strip())
        if names:
            found.faults.notice(header_line, f"columns with other names were kept as tags: {names}")
    for line, cells in body:
        _add_row(line, cells, header, columns, separator != ",", found)


def _usable(header: list[str], line: int, columns: Columns, found: Found) -> bool:
    twice = {name for name in header if name.strip() and header.count(name) > 1}
    if twice:
        found.faults.error(line, f"two columns have the name {', '.join(sorted(twice))}")
    missing = [word for word in ("start", "text") if word not in columns.of]
    if missing:
        wanted = {"start": "start_s (or start, begin)", "text": "label (or name, title, step)"}
        found.faults.error(
            line,
            f"no column {' and no column '.join(wanted[m] for m in missing)}; "
            f"found {', '.join(name.strip() for name in header)}",
        )
    return not (twice or missing)


def _add_row(
    line: int, cells: list[str], header: list[str], columns: Columns, comma: bool, found: Found
) -> None:
    if len(cells) > len(header):
        found.faults.error(line, f"{len(cells)} cells under {len(header)} columns")
        return
    record = dict(zip(header, (*cells, *[""] * (len(header) - len(cells))), strict=True))

    def cell(meaning: str) -> str:
        return record.get(columns.of.get(meaning, ""), "").strip()

    def stamp(meaning: str) -> Stamp | None:
        return parse_stamp(cell(meaning), decimal_comma=comma) if cell(meaning) else None

    try:
        start = stamp("start")
        if start is None:
            raise ValueError("no start")
        end = ends_at(start, stamp("end"), stamp("duration"))
    except ValueError as error:
        found.faults.error(line, str(error))
        return
    tags = {name.strip(): record[name].strip() for name in columns.others if record[name].strip()}
    if cell("speaker"):
        tags[columns.of["speaker"]] = cell("speaker")
    kind = cell("kind") or columns.kind
    found.rows.append(Row(line, start, end, cell("text"), kind, cell("id"), tags=tags))
