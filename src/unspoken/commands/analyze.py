"""``unspoken analyze``: a batch with a progress bar, a summary, and an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from unspoken.analysis import Analysis
from unspoken.batch import Job, analyze_to_folder, plan_jobs
from unspoken.commands.faults import describe, internal_fault
from unspoken.errors import RolesNeeded, UnspokenError
from unspoken.pipeline import Progress as Callback
from unspoken.settings import Settings

__all__ = ["analyze_command", "bar", "outcome"]

#: The bar is redrawn after this many frames.
_REDRAW_FRAMES = 10


def analyze_command(
    sources: Sequence[str], out: Path, settings: Settings, *, quiet: bool, as_json: bool
) -> int:
    """Analyse all sources; go on after a bad one.

    Returns
    -------
    int
        0 when all went well, 2 when a source could not be used, 1 after an internal fault.
    """
    console = Console(stderr=True, quiet=quiet)
    outcomes = []
    for job in plan_jobs(sources, out):
        outcomes.append(_one(job, settings, console, quiet=quiet))
        if outcomes[-1]["status"] == "partial":
            break
    if as_json:
        print(json.dumps(outcomes, indent=1, ensure_ascii=False))
    failed = [o for o in outcomes if o["exit_code"]]
    if failed and len(outcomes) > 1:
        console.print(f"{len(outcomes) - len(failed)} of {len(outcomes)} sources analysed. Not:")
        for one in failed:
            console.print(f"  {one['source']}: {one['error']}", markup=False, highlight=False)
    if any(o["exit_code"] == 1 for o in outcomes):
        return 1
    return 2 if failed or any(o["status"] == "partial" for o in outcomes) else 0


def _one(job: Job, settings: Settings, console: Console, *, quiet: bool) -> dict[str, Any]:
    """Analyse one source and say how it went."""
    try:
        with bar(console, Path(job.source).name) as callback:
            analysis = analyze_to_folder(job, settings, callback)
    except RolesNeeded as error:
        message = describe(error) + "\n  " + _offer_faces(job, settings)
        return _failed(job, message, error.exit_code, quiet)
    except UnspokenError as error:
        return _failed(job, describe(error), error.exit_code, quiet)
    except Exception as error:
        return _failed(job, internal_fault(error), 1, quiet)
    _print_summary(analysis, job, console)
    return outcome(analysis, job)


def _failed(job: Job, message: str, code: int, quiet: bool) -> dict[str, Any]:
    print(message, file=sys.stderr)
    return {
        "source": job.source,
        "folder": None,
        "status": "failed",
        "error": message.splitlines()[0],
        "exit_code": code,
    }


def outcome(analysis: Analysis, job: Job) -> dict[str, Any]:
    """What ``--json`` prints for one finished source."""
    counts = {k: sum(e.kind == k for e in analysis.events) for k in ("micro", "macro", "blink")}
    return {
        "source": job.source,
        "folder": str(job.folder),
        "status": "partial" if analysis.partial else "done",
        "exit_code": 0,
        "frames": analysis.clock.frames,
        "duration_s": round(analysis.clock.duration_s, 4),
        "measured_s": round(analysis.exposure_s, 4),
        "micro_possible": analysis.clock.micro_possible,
        **counts,
        "notes": [*analysis.notes, *analysis.quality.notes],
        "seconds": round(analysis.timings_s["total"], 3),
    }


def _offer_faces(job: Job, settings: Settings) -> str:
    """Write a contact sheet next to where the results would be; say where it is."""
    from unspoken.commands.faces import write_sheet

    target = job.folder.with_name(f"{job.folder.name}-faces.png")
    try:
        table = write_sheet(job.source, target, settings)
    except UnspokenError as error:
        return f"A contact sheet could not be written. {error}"
    return f"Who is who: {target}\n{table}\n  Then for example: --role 1=customer"


@contextmanager
def bar(console: Console, name: str) -> Iterator[Callback]:
    """A progress bar with the time left; nothing at all on a quiet console."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    short = name if len(name) <= 40 else f"{name[:18]}…{name[-19:]}"
    with Progress(*columns, console=console, transient=True, refresh_per_second=5) as progress:
        task: TaskID = progress.add_task(short, total=None, rate="")

        def callback(done: int, time_s: float, expected: int | None) -> None:
            if done % _REDRAW_FRAMES:
                return
            speed = progress.tasks[task].speed
            rate = f"{speed:.0f} frames/s" if speed else ""
            progress.update(task, completed=done, total=expected, rate=rate)

        yield callback


def _print_summary(analysis: Analysis, job: Job, console: Console) -> None:
    found = outcome(analysis, job)
    console.print(
        f"{job.source}: {found['micro']} micro-expressions, {found['macro']} macro-expressions, "
        f"{found['blink']} blinks in {found['measured_s']:.1f} s measured of "
        f"{found['duration_s']:.1f} s.",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    for note in found["notes"]:
        console.print(f"  {note}", markup=False, highlight=False, soft_wrap=True)
    report = job.folder / ("report.html" if analysis.settings.report else "events.csv")
    console.print(f"  {report}", markup=False, highlight=False, soft_wrap=True)
