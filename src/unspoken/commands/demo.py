"""``unspoken demo``: a sample with known truth, analysed before the user's eyes."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from unspoken.analysis import Analysis
from unspoken.batch import Job, analyze_to_folder, cleared_on_failure
from unspoken.bench.sample import SampleTruth, make_sample
from unspoken.commands.faults import tell
from unspoken.commands.progress import bar
from unspoken.filing import writing
from unspoken.settings import Settings
from unspoken.spotting.events import Event, Kind
from unspoken.stopping import stoppable
from unspoken.timing import Interval, iou

__all__ = ["demo_command", "match_planted"]


def demo_command(out: Path, *, open_report: bool, quiet: bool) -> int:
    """Make the sample, analyse it, print planted against found.

    Returns
    -------
    int
        0, or 2 when it was stopped before the end.

    Raises
    ------
    OutputError
        When the folder cannot be written to.
    """
    console = Console(stderr=True, quiet=quiet)
    clip = out / "sample.mp4"
    with cleared_on_failure(out):
        with writing(out):
            out.mkdir(parents=True, exist_ok=True)
        console.print("Making a 40 s sample from a public-domain portrait with planted movements.")
        with bar(console, "sample") as tick:
            truth = make_sample(clip, on_frame=lambda done, total: tick(done, 0.0, total))
        truth.write_csv(out / "sample-truth.csv")
    job = Job(str(clip), out / "sample")
    with stoppable() as stop, bar(console, clip.name) as tick:
        analysis = analyze_to_folder(job, Settings(), tick, stop)
    if not quiet:
        _print_table(truth, analysis)
    assert analysis.folder is not None
    report = (analysis.folder / "report.html").resolve()
    tell(str(report))
    if open_report and sys.stdout.isatty():
        webbrowser.open(report.as_uri())
    return 2 if analysis.partial else 0


def match_planted(
    planted: Sequence[tuple[Kind, Interval]], events: Sequence[Event]
) -> list[Event | None]:
    """The found event for each planted one: same kind, largest overlap, each used once.

    Parameters
    ----------
    planted : sequence of (kind, Interval)
        What was put in.
    events : sequence of Event
        What was found.

    Returns
    -------
    list of Event or None
        In the order of `planted`; None where nothing of that kind overlaps.
    """
    pairs = [
        (iou(interval, event.interval), p, e)
        for p, (kind, interval) in enumerate(planted)
        for e, event in enumerate(events)
        if event.kind == kind and interval.overlap_s(event.interval) > 0.0
    ]
    found: list[Event | None] = [None] * len(planted)
    used: set[int] = set()
    for _, p, e in sorted(pairs, reverse=True):
        if found[p] is None and e not in used:
            found[p] = events[e]
            used.add(e)
    return found


def _print_table(truth: SampleTruth, analysis: Analysis) -> None:
    planted: list[tuple[Kind, Interval, str]] = []
    for event, units in zip(truth.events, truth.amplitudes, strict=True):
        planted.append(("micro", Interval(event.onset_s, event.offset_s), _units(units)))
    planted += [("macro", smile, "AU6 AU12 (smile)") for smile in truth.smiles]
    planted.sort(key=lambda p: p[1])
    found = match_planted([(kind, interval) for kind, interval, _ in planted], analysis.events)
    table = Table(title="Planted and found")
    for heading in ("kind", "planted, s", "units", "found, s", "units", "onset off by"):
        table.add_column(heading)
    for (kind, interval, shown), event_found in zip(planted, found, strict=True):
        table.add_row(kind, _span(interval), shown, *_found_cells(interval, event_found))
    console = Console()
    console.print(table)
    spotted = [e for e in analysis.events if e.kind != "blink"]
    others = [e for e in spotted if all(e is not f for f in found)]
    hits = sum(f is not None for f in found)
    console.print(
        f"{hits} of {len(planted)} planted expressions found. {len(others)} more events, "
        f"{sum(_in_speech(e, truth) for e in others)} of them during the talking "
        "(talking moves the face too)."
    )
    blinks = match_planted([("blink", blink.interval) for blink in truth.blinks], analysis.events)
    console.print(f"{sum(b is not None for b in blinks)} of {len(blinks)} blinks found.")


def _found_cells(interval: Interval, event: Event | None) -> tuple[str, str, str]:
    if event is None:
        return "not found", "", ""
    late_ms = 1000.0 * (event.onset_s - interval.start_s)
    return _span(event.interval), _units(event.action_units), f"{late_ms:+.0f} ms"


def _span(interval: Interval) -> str:
    return f"{interval.start_s:.2f} to {interval.end_s:.2f}"


def _units(units: dict[str, float]) -> str:
    return " ".join(units)


def _in_speech(event: Event, truth: SampleTruth) -> bool:
    return any(event.interval.overlap_s(speech) > 0.0 for speech in truth.speech)
