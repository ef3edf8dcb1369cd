"""``unspoken analyze``: a batch with a progress bar, a summary, and an exit code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from unspoken.analysis import Analysis
from unspoken.batch import Job, analyze_to_folder, plan_jobs
from unspoken.commands.faults import describe, internal_fault, say, tell
from unspoken.commands.progress import bar
from unspoken.errors import RolesNeeded, UnspokenError
from unspoken.settings import Settings
from unspoken.stopping import StopRequest, stoppable

__all__ = ["analyze_command", "outcome", "summary_lines"]


def analyze_command(
    sources: Sequence[str], out: Path, settings: Settings, *, quiet: bool, as_json: bool
) -> int:
    """Analyse all sources; go on after a bad one.

    Returns
    -------
    int
        0 when all went well, 2 when a source could not be used or the run was stopped, 1 after an
        internal fault.
    """
    progress = Console(stderr=True, quiet=quiet)
    jobs = plan_jobs(sources, out)
    if len(jobs) < len(sources) and not quiet:
        say("A source that was named twice is analysed once.")
    outcomes: list[dict[str, Any]] = []
    with stoppable() as stop:
        for job in jobs:
            if stop.asked:
                outcomes.append(_failure(job, "stopped", "Not analysed: stopped before its turn."))
            else:
                outcomes.append(_one(job, settings, progress, stop))
            if not (quiet or as_json or outcomes[-1]["exit_code"]):
                tell("\n".join(outcomes[-1]["lines"]))
            outcomes[-1].pop("lines", None)
    if as_json:
        tell(json.dumps(outcomes, indent=1, ensure_ascii=False))
    elif len(outcomes) > 1:
        _list_failures(outcomes)
    codes = {o["exit_code"] for o in outcomes} | {2 for o in outcomes if o["status"] != "done"}
    return 1 if 1 in codes else max(codes, default=0)


def _one(job: Job, settings: Settings, console: Console, stop: StopRequest) -> dict[str, Any]:
    """Analyse one source and say how it went."""
    try:
        with bar(console, Path(job.source).name) as callback:
            analysis = analyze_to_folder(job, settings, callback, stop)
    except RolesNeeded as error:
        say(describe(error))
        sheet = _offer_faces(job, settings, console)
        return _failure(job, "failed", error.message, error.hint) | sheet
    except UnspokenError as error:
        say(describe(error))
        status = "stopped" if stop.asked else "failed"
        return _failure(job, status, error.message, error.hint, code=error.exit_code)
    except KeyboardInterrupt:
        stop.asked = True
        message = f"{job.source}: stopped; nothing of it was saved."
        say(message)
        return _failure(job, "stopped", message)
    except Exception as error:
        message = internal_fault(error)
        say(message)
        return _failure(job, "failed", message.splitlines()[0], code=1)
    return outcome(analysis, job) | {"lines": summary_lines(analysis, job)}


def _failure(job: Job, status: str, error: str, hint: str = "", code: int = 2) -> dict[str, Any]:
    """What ``--json`` prints for a source without results."""
    found = {"source": job.source, "folder": None, "status": status, "exit_code": code}
    return found | {"error": error, "hint": hint}


def outcome(analysis: Analysis, job: Job) -> dict[str, Any]:
    """What ``--json`` prints for one finished source."""
    counts = {k: sum(e.kind == k for e in analysis.events) for k in ("micro", "macro", "blink")}
    return {
        "source": job.source,
        "folder": str(analysis.folder),
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


def _list_failures(outcomes: Sequence[dict[str, Any]]) -> None:
    """At the end of a batch, what did not work: the messages may have scrolled away."""
    failed = [o for o in outcomes if o["status"] in ("failed", "stopped")]
    if failed:
        say(f"{len(outcomes) - len(failed)} of {len(outcomes)} sources analysed. Not analysed:")
    for one in failed:
        prefix = "" if one["error"].startswith(f"{one['source']}:") else f"{one['source']}: "
        say(f"  {prefix}{one['error']}")


def _offer_faces(job: Job, settings: Settings, console: Console) -> dict[str, Any]:
    """Write a contact sheet next to where the results would be; say where it is."""
    from unspoken.commands.faces import write_sheet

    target = job.folder.with_name(f"{job.folder.name}-faces.png")
    try:
        with bar(console, "looking who is there") as callback:
            sheet = write_sheet(job.source, target, settings, callback)
    except UnspokenError as error:
        say(f"  A contact sheet could not be written. {error}")
        return {}
    table = "\n".join(f"  {line}" for line in sheet.table().splitlines())
    say(f"  Who is who: {target}\n{table}")
    return {"contact_sheet": str(target), "faces": [tile.face_id for tile in sheet.tiles]}


def summary_lines(analysis: Analysis, job: Job) -> list[str]:
    """What is printed for one finished source: what was found, what is odd, where the rest is.

    Returns
    -------
    list of str
        "Nothing found" and "nothing could have been found" are different lines.
    """
    found = outcome(analysis, job)
    stopped = ", stopped before the end" if analysis.partial else ""
    span = f"{found['measured_s']:.1f} s measured of {found['duration_s']:.1f} s{stopped}"
    parts = [_count(found[k], f"{k}-expression") for k in ("micro", "macro")]
    if not found["micro_possible"]:
        parts[0] = "no micro-expressions possible"
    line = f"{', '.join(parts)}, {_count(found['blink'], 'blink')} in {span}."
    if not found["measured_s"]:
        line = f"nothing could be measured in {found['duration_s']:.1f} s{stopped}."
    assert analysis.folder is not None
    main = analysis.folder / ("report.html" if analysis.settings.report else "events.csv")
    if not main.exists():
        main = analysis.folder
    return [f"{job.source}: {line}", *(f"  {note}" for note in found["notes"]), f"  {main}"]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
