"""The speed bench's figures as tables for people.

``python -m unspoken.bench.speed_page FILE.json`` prints them as Markdown;
``python -m unspoken.bench.speed_page FILE.json docs/speed.md`` puts them into that page, between
its two marks, in place of those that were there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from unspoken.bench.doc_page import print_or_put
from unspoken.bench.peer import PeerRun
from unspoken.bench.speed_figures import Figures, OurRun, judge, ratios
from unspoken.errors import InputError

__all__ = ["Section", "main", "markdown", "print_sections", "sections"]

#: From this share of the machine on, other processes make wall-clock figures worth little.
_DISTURBED = 0.1


@dataclass(frozen=True, slots=True)
class Section:
    """One table: its title, headings, rows, and a sentence below it."""

    title: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""


def sections(figures: Figures) -> list[Section]:
    """Everything worth showing, in order."""
    out = [_targets(figures), _runs(figures), _stages(figures)]
    if figures.without_blendshapes:
        out.append(_peer(figures))
    return [*out, Section("Machine", ("", ""), list(figures.machine.items()))]


def _targets(figures: Figures) -> Section:
    rows = []
    for target in judge(figures):
        digits = 2 if target.unit in {"s", "times"} else 0
        wanted = f"{'at least' if target.at_least else 'at most'} {target.wanted:g}"
        reached = "yes" if target.met else "NO"
        rows.append((target.what, f"{target.measured:.{digits}f}", wanted, target.unit, reached))
    title = "Measured beside wanted"
    if figures.quick:
        title += " (quick: short clips, one run; start-up weighs more than it should)"
    return Section(
        title, ("what", "measured", "wanted", "unit", "reached"), rows, _disturbance(figures)
    )


def _disturbance(figures: Figures) -> str:
    runs = [*figures.small, *figures.large, *figures.long]
    shares = [run.others for run in runs if run.others is not None]
    if not shares:
        return "How busy the machine was with other things is not known on this system."
    text = (
        f"Meanwhile other processes used {100 * median(shares):.0f} % of the machine "
        f"(median over runs; at most {100 * max(shares):.0f} %)."
    )
    if median(shares) > _DISTURBED:
        text += " The machine was shared: frames per second are lower than on a quiet one."
    return text


def _runs(figures: Figures) -> Section:
    rows = [
        (
            run.clip,
            f"{run.frames}",
            f"{run.wall_s:.1f}",
            f"{run.frames_per_s:.0f}",
            f"{1000 * run.cpu_s / run.frames:.2f}",
            f"{run.peak_rss_mb:.0f}",
            "" if run.others is None else f"{100 * run.others:.0f}",
        )
        for run in (*figures.small, *figures.large, *figures.long)
    ]
    headings = (
        "unspoken analyze",
        "frames",
        "wall, s",
        "frames/s",
        "processor, ms/frame",
        "peak memory, MB",
        "others, %",
    )
    own = f"The bench itself holds {figures.parent_mb:.0f} MB; peaks below that cannot be seen."
    return Section("Whole processes, report included", headings, rows, own)


def _stages(figures: Figures) -> Section:
    groups = [runs for runs in (figures.small, figures.large, figures.long) if runs]
    names = [name for name in groups[0][0].stages_s if name != "total"]
    rows = [
        (runs[0].clip, *(f"{_per_frame(runs, name):.2f}" for name in names), f"{_rest(runs):.1f}")
        for runs in groups
    ]
    return Section(
        "Stages, ms per frame (wall clock, side by side)",
        ("clip", *names, "start and end, s"),
        rows,
        "A stage that waits for a core counts as busy. Start and end: loading, saving, report.",
    )


def _per_frame(runs: Sequence[OurRun], stage: str) -> float:
    return median(1000 * run.stages_s.get(stage, 0.0) / run.frames for run in runs)


def _rest(runs: Sequence[OurRun]) -> float:
    return median(run.wall_s - run.stages_s.get("total", run.wall_s) for run in runs)


def _peer(figures: Figures) -> Section:
    rows = []
    for name, runs in (("off", figures.without_blendshapes), ("on", figures.with_blendshapes)):
        times = ratios(figures.small, runs)

        def middle(value: Callable[[PeerRun], float], of: list[PeerRun] = runs) -> float:
            return median(value(run) for run in of)

        rows.append(
            (
                name,
                f"{middle(lambda r: r.frames_per_s):.0f}",
                f"{middle(lambda r: r.frames / r.loop_s):.0f}",
                f"{middle(lambda r: 1000 * r.calls_cpu_s / r.frames):.2f}",
                f"{100 * middle(lambda r: r.faces / r.frames):.0f}",
                " ".join(f"{t:.2f}" for t in times),
                f"{median(times):.2f}",
            )
        )
    headings = (
        "blendshapes",
        "calls alone, frames/s",
        "with decoding, frames/s",
        "calls, processor ms/frame",
        "faces found, %",
        "ours over peer, by round",
        "median",
    )
    version = figures.without_blendshapes[0].version
    note = (
        f"mediapipe {version}, FaceLandmarker, VIDEO mode, one face, the same bundle and the clip "
        f"{figures.small[0].clip}; rounds alternate. Ours is the whole process, decoding and "
        "report included."
    )
    return Section("The peer", headings, rows, note)


def markdown(figures: Figures) -> str:
    """All tables as Markdown."""
    parts = []
    for section in sections(figures):
        lines = [f"### {section.title}", "", "| " + " | ".join(section.headings) + " |"]
        lines.append("|" + " --- |" * len(section.headings))
        lines += ["| " + " | ".join(row) + " |" for row in section.rows]
        if section.note:
            lines += ["", section.note]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def print_sections(figures: Figures, console: Console) -> None:
    """All tables for a terminal."""
    for section in sections(figures):
        table = Table(title=section.title, title_justify="left", caption=section.note or None)
        table.caption_justify = "left"
        for heading in section.headings:
            table.add_column(heading)
        for row in section.rows:
            missed = row[-1] == "NO"
            table.add_row(*row, style="bold red" if missed else None)
        console.print(table)


def main(arguments: list[str]) -> int:
    """Print the Markdown of a file of figures, or put it into a page; 0, or 2 where it cannot."""
    return print_or_put(arguments, _of_file, "FILE.json", "figures")


def _of_file(path: Path) -> str:
    try:
        return markdown(Figures.from_dict(json.loads(path.read_text("utf-8"))))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path}: {error}.") from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
