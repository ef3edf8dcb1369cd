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
from unspoken.bench.coverage import Coverage, CoverageStudy, FormFigures, run_study
from unspoken.commands.progress import bar
from unspoken.filing import Batch

__all__ = ["coverage_command"]

#: People unlike those the prior belief is about: twice as quick, and twice as slow.
_SCALES = (0.5, 2.0)


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
    for scale in (1.0, *_SCALES):
        with bar(Console(stderr=True, quiet=quiet), f"thresholds x {scale:g}") as tick:
            studies.append(
                run_study(
                    learners,
                    refresh_hz,
                    face_spread,
                    seed,
                    scale,
                    workers,
                    partial(_told, tick, learners),
                )  # fmt: skip
            )
    main, *others = studies
    console = Console()
    console.print(_coverages(main, others))
    console.print(_forms(main))
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
    for head in ("threshold", "inside", "below, above", "bias", "spread", "upper / lower end"):
        table.add_column(head)
    for row in (*main.emotions, *main.bands, main.every, main.joint):
        table.add_row(*_cells(row.name, row))
    for study in others:
        table.add_row(*_cells(f"all, people x {study.scale:g}", study.every))
        table.add_row(*_cells(f"joint, people x {study.scale:g}", study.joint))
    return table


def _cells(name: str, row: Coverage) -> tuple[str, ...]:
    share = row.inside
    inside = (
        f"{100 * share.value:.1f} % ({100 * share.low:.1f}-{100 * share.high:.1f}) of {share.of}"
    )
    return (
        name, inside, f"{row.below}, {row.above}", f"{100 * (exp(row.bias) - 1):+.1f} %",
        f"x {exp(row.spread):.2f}", f"{row.ratio:.1f}",
    )  # fmt: skip


def _forms(main: CoverageStudy) -> Table:
    table = Table(title="Joint threshold on each form against form A, same learners")
    for head in ("form", "faces", "equal faces", f"faces {100 * main.face_spread:.0f} % unequal"):
        table.add_column(head)
    for equal, unequal in zip(main.forms, main.forms_unequal, strict=True):
        table.add_row(equal.form, str(equal.faces), _difference(equal), _difference(unequal))
    return table


def _difference(form: FormFigures) -> str:
    middle, low, high = (100 * (exp(x) - 1) for x in (form.difference, form.low, form.high))
    return f"{middle:+.1f} % ({low:+.1f} to {high:+.1f})"
