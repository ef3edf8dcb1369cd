"""The section on what could have been seen: sensitivity per unit and duration, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from unspoken.analysis import Analysis, Sensitivity
from unspoken.facs.units import ACTION_UNITS, ActionUnit, unit_of
from unspoken.report import words

__all__ = ["seen_section"]

_REGION_NAMES = {"brow": "Brows", "eye": "Eyes", "nose": "Nose", "mouth": "Mouth", "jaw": "Jaw"}
_CLASS_WORDS = {
    "fine": "fine movements would be found",
    "usual": "movements of usual size would be found",
    "coarse": "only larger movements would be found",
    "none": "nothing could have been found",
}
#: The duration the summary speaks of, seconds: near the median of published micro-expressions.
_TYPICAL_S = 0.33

Cells = dict[tuple[int, float], Sensitivity]


def seen_section(analysis: Analysis) -> dict[str, Any]:
    """What the section shows, per measured face."""
    faces = []
    for face in analysis.faces:
        entries = [s for s in analysis.sensitivity if s.face_id == face.face_id]
        if entries:
            faces.append(_face(face.face_id, entries))
    if not faces:
        lead = (
            "Nothing was measured, so nothing could have been found: this recording says nothing "
            "about what happened on any face in it."
        )
    else:
        lead = (
            "An empty result means something only where a movement would have been noticed. This "
            "is the smallest movement this footage would have shown, at the chosen false-alarm "
            f"rate of {analysis.settings.false_alarms_per_min:g} a minute."
        )
    return {"lead": lead, "faces": faces}


def _face(face_id: int, entries: list[Sensitivity]) -> dict[str, Any]:
    cells = _worse_side(entries)
    durations = sorted({duration for _, duration in cells})
    regions = []
    for region, name in _REGION_NAMES.items():
        rows = [
            _row(unit, [cells.get((unit.code, duration)) for duration in durations])
            for unit in ACTION_UNITS
            if unit.region == region and any((unit.code, d) in cells for d in durations)
        ]
        if rows:
            regions.append({"name": name, "rows": rows})
    return {
        "id": face_id,
        "durations": [f"{duration:g} s" for duration in durations],
        "regions": regions,
        "verdict": _verdict(cells, durations),
    }


def _worse_side(entries: Iterable[Sensitivity]) -> Cells:
    cells: Cells = {}
    for entry in entries:
        place = unit_of(entry.unit)[0].code, entry.duration_s
        held = cells.get(place)
        if held is None or not entry.amplitude <= held.amplitude:
            cells[place] = entry
    return cells


def _row(unit: ActionUnit, row: list[Sensitivity | None]) -> dict[str, Any]:
    cells = []
    for entry in row:
        kind = "none" if entry is None else words.seen_class(entry)
        known = entry is not None and kind != "none"
        cells.append(
            {
                "kind": kind,
                "words": _CLASS_WORDS[kind],
                "amplitude": words.amplitude_text(entry.amplitude) if entry and known else "–",
                "icd": words.number(entry.displacement_icd) if entry and known else "",
            }
        )
    return {"code": unit.code, "name": unit.name, "cells": cells}


def _verdict(cells: Cells, durations: list[float]) -> str:
    typical = min(durations, key=lambda duration: abs(duration - _TYPICAL_S))
    classes = {
        code: words.seen_class(entry)
        for (code, duration), entry in cells.items()
        if duration == typical
    }
    able = [code for code, kind in classes.items() if kind in ("fine", "usual")]
    blind = [code for code, kind in classes.items() if kind == "none"]
    text = (
        f"A micro-expression of usual size lasting {typical:g} s would be found at "
        f"least every second time in {len(able)} of {len(classes)} action units."
    )
    if blind and len(blind) == len(classes):
        return f"At {typical:g} s nothing could have been found in any action unit."
    weak = [code for code in classes if code not in able]
    if weak:
        text += f" No event there means little for {_codes(weak)}."
    return text


def _codes(codes: list[int]) -> str:
    names = [f"AU{code}" for code in codes]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
