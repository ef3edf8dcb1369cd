"""``unspoken bench recovery``: plant known movements into the user's own footage, count them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from unspoken.bench.recovery.campaign import Campaign
from unspoken.bench.recovery.figures import ALL, Figures
from unspoken.bench.recovery.footage import ClassSpans, as_class, read_class_table
from unspoken.bench.recovery.grid import QUICK, Grid
from unspoken.bench.recovery.report import Recovery, measure_recovery
from unspoken.commands.faults import say, stopped_words, tell
from unspoken.errors import SourceNotFound, UsageError
from unspoken.settings import Settings

__all__ = ["Choices", "clips_in", "numbers_of", "recovery_command"]

#: Endings of files that are taken from a folder of clips.
_VIDEO = {
    *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".wmv", ".mpg", ".mpeg", ".mts", ".m2ts"),
    *(".ts", ".3gp", ".flv", ".ogv"),
}
#: Why a run did not measure everything it was asked for.
_INCOMPLETE = 2


@dataclass(frozen=True)
class Choices:
    """What the command line says besides clips and folder.

    Parameters
    ----------
    quick : bool
        A small grid.
    seed : int
    workers : int
    baseline : bool
        Run the published spotter on the same copies.
    peaks, durations, long_durations : str
        Comma-separated numbers, ICD and seconds; "" leaves the grid's own.
    plant : tuple of str
        Recipes or families.
    per_cell : int or None
    copies : int or None
    crf : int or None
    footage : str
        Class of all clips; "" to read it off the signals.
    footage_table : Path or None
        CSV with classes.
    keep_copies : bool
    settings : Settings
    """

    quick: bool = False
    seed: int = 0
    workers: int = 2
    baseline: bool = False
    peaks: str = ""
    durations: str = ""
    long_durations: str = ""
    plant: tuple[str, ...] = ()
    per_cell: int | None = None
    copies: int | None = None
    crf: int | None = None
    footage: str = ""
    footage_table: Path | None = None
    keep_copies: bool = False
    settings: Settings = field(default_factory=lambda: Settings(report=False))


def recovery_command(clips: Sequence[str], out: Path, choices: Choices) -> int:
    """Run the bench, print what came out, say where the page is.

    Returns
    -------
    int
        0, or 2 when some clips or copies gave nothing.

    Raises
    ------
    UsageError, InputError, OutputError
        If choices make no sense, no clip can be used, or the folder cannot be written to.
    """
    campaign = Campaign(
        clips=tuple(clips_in(clips)),
        out=out,
        grid=grid_of(choices),
        seed=choices.seed,
        settings=choices.settings,
        workers=choices.workers,
        baseline="flow-spotter" if choices.baseline else "",
        most_copies=choices.copies,
        crf=choices.crf,
        classes=_classes(choices),
        keep_copies=choices.keep_copies,
    )
    console = Console(stderr=True)
    try:
        done = _with_bar(campaign, console)
    except KeyboardInterrupt:
        say(stopped_words(out / "copies"))
        return _INCOMPLETE
    for one in done.plan.skipped:
        say(f"Not used: {one.reason}")
    for copy, reason in done.failures:
        say(f"No result for {copy}: {reason}")
    for clip in done.plan.clips:
        for note in clip.facts.notes:
            say(f"{clip.facts.name}: {note}")
    _print_tables(done)
    tell(str((out / "recovery.html").resolve()))
    return _INCOMPLETE if done.plan.skipped or done.failures else 0


def _with_bar(campaign: Campaign, console: Console) -> Recovery:
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
    )
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task("looking at the clips", total=None)

        def step(done: int, total: int, what: str) -> None:
            progress.update(task, completed=done, total=total, description=what)

        return measure_recovery(campaign, step)


def grid_of(choices: Choices) -> Grid:
    """The grid the choices ask for.

    Raises
    ------
    UsageError
        If it is none.
    """
    grid = QUICK if choices.quick else Grid()
    if choices.peaks:
        peaks = numbers_of("--amplitudes", choices.peaks)
        grid = replace(grid, peaks_icd=peaks, macro_peaks_icd=peaks)
    if choices.durations:
        grid = replace(grid, micro_s=numbers_of("--durations", choices.durations))
    if choices.long_durations:
        long = () if choices.long_durations == "none" else choices.long_durations
        grid = replace(grid, macro_s=numbers_of("--long-durations", long) if long else ())
    if choices.plant:
        grid = replace(grid, recipes=choices.plant)
    if choices.per_cell is not None:
        grid = replace(grid, per_cell=choices.per_cell)
    return grid


def numbers_of(option: str, text: str) -> tuple[float, ...]:
    """Numbers of an option, in rising order, each once.

    Raises
    ------
    UsageError
        If they are none.
    """
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(
            f"{option}: expected numbers with commas between them, found {text!r}.",
            f"For example: {option} 0.02,0.04",
        ) from None
    return tuple(sorted(set(values)))


def _classes(choices: Choices) -> dict[str, ClassSpans]:
    found: dict[str, ClassSpans] = {}
    if choices.footage:
        found["*"] = ClassSpans(rest=as_class(choices.footage, "--class"))
    if choices.footage_table is not None:
        found |= read_class_table(choices.footage_table)
    return found


def clips_in(names: Sequence[str]) -> list[str]:
    """Clips by name; a folder with videos in it stands for them, one with pictures for itself.

    Raises
    ------
    SourceNotFound
        If a name stands for nothing.
    """
    found: dict[str, None] = {}
    for name in names:
        place = Path(name)
        if not place.is_dir():
            found[name] = None
            continue
        videos = sorted(p for p in place.iterdir() if p.suffix.lower() in _VIDEO and p.is_file())
        if not videos and not any(place.iterdir()):
            raise SourceNotFound(f"{name}: the folder is empty.", "Name a folder with videos.")
        found.update(dict.fromkeys(map(str, videos)) if videos else {name: None})
    return list(found)


def _print_tables(done: Recovery) -> None:
    console = Console()
    for one in done.figures:
        if one.cells:
            console.print(_detection_table(one))
    console.print(_alarm_table(done.figures))
    v = done.figures[0].verification
    if v.checked:
        console.print(
            f"Displacement measured back: {v.within} of {v.checked} within 10 %, "
            f"median {v.median:.3f}."
        )


def _detection_table(one: Figures) -> Table:
    name = "Unspoken" if one.spotter == "engine" else one.spotter
    table = Table(title=f"{name}: found of planted (F1), by largest displacement")
    rows = [r for r in one.cells if r.part == "all"]
    peaks = sorted({r.peak_icd for r in rows})
    table.add_column("footage")
    table.add_column("length")
    for peak in peaks:
        table.add_column(f"{peak:g} ICD")
    for footage in dict.fromkeys(r.footage for r in rows):
        for duration in sorted({r.duration_s for r in rows}):
            own = {
                r.peak_icd: f"{r.found}/{r.planted} ({r.f1:.2f})"
                for r in rows
                if (r.footage, r.duration_s) == (footage, duration)
            }
            if own:
                table.add_row(footage, f"{duration:g} s", *(own.get(p, "") for p in peaks))
    return table


def _alarm_table(figures: Sequence[Figures]) -> Table:
    table = Table(title="False alarms on untouched footage")
    for heading in ("spotter", "footage", "kind", "events", "minutes", "a minute", "95 %"):
        table.add_column(heading)
    for one in figures:
        for row in one.alarms:
            if row.footage == ALL or row.rate.exposure_s > 0.0:
                table.add_row(
                    one.spotter,
                    row.footage,
                    row.kind,
                    str(row.rate.count),
                    f"{row.rate.exposure_s / 60.0:.1f}",
                    f"{row.rate.per_min:.2f}",
                    f"{row.rate.low:.2f} to {row.rate.high:.2f}",
                )
    return table
