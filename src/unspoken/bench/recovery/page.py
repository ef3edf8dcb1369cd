"""The page for people: one offline HTML file with curves and tables."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Sequence
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from unspoken.bench.metrics.reliability import RateStep
from unspoken.bench.recovery.curves import MOST_LINES, detection_curves, reliability_plot
from unspoken.bench.recovery.figures import ALL, CellRow, Figures, Verification
from unspoken.bench.recovery.plan import Plan
from unspoken.bench.recovery.score import OVERLAPS

__all__ = ["render_page"]

_FOOTAGE_WORDS = {
    ALL: "all footage",
    "still": "still",
    "listening": "listening",
    "talking": "talking",
    "lively": "lively",
    "small": "small faces",
}


def render_page(plan: Plan, figures: Sequence[Figures], failures: Sequence[tuple[str, str]]) -> str:
    """Make the page.

    Parameters
    ----------
    plan : Plan
        What was planted.
    figures : sequence of Figures
        Of the engine first, then of baselines.
    failures : sequence of (str, str)
        Copies without a result, and why.

    Returns
    -------
    str
        A complete HTML page that needs no other file and asks the network for nothing.
    """
    css = resources.files("unspoken.report").joinpath("static/report.css").read_text("utf-8")
    css += resources.files(__package__).joinpath("recovery.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode("utf-8")).digest()).decode("ascii")
    template = resources.files(__package__).joinpath("recovery.html.j2").read_text("utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    engine = figures[0]
    return environment.from_string(template).render(
        css=Markup(css),
        policy=Markup(
            f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        ),
        plan=plan,
        headline=_headline(plan, engine),
        verification=_verification_text(engine.verification) if engine.planted else "",
        spotters=[_spotter(one) for one in figures],
        clips=[_clip(clip.facts, len(clip.copies) - 1) for clip in plan.clips],
        failures=failures,
        digest=plan.digest,
    )


def _number(value: float, places: int = 2, unit: str = "") -> str:
    return "–" if not math.isfinite(value) else f"{value:.{places}f}{unit}"


def _percent(value: float) -> str:
    return "–" if not math.isfinite(value) else f"{100 * value:.0f} %"


def _interval(low: float, high: float, places: int = 2) -> str:
    if not (math.isfinite(low) and math.isfinite(high)):
        return "–"
    return f"{low:.{places}f} to {high:.{places}f}"


def _headline(plan: Plan, engine: Figures) -> str:
    minutes = sum(a.rate.exposure_s for a in engine.alarms if a.footage == ALL) / 2.0 / 60.0
    clips = len(plan.clips)
    if not engine.planted:
        return (
            f"Nothing was planted; {minutes:.1f} minutes of untouched footage in {clips} "
            f"{'clip' if clips == 1 else 'clips'} tell how often something is found all the same."
        )
    return (
        f"{engine.planted} known movements were planted into copies of "
        f"{clips} {'clip' if clips == 1 else 'clips'}; {minutes:.1f} minutes of untouched footage "
        "tell how often something is found where nothing was planted."
    )


def _verification_text(v: Verification) -> str:
    if not v.checked:
        return "No planted movement was large enough to be measured back."
    text = (
        f"Measured back by optical flow before encoding: {v.within} of {v.checked} planted "
        f"movements lie within 10 % of the intended displacement, median {v.median:.3f} of it."
    )
    if v.small:
        text += (
            f" {v.small} more move less than the flow can judge (0.8 pixels); it reads "
            f"{v.small_median:.2f} of the intended displacement there."
        )
    return text


def _spotter(one: Figures) -> dict[str, Any]:
    title = "Unspoken" if one.spotter == "engine" else one.spotter
    durations = sorted({row.duration_s for row in one.cells})
    return {
        "title": title,
        "id": one.spotter,
        "groups": _curve_groups(one.cells, durations),
        "cells": [_cell(row) for row in one.cells if row.part == ALL],
        "parts": [_cell(row) for row in one.cells if row.part != ALL and row.footage != ALL],
        "spotting": _spotting(one),
        "overlaps": [f"{x:g}" for x in OVERLAPS],
        "timing": [
            {
                "footage": _FOOTAGE_WORDS[row.footage],
                "point": row.point,
                "count": row.errors.count,
                "frames": _number(row.errors.median_abs_frames, 1),
                "median": _number(row.errors.median_abs_ms, 0, " ms"),
                "mean": _number(row.errors.mean_abs_ms, 0, " ms"),
                "bias": _number(row.errors.bias_ms, 0, " ms"),
            }
            for row in one.timing
            if row.errors.count
        ],
        "units": [
            {
                "footage": _FOOTAGE_WORDS[row.footage],
                "count": row.detections,
                "precision": _percent(row.precision),
                "recall": _percent(row.recall),
                "f1": _number(row.f1),
                "plain": _number(row.f1_without_side),
                "side": f"{_percent(row.side_right)} of {row.side_coded}",
            }
            for row in one.units
            if row.detections
        ],
        "confusion": one.confusion,
        "alarms": [
            {
                "footage": _FOOTAGE_WORDS[row.footage],
                "kind": row.kind,
                "count": row.rate.count,
                "minutes": _number(row.rate.exposure_s / 60.0, 1),
                "rate": _number(row.rate.per_min),
                "interval": _interval(row.rate.low, row.rate.high),
            }
            for row in one.alarms
        ],
        "side_effects": f"{one.side_effects.count} in "
        f"{_number(one.side_effects.exposure_s / 60.0, 1)} minutes of planted copies "
        f"({_number(one.side_effects.per_min)} a minute)",
        "occupied": one.occupied,
        "reliability": Markup(
            reliability_plot([(s.stated_per_min, s.ratio, s.low, s.high) for s in one.reliability])
        ),
        "steps": [
            *(_step(ALL, step) for step in one.reliability),
            *(_step(row.footage, row.step) for row in one.asked if row.footage != ALL),
        ],
    }


def _step(footage: str, step: RateStep) -> dict[str, Any]:
    return {
        "footage": _FOOTAGE_WORDS[footage],
        "stated": f"{step.stated_per_min:g}",
        "count": step.observed.count,
        "observed": _number(step.observed.per_min),
        "ratio": _number(step.ratio),
        "interval": _interval(step.low, step.high),
    }


def _curve_groups(cells: Sequence[CellRow], durations: Sequence[float]) -> list[dict[str, Any]]:
    """Short movements in one group of plots, long ones in another; at most four lines in each."""
    groups = []
    for name, chosen in (
        ("Brief movements", [d for d in durations if d <= 0.5]),
        ("Long movements", [d for d in durations if d > 0.5]),
    ):
        for first in range(0, len(chosen), MOST_LINES):
            some = chosen[first : first + MOST_LINES]
            plots = []
            for footage in dict.fromkeys(row.footage for row in cells):
                rows = [r for r in cells if r.footage == footage and r.part == ALL]
                label = f"{name}, {_FOOTAGE_WORDS[footage]}: detection rate by displacement"
                svg = detection_curves(rows, some, label)
                if svg:
                    planted = sum(r.planted for r in rows if r.duration_s in some)
                    plots.append(
                        {"footage": _FOOTAGE_WORDS[footage], "svg": Markup(svg), "n": planted}
                    )
            legend = [{"slot": i, "text": f"{d:g} s"} for i, d in enumerate(some)]
            if plots:
                groups.append({"name": name, "plots": plots, "legend": legend})
    return groups


def _cell(row: CellRow) -> dict[str, str]:
    return {
        "footage": _FOOTAGE_WORDS[row.footage],
        "part": row.part,
        "duration": f"{row.duration_s:g} s",
        "peak": f"{row.peak_icd:g}",
        "found": f"{row.found} of {row.planted}",
        "rate": _percent(row.rate),
        "interval": f"{_percent(row.low)} to {_percent(row.high)}",
        "drawn": "over clips" if row.interval == "clips" else "within trials",
        "f1": _number(row.f1),
        "f1_all": _number(row.f1_all),
    }


def _spotting(one: Figures) -> list[dict[str, Any]]:
    """A row per class and kind: F1 at every overlap, the rest at the last."""
    rows = []
    for row in one.spotting:
        if row.overlap != OVERLAPS[-1]:
            continue
        at = {
            r.overlap: r.f1 for r in one.spotting if (r.footage, r.kind) == (row.footage, row.kind)
        }
        rows.append(
            {
                "footage": _FOOTAGE_WORDS[row.footage],
                "kind": row.kind,
                "counts": f"{row.tp} / {row.fp} / {row.fn}",
                "precision": _percent(row.precision),
                "recall": _percent(row.recall),
                "at": [_number(at.get(x, math.nan)) for x in OVERLAPS],
                "interval": _interval(row.low, row.high),
                "f1_all": _number(row.f1_all),
            }
        )
    return rows


def _clip(facts: Any, copies: int) -> dict[str, Any]:
    e = facts.encoding
    return {
        "name": facts.name,
        "size": f"{facts.width} x {facts.height}",
        "rate": f"{facts.rate_hz:.4g}",
        "seconds": f"{facts.duration_s:.1f}",
        "icd": f"{facts.icd_px:.0f}",
        "copies": copies,
        "encoding": f"{e.codec} {e.crf}",
        "bits": f"{_number(e.source_bits_per_px, 3)} / {_number(e.bits_per_px, 3)}",
        "notes": " ".join(facts.notes),
    }
