"""The results as files for other programs: figures.json, planted.csv, false_alarms.csv."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from pathlib import Path

from unspoken import records
from unspoken.bench.recovery.figures import Figures
from unspoken.bench.recovery.plan import Plan
from unspoken.bench.recovery.score import OVERLAPS, Alarm, ClipScore, Outcome
from unspoken.filing import Batch

__all__ = ["PLANTED_COLUMNS", "alarms_csv", "figures_document", "planted_csv", "write_tables"]

PLANTED_COLUMNS = (
    *("clip", "copy", "recipe", "family", "part", "kind", "action_units", "peak_icd", "duration_s"),
    *("onset_share", "onset_s", "apex_s", "offset_s", "icd_px", "measured_share", "footage"),
    *("blink", "occupied"),
    *(f"detected_{round(100 * x)}" for x in OVERLAPS),
    *("found_kind", "found_onset_s", "found_apex_s", "found_offset_s", "found_action_units"),
    *("snr", "false_alarms_per_min"),
)
_ALARM_COLUMNS = (
    *("clip", "copy", "origin", "footage", "kind", "onset_s", "apex_s", "offset_s"),
    *("action_units", "snr", "false_alarms_per_min", "flags"),
)


def _time(value: float) -> str:
    return f"{value:.4f}"


def _number(value: float, places: int) -> str:
    return "" if math.isnan(value) else f"{value:.{places}f}"


def planted_csv(outcomes: Sequence[Outcome]) -> str:
    """A row per planted movement; the header alone when there is none."""
    return _csv(PLANTED_COLUMNS, [_planted_row(o) for o in outcomes])


def _planted_row(o: Outcome) -> list[str]:
    t, f = o.truth, o.found
    row = [o.clip, str(o.copy), t.recipe, t.family, t.part, t.kind, _units(t.units)]
    row += [f"{t.peak_icd:g}", f"{t.duration_s:g}", f"{t.onset_share:g}"]
    row += [_time(t.onset_s), _time(t.apex_s), _time(t.offset_s), f"{t.icd_px:.1f}"]
    row += [_number(t.measured_share, 3), o.footage, str(int(o.blink)), str(int(o.occupied))]
    row += [str(int(hit)) for hit in o.detected]
    if f is None:
        return [*row, *[""] * 7]
    row += [f.kind, _time(f.onset_s), _time(f.apex_s), _time(f.offset_s)]
    row += ["|".join(sorted(f.action_units)), _number(o.snr, 2)]
    return [*row, _number(o.false_alarms_per_min, 4)]


def _units(units: dict[str, float]) -> str:
    return "|".join(f"{key}:{amplitude:.3f}" for key, amplitude in units.items())


def alarms_csv(alarms: Sequence[Alarm]) -> str:
    """A row per event nothing was planted for; the header alone when there is none."""
    rows = []
    for alarm in alarms:
        e = alarm.event
        row = [alarm.clip, str(alarm.copy), alarm.origin, alarm.footage, e.kind]
        row += [_time(e.onset_s), _time(e.apex_s), _time(e.offset_s), _units(e.action_units)]
        row += [_number(e.snr, 2), _number(e.false_alarms_per_min, 4), "|".join(e.flags)]
        rows.append(row)
    return _csv(_ALARM_COLUMNS, rows)


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(header)
    table.writerows(rows)
    return text.getvalue()


def figures_document(
    plan: Plan, figures: Sequence[Figures], failures: Sequence[tuple[str, str]]
) -> dict[str, object]:
    """What figures.json holds: strict JSON values."""
    return {
        "schema": "unspoken.recovery",
        "schema_version": 1,
        "plan": plan.digest,
        "version": plan.version,
        "seed": plan.seed,
        "grid": records.to_json(plan.grid),
        "settings": json.loads(plan.settings),
        "clips": [
            {
                **{k: v for k, v in records.to_json(clip.facts).items() if k != "usable"},
                "copies": len(clip.copies) - 1,
                "planted": sum(len(copy.plantings) for copy in clip.copies),
            }
            for clip in plan.clips
        ],
        "skipped": records.to_json(plan.skipped),
        "failed_copies": [{"copy": copy, "reason": reason} for copy, reason in failures],
        "spotters": {one.spotter: _without_time(one) for one in figures},
    }


def _without_time(figures: Figures) -> dict[str, object]:
    """Figures that come out the same on any machine."""
    return {k: v for k, v in records.to_json(figures).items() if k != "work_s"}


def write_tables(
    out: Path,
    plan: Plan,
    figures: Sequence[Figures],
    scores: dict[str, list[ClipScore]],
    failures: Sequence[tuple[str, str]],
    page: str,
) -> None:
    """Write figures, tables and page together; names of a baseline's tables bear its name.

    Raises
    ------
    OutputError
        If they cannot be written; earlier ones stay as they were.
    """
    document = figures_document(plan, figures, failures)
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    with Batch(out) as batch:
        batch.add_bytes("figures.json", text.encode("utf-8", "backslashreplace"))
        for name, clips in scores.items():
            end = "" if name == "engine" else f"-{name}"
            outcomes = [o for clip in clips for o in clip.outcomes]
            alarms = [a for clip in clips for a in clip.alarms]
            batch.add_bytes(f"planted{end}.csv", planted_csv(outcomes).encode("utf-8", "replace"))
            batch.add_bytes(f"false_alarms{end}.csv", alarms_csv(alarms).encode("utf-8", "replace"))
        spent = {one.spotter: one.work_s for one in figures}
        batch.add_bytes("seconds.json", (json.dumps(spent) + "\n").encode())
        batch.add_bytes("recovery.html", page.encode("utf-8", "replace"))
