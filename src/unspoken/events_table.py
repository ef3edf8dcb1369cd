"""Events and artefacts as tables: for polars, and as ``events.csv``."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unspoken.filing import Batch
from unspoken.spotting.events import Artefact, Event
from unspoken.tables import ARTEFACT_COLUMNS, EVENT_COLUMNS, Column

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "artefacts_frame",
    "events_csv",
    "events_frame",
    "parse_units",
    "units_text",
    "write_events_csv",
]


def units_text(units: dict[str, float]) -> str:
    """Action units as ``AU4L:0.31|AU4R:0.28``; "" for none."""
    return "|".join(f"{key}:{amplitude:.2f}" for key, amplitude in units.items())


def parse_units(text: str) -> dict[str, float]:
    """Read what :func:`units_text` wrote.

    Raises
    ------
    ValueError
        If a part is not ``name:number``.
    """
    pairs = (part.partition(":") for part in text.split("|") if part)
    return {key: float(amplitude) for key, _, amplitude in pairs}


def _event_cells(event: Event) -> dict[str, Any]:
    cells = {column.name: getattr(event, column.name) for column in EVENT_COLUMNS}
    cells["action_units"] = units_text(event.action_units)
    cells["flags"] = "|".join(event.flags)
    return cells


def _csv_cell(column: Column, value: Any) -> str:
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return repr(value) if column.decimals is None else f"{value:.{column.decimals}f}"


def events_csv(events: Iterable[Event]) -> str:
    """The text of ``events.csv``: a header, then a line per event.

    Times carry four decimals (0.1 ms); an unknown number is an empty cell.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in EVENT_COLUMNS])
    for event in events:
        cells = _event_cells(event)
        writer.writerow([_csv_cell(column, cells[column.name]) for column in EVENT_COLUMNS])
    return out.getvalue()


def write_events_csv(events: Iterable[Event], path: Path) -> Path:
    """Write ``events.csv`` under a temporary name, then rename it into place.

    Raises
    ------
    OutputError
        When the place cannot be written to; a file that was there before stays as it was.
    """
    with Batch(path.parent) as batch:
        batch.add_bytes(path.name, events_csv(events).encode("utf-8"))
    return path


def _frame(columns: Sequence[Column], rows: list[dict[str, Any]]) -> pl.DataFrame:
    import polars as pl

    kinds = {"text": pl.String, "int32": pl.Int32, "float32": pl.Float32, "float64": pl.Float64}
    return pl.DataFrame(rows, schema={column.name: kinds[column.dtype] for column in columns})


def events_frame(events: Iterable[Event]) -> pl.DataFrame:
    """Events as a table; numbers unrounded, unknown numbers null."""
    rows = []
    for event in events:
        cells = _event_cells(event)
        rows.append(
            {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in cells.items()}
        )
    return _frame(EVENT_COLUMNS, rows)


def artefacts_frame(artefacts: Iterable[Artefact]) -> pl.DataFrame:
    """Artefacts as a table with the columns of `ARTEFACT_COLUMNS`."""
    rows = [
        {
            "kind": artefact.kind,
            "face_id": artefact.face_id,
            "start_s": artefact.interval.start_s,
            "end_s": artefact.interval.end_s,
            "source": artefact.source,
            "part": artefact.part,
        }
        for artefact in artefacts
    ]
    return _frame(ARTEFACT_COLUMNS, rows)
