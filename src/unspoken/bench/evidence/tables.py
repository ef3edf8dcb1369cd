"""The results as files for other programs: evidence.json, units.csv, cross_talk.csv, ..."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable
from pathlib import Path

from unspoken import records
from unspoken.bench.evidence.campaign import Evidence
from unspoken.bench.evidence.figures import BackendFigures, Value
from unspoken.bench.evidence.page import render_evidence_page
from unspoken.filing import Batch

__all__ = ["write_evidence_report"]


def _cells(value: Value) -> list[str]:
    return [_text(value.value), _text(value.low), _text(value.high)]


def _text(value: float) -> str:
    return "" if not math.isfinite(value) else f"{value:.5g}"


def _csv(header: list[str], rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(header)
    table.writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def _unit_rows(one: BackendFigures) -> Iterable[list[str]]:
    none = Value(math.nan, math.nan, math.nan)
    for key, noise in one.noise_icd.items():
        row = [one.backend, one.footage, key, *_cells(one.gain_by_unit.get(key, none))]
        bounds = (one.bound_icd.get(key, math.nan), one.bound_alone_icd.get(key, math.nan))
        yield [*row, *map(_text, (noise, one.claimed_icd.get(key, math.nan), *bounds))]


def _cross_rows(one: BackendFigures) -> Iterable[list[str]]:
    for recipe, answers in one.answers.items():
        for key, value in answers.items():
            yield [one.backend, one.footage, recipe, key, *_cells(value)]


def _calibration_rows(one: BackendFigures) -> Iterable[list[str]]:
    for row in one.calibration:
        name = [one.backend, one.footage, row.what, str(row.count)]
        yield [*name, *_cells(row.within), _text(row.ratio)]


def write_evidence_report(out: Path, found: Evidence) -> None:
    """Write figures, tables and page together.

    Raises
    ------
    OutputError
        If they cannot be written; earlier ones stay as they were.
    """
    named = ["backend", "footage"]
    interval = ["value", "low", "high"]
    steady = [
        {k: v for k, v in records.to_json(f).items() if k != "work_ms"} for f in found.figures
    ]
    document = {
        "schema": "unspoken.evidence",
        "schema_version": 1,
        "plan": found.plan.digest,
        "version": found.plan.version,
        "seed": found.plan.seed,
        "grid": records.to_json(found.plan.grid),
        "settings": json.loads(found.plan.settings),
        "clips": [
            {
                **{k: v for k, v in records.to_json(clip.facts).items() if k != "usable"},
                "copies": len(clip.copies) - 1,
                "noise_grey": records.to_json(found.noise.get(clip.facts.name, math.nan)),
            }
            for clip in found.plan.clips
        ],
        "exposure_s": records.to_json(found.exposure_s),
        "skipped": records.to_json(found.plan.skipped),
        "failed_copies": [{"copy": c, "reason": r} for c, r in found.failures],
        "figures": steady,
    }
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    spent = {f.backend: round(f.work_ms, 3) for f in found.figures}
    unit_header = [*named, "unit", "gain", "gain_low", "gain_high"]
    unit_header += ["noise_icd", "claimed_icd", "bound_icd", "bound_alone_icd"]
    with Batch(out) as batch:
        batch.add_bytes("evidence.json", text.encode("utf-8", "backslashreplace"))
        rows = (row for one in found.figures for row in _unit_rows(one))
        batch.add_bytes("units.csv", _csv(unit_header, rows))
        rows = (row for one in found.figures for row in _cross_rows(one))
        header = [*named, "planted", "unit", *interval]
        batch.add_bytes("cross_talk.csv", _csv(header, rows))
        rows = (row for one in found.figures for row in _calibration_rows(one))
        header = [*named, "what", "count", *interval, "spread_over_claimed"]
        batch.add_bytes("calibration.csv", _csv(header, rows))
        batch.add_bytes("milliseconds.json", (json.dumps(spent) + "\n").encode())
        batch.add_bytes("evidence.html", render_evidence_page(found).encode("utf-8", "replace"))
