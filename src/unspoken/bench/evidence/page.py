"""The page for people: one offline HTML file with curves, heat map and tables."""

from __future__ import annotations

import base64
import hashlib
import math
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from unspoken.bench.evidence.campaign import Evidence
from unspoken.bench.evidence.figures import BackendFigures, Value
from unspoken.bench.evidence.plots import MOST_LINES, coverage_plot, gain_plot, heat_colour
from unspoken.facs.units import UNIT_KEYS

__all__ = ["render_evidence_page"]


def render_evidence_page(found: Evidence) -> str:
    """Make the page.

    Parameters
    ----------
    found : Evidence

    Returns
    -------
    str
        A complete HTML page that needs no other file and asks the network for nothing.
    """
    css = resources.files("unspoken.report").joinpath("static/report.css").read_text("utf-8")
    css += resources.files("unspoken.bench.recovery").joinpath("recovery.css").read_text("utf-8")
    css += resources.files(__package__).joinpath("evidence.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode("utf-8")).digest()).decode("ascii")
    template = resources.files(__package__).joinpath("evidence.html.j2").read_text("utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    footage = list(dict.fromkeys(f.footage for f in found.figures))
    backends = list(dict.fromkeys(f.backend for f in found.figures))
    groups = [_group(name, [f for f in found.figures if f.footage == name]) for name in footage]
    return environment.from_string(template).render(
        css=Markup(css),
        policy=Markup(
            f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        ),
        plan=found.plan,
        digest=found.plan.digest,
        headline=_headline(found),
        failures=found.failures,
        legend=[{"slot": i, "text": name} for i, name in enumerate(backends[:MOST_LINES])],
        groups=groups,
        clips=[
            {
                "name": clip.facts.name,
                "size": f"{clip.facts.width} x {clip.facts.height}",
                "rate": f"{clip.facts.rate_hz:.4g}",
                "seconds": f"{clip.facts.duration_s:.1f}",
                "icd": f"{clip.facts.icd_px:.0f}",
                "copies": len(clip.copies) - 1,
                "noise": _number(found.noise.get(clip.facts.name, math.nan)),
                "notes": " ".join(clip.facts.notes),
            }
            for clip in found.plan.clips
        ],
    )


def _number(value: float, places: int = 2) -> str:
    return "–" if not math.isfinite(value) else f"{value:.{places}f}"


def _percent(value: float) -> str:
    return "–" if not math.isfinite(value) else f"{100 * value:.0f} %"


def _with_interval(value: Value, places: int = 2) -> str:
    if not math.isfinite(value.low):
        return _number(value.value, places)
    return f"{value.value:.{places}f} ({value.low:.{places}f} to {value.high:.{places}f})"


def _headline(found: Evidence) -> str:
    planted = sum(len(copy.plantings) for clip in found.plan.clips for copy in clip.copies)
    clips = len(found.plan.clips)
    seconds = sum(found.exposure_s.values())
    return (
        f"{planted} known movements in copies of {clips} {'clip' if clips == 1 else 'clips'}, and "
        f"{seconds / 60.0:.1f} minutes of untouched footage: how much of a movement is measured, "
        "where else it appears, and whether the claimed errors are true."
    )


def _group(name: str, figures: list[BackendFigures]) -> dict[str, Any]:
    words = "all footage" if name == "all" else name
    return {
        "name": words,
        "id": name,
        "gain": Markup(gain_plot(figures)),
        "coverage": Markup(coverage_plot(figures)),
        "summary": [_summary(f) for f in figures],
        "calibration": [_calibration(f) for f in figures],
        "whats": [c.what for c in figures[0].calibration],
        "heat": _heat(figures[0]),
        "units": _units(figures[0]),
        "backend": figures[0].backend,
        "drawn": figures[0].drawn,
    }


def _summary(f: BackendFigures) -> dict[str, str]:
    return {
        "backend": f.backend,
        "plantings": str(f.plantings),
        "gain": _with_interval(f.gain),
        "cross": _with_interval(f.cross_talk),
        "bound": _with_interval(f.over_bound, 1),
        "ms": _number(f.work_ms, 1),
    }


def _calibration(f: BackendFigures) -> dict[str, Any]:
    cells = [
        {"within": _percent(c.within.value), "ratio": _number(c.ratio), "good": _good(c.within)}
        for c in f.calibration
    ]
    return {"backend": f.backend, "cells": cells}


def _good(within: Value) -> bool:
    return 0.60 <= within.value <= 0.76


def _heat(f: BackendFigures) -> list[dict[str, Any]]:
    rows = []
    for recipe, answers in f.answers.items():
        cells = []
        for key in UNIT_KEYS:
            value = answers.get(key)
            shown = math.nan if value is None else value.value
            text = "" if not math.isfinite(shown) or abs(shown) < 0.05 else f"{100 * shown:.0f}"
            own = recipe == key or recipe.rstrip("LR") == key.rstrip("LR")
            cells.append({"text": text, "heat": heat_colour(shown), "own": own})
        rows.append({"name": recipe, "cells": cells})
    return rows


def _units(f: BackendFigures) -> list[dict[str, str]]:
    rows = []
    for key, noise in f.noise_icd.items():
        gain = f.gain_by_unit.get(key)
        bound = f.bound_icd.get(key, math.nan)
        times = math.nan if gain is None or bound <= 0.0 else noise / gain.value / bound
        rows.append(
            {
                "name": key,
                "gain": "–" if gain is None else _with_interval(gain),
                "noise": _number(1000.0 * noise, 2),
                "claimed": _number(1000.0 * f.claimed_icd.get(key, math.nan), 2),
                "bound": _number(1000.0 * bound, 2),
                "alone": _number(1000.0 * f.bound_alone_icd.get(key, math.nan), 2),
                "times": _number(times, 1),
            }
        )
    return rows
