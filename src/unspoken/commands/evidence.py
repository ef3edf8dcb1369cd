"""``unspoken bench evidence``: how much of a planted movement is measured, and how truly."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from unspoken.bench.evidence.campaign import Evidence
    from unspoken.bench.recovery.campaign import Campaign

__all__ = ["evidence"]

_INCOMPLETE = 2


def evidence(
    clips: Annotated[
        list[str], typer.Argument(help="Video files, or folders of them.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for plan, tables and page.")],
    quick: Annotated[
        bool, typer.Option("--quick", help="A small grid: tells that the bench works.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Which plan.")] = 0,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, help="Copies worked on at the same time.")
    ] = 2,
    backend: Annotated[
        list[str] | None,
        typer.Option("--backend", help="Back ends to compare; all of them where left out."),
    ] = None,
    variants: Annotated[
        bool,
        typer.Option(
            "--variants", help="Direct alignment beside itself with one part left out at a time."
        ),
    ] = False,
    amplitudes: Annotated[
        str, typer.Option("--amplitudes", help="Largest displacements, ICD: 0.02,0.04")
    ] = "",
    durations: Annotated[
        str, typer.Option("--durations", help="Lengths of the movements, seconds: 0.2,0.4")
    ] = "",
    plant: Annotated[
        list[str] | None,
        typer.Option("--plant", help="What to plant: AU4, AU12L, single, one-sided."),
    ] = None,
    per_cell: Annotated[
        int | None,
        typer.Option("--per-cell", min=1, help="Movements per size, length and clip."),
    ] = None,
    copies: Annotated[
        int | None, typer.Option("--copies", min=1, help="Planted copies per clip at most.")
    ] = None,
    footage: Annotated[
        str,
        typer.Option("--class", help="All clips are still, listening, talking, lively or small."),
    ] = "",
    fps: Annotated[
        float | None, typer.Option("--fps", help="Pictures a second, for folders of pictures.")
    ] = None,
) -> None:
    """Plant known movements into your own footage and compare the evidence with them.

    For every way of measuring: gain, cross-talk, noise against the claimed
    standard error and against the Cramer-Rao bound, milliseconds per frame.
    A run that was interrupted goes on when the same command is given again.
    """
    from unspoken.bench.evidence.campaign import EVIDENCE_GRID, QUICK_EVIDENCE
    from unspoken.bench.recovery.campaign import Campaign
    from unspoken.bench.recovery.footage import ClassSpans, as_class
    from unspoken.commands.recovery import clips_in, numbers_of
    from unspoken.pipeline import make_settings

    grid = QUICK_EVIDENCE if quick else EVIDENCE_GRID
    changes: dict[str, object] = {}
    if amplitudes:
        changes["peaks_icd"] = numbers_of("--amplitudes", amplitudes)
    if durations:
        changes["micro_s"] = numbers_of("--durations", durations)
    if plant:
        changes["recipes"] = tuple(plant)
    if per_cell is not None:
        changes["per_cell"] = per_cell
    campaign = Campaign(
        clips=tuple(clips_in(clips)),
        out=out,
        grid=grid.changed(**changes),
        seed=seed,
        settings=make_settings(fps=fps, report=False, names={"fps": "--fps"}),
        workers=workers,
        most_copies=copies,
        classes={"*": ClassSpans(rest=as_class(footage, "--class"))} if footage else {},
    )
    raise typer.Exit(_run(campaign, _backends(backend or [], variants=variants)))


def _backends(names: Sequence[str], *, variants: bool) -> tuple[str, ...]:
    """Back ends by name, each once; all for none. With variants: the default one and these first.

    Raises
    ------
    UsageError
        Naming what is known, when a name is not.
    """
    from unspoken.errors import UsageError
    from unspoken.motion.backends import BACKENDS

    for name in names:
        if name not in BACKENDS:
            raise UsageError(
                f"There is no back end {name!r}.", f"Choose from: {', '.join(BACKENDS)}."
            )
    if variants:
        from unspoken.bench.evidence.variants import VARIANTS

        return tuple(dict.fromkeys(("direct", *VARIANTS, *names)))
    return tuple(dict.fromkeys(names)) or tuple(BACKENDS)


def _run(campaign: Campaign, backends: tuple[str, ...]) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    from unspoken.bench.evidence.campaign import measure_evidence
    from unspoken.bench.evidence.tables import write_evidence_report
    from unspoken.commands.faults import say, stopped_words, tell

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
    )
    hidden = not console.is_terminal
    try:
        with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
            task = progress.add_task("looking at the clips", total=None)

            def step(done: int, total: int, what: str) -> None:
                progress.update(task, completed=done, total=total, description=what)

            found = measure_evidence(campaign, backends, step)
    except KeyboardInterrupt:
        say(stopped_words(campaign.out / "evidence"))
        return _INCOMPLETE
    write_evidence_report(campaign.out, found)
    for one in found.plan.skipped:
        say(f"Not used: {one.reason}")
    for copy, reason in found.failures:
        say(f"No result for {copy}: {reason}")
    _print_table(found)
    tell(str((campaign.out / "evidence.html").resolve()))
    return _INCOMPLETE if found.plan.skipped or found.failures else 0


def _print_table(found: Evidence) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="The measurement against its limit")
    headings = ("footage", "back end", "gain", "cross-talk", "68 % interval holds", "noise / bound")
    for heading in (*headings, "ms a frame"):
        table.add_column(heading)
    for f in found.figures:
        noise = [c.within.value for c in f.calibration if c.what.startswith("noise")]
        held = f"{100 * min(noise):.0f} to {100 * max(noise):.0f} %" if noise else ""
        figures = (f"{f.gain.value:.2f}", f"{f.cross_talk.value:.2f}", held)
        table.add_row(
            f.footage, f.backend, *figures, f"{f.over_bound.value:.1f}", f"{f.work_ms:.1f}"
        )
    Console().print(table)
