"""``unspoken bench trials``: how many trials a browser shows exactly as planned."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from unspoken import __version__
from unspoken.academy.detection import Proportion
from unspoken.academy.levels import LEVELS
from unspoken.academy.rounds import TASKS
from unspoken.academy.scores import plain
from unspoken.errors import UsageError
from unspoken.filing import Batch
from unspoken.server.frame_bench import measure_trials
from unspoken.server.frame_figures import CellFigures

__all__ = ["figures_table", "trials_command"]


def trials_command(
    out: Path | None,
    tasks: list[str],
    levels: list[str],
    *,
    trials: int,
    distinct: int,
    seed: int,
) -> int:
    """Show trials, print a table, write the figures.

    Raises
    ------
    UsageError
        If a task or level is unknown, or there is no Chromium.
    AssetError
        If the page cannot be shown.
    """
    known = [level.name for level in LEVELS]
    for name, among in [*((t, TASKS) for t in tasks), *((x, known) for x in levels)]:
        if name not in among:
            raise UsageError(f"There is no {name!r}; there are {', '.join(among)}.")
    cells = [
        (task, level)
        for task in tasks or TASKS
        for level in levels or known
        if not (task == "spot" and level == "mixed")  # no such drill
    ]
    console = Console(stderr=True)
    found = measure_trials(
        cells, trials, distinct, seed, lambda cell: console.print(_line(cell), highlight=False)
    )
    Console().print(figures_table(found))
    if out is not None:
        with Batch(out.parent) as batch:
            batch.add_bytes(out.name, (json.dumps(_document(found), indent=1) + "\n").encode())
        console.print(f"Figures: {out}", markup=False, highlight=False, soft_wrap=True)
    return 0


def _line(cell: CellFigures) -> str:
    return f"{cell.task}, {cell.level}: {cell.exact.count} of {cell.exact.of} exact"


def _document(found: list[CellFigures]) -> dict[str, Any]:
    machine = {"system": platform.platform(), "processors": os.cpu_count()}
    document = plain(
        {
            "format": "unspoken.trials/1",
            "version": __version__,
            "machine": machine,
            "cells": [cell.to_json() for cell in found],
        }
    )
    assert isinstance(document, dict)
    return document


def _share(share: Proportion) -> str:
    """Count and interval on two lines, so that the table fits a terminal of 80 columns."""
    if not share.of:
        return "none"
    return f"{share.count} of {share.of}\n{100 * share.low:.0f}-{100 * share.high:.0f} %"


def figures_table(found: list[CellFigures]) -> Table:
    """One row per task and level, whole in 80 columns."""
    table = Table(title="Trials shown exactly as planned, with 95 % intervals")
    for head in ("task,\nlevel", "exact", "longer,\nshorter,\nuneven", "put out\nas planned",
                 "off, ms:\nmedian,\n95th", "load"):  # fmt: skip
        table.add_column(head, no_wrap=True)
    for cell in found:
        off = "-"
        if cell.off_median_ms is not None and cell.off_p95_ms is not None:
            off = f"{cell.off_median_ms:.1f}, {cell.off_p95_ms:.1f}"
        table.add_row(
            f"{cell.task}, {cell.hz:g} Hz\n{cell.level}", _share(cell.exact),
            f"{cell.longer}, {cell.shorter}, {cell.uneven}", _share(cell.displayed), off,
            f"{cell.load[0]:.1f}-{cell.load[1]:.1f}",
        )  # fmt: skip
    return table
