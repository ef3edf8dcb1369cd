"""``unspoken bench coverage``: how often the academy's intervals hold the truth."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from math import exp
from pathlib import Path

from rich.console import Console
from rich.table import Table

from unspoken import __version__
from unspoken.academy.scores import plain
from unspoken.bench.coverage import SETTINGS, Coverage, CoverageStudy, Retest, run_study
from unspoken.commands.progress import bar
from unspoken.filing import Batch

__all__ = ["coverage_command"]


def coverage_command(
    out: Path | None,
    learners: int,
    refresh_hz: float,
    face_spread: float,
    seed: int,
    workers: int,
    *,
    quiet: bool,
) -> int:
    """Run the study, print it, write the figures.

    Raises
    ------
    AssetError
        If the face pack cannot be read.
    OutputError
        If the figures cannot be written.
    """
    studies = []
    for setting in SETTINGS:
        with bar(Console(stderr=True, quiet=quiet), setting.name) as tick:
            studies.append(
                run_study(
                    learners,
                    refresh_hz,
                    face_spread,
                    seed,
                    setting,
                    workers,
                    partial(_told, tick, learners),
                )  # fmt: skip
            )
    main, *others = studies
    console = Console()
    console.print(_coverages(main, others))
    console.print(_retests(main))
    if out is not None:
        document = plain(
            {
                "format": "unspoken.coverage/1",
                "version": __version__,
                "studies": [s.to_json() for s in studies],
            }
        )
        with Batch(out.parent) as batch:
            batch.add_bytes(out.name, (json.dumps(document, indent=1) + "\n").encode())
    return 0


def _told(tick: Callable[[int, float, int], None], learners: int, done: int) -> None:
    tick(done, 0.0, learners)


def _coverages(main: CoverageStudy, others: list[CoverageStudy]) -> Table:
    table = Table(title=f"95 % intervals of {main.learners} simulated learners")
    for head in ("threshold", "inside", "of", "below,\nabove", "bias", "upper/\nlower"):
        table.add_column(head)
    for row in (*main.truths, *main.bands):
        table.add_row(*_cells(row))
    for study in (main, *others):
        table.add_row(*_cells(study.every))
        table.add_row(*_cells(study.joint))
    return table


def _cells(row: Coverage) -> tuple[str, ...]:
    share = row.inside
    inside = f"{100 * share.value:.1f} % ({100 * share.low:.1f}-{100 * share.high:.1f})"
    return (
        row.name, inside, str(share.of), f"{row.below}, {row.above}",
        f"{100 * (exp(row.bias) - 1):+.1f} %", f"{row.ratio:.1f}",
    )  # fmt: skip


def _retests(main: CoverageStudy) -> Table:
    table = Table(title="Two tests of one learner on different forms, nothing changed")
    for head in ("faces", "pairs", "95 % lie within"):
        table.add_column(head)
    for row in main.retests:
        table.add_row(_faces(row), str(row.pairs), _within(row))
    return table


def _faces(row: Retest) -> str:
    return f"{100 * row.face_spread:.0f} % unequal" if row.face_spread else "equally hard"


def _within(row: Retest) -> str:
    most = row.least_change
    return f"{100 * (1 / most - 1):+.0f} to {100 * (most - 1):+.0f} %"
