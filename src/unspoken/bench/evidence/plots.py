"""Gain, calibration and cross-talk as SVG and as cells of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence

from unspoken.bench.evidence.figures import BackendFigures, Value

__all__ = ["coverage_plot", "gain_plot", "heat_colour"]

_WIDTH, _HEIGHT = 560.0, 250.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 66.0, 12.0, 12.0, 46.0
#: Styles the report's style sheet knows.
MOST_LINES = 4
_APART = 4.0


def _frame(label: str, ticks: Sequence[tuple[float, str, bool]], span: tuple[float, float]) -> str:
    parts = [
        f'<svg class="plot" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" '
        f'aria-label="{label}">'
    ]
    for value, text, strong in ticks:
        y = _y(value, span)
        parts.append(
            f'<line class="{"zero" if strong else "grid"}" x1="{_LEFT:.0f}" '
            f'x2="{_WIDTH - _RIGHT:.0f}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="tick" x="{_LEFT - 6:.0f}" y="{y + 3.5:.1f}" '
            f'text-anchor="end">{text}</text>'
        )
    return "".join(parts)


def _y(value: float, span: tuple[float, float]) -> float:
    share = (min(max(value, span[0]), span[1]) - span[0]) / (span[1] - span[0])
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _line(slot: int, points: Sequence[tuple[float, Value]], span: tuple[float, float]) -> str:
    """One line with its dots and intervals."""
    there = [(x, v) for x, v in points if math.isfinite(v.value)]
    path = " ".join(f"{x:.1f},{_y(v.value, span):.1f}" for x, v in there)
    marks = []
    for x, v in there:
        if math.isfinite(v.low) and math.isfinite(v.high):
            marks.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_y(v.low, span):.1f}" '
                f'y2="{_y(v.high, span):.1f}" stroke="currentColor" stroke-opacity=".45"/>'
            )
        marks.append(f'<circle cx="{x:.1f}" cy="{_y(v.value, span):.1f}" r="3"/>')
    return f'<g class="s{slot}"><polyline points="{path}"/>{"".join(marks)}</g>'


def _names(names: Sequence[str]) -> str:
    step = (_WIDTH - _LEFT - _RIGHT) / max(len(names), 1)
    return "".join(
        f'<text class="tick" x="{_LEFT + (i + 0.5) * step:.1f}" y="{_HEIGHT - _BOTTOM + 15:.0f}" '
        f'text-anchor="middle">{name}</text>'
        for i, name in enumerate(names)
    )


def _places(count: int, slot: int) -> list[float]:
    step = (_WIDTH - _LEFT - _RIGHT) / max(count, 1)
    return [_LEFT + (i + 0.5) * step + _APART * (slot - 1.5) for i in range(count)]


def gain_plot(figures: Sequence[BackendFigures]) -> str:
    """Measured over planted displacement against the planted one, a line per back end.

    Returns
    -------
    str
        An ``<svg>`` element; "" when there is nothing to draw.
    """
    shown = [f for f in figures[:MOST_LINES] if f.plantings]
    if not shown:
        return ""
    sizes = list(shown[0].gain_by_size)
    span = (0.0, 1.4)
    ticks = [(v, f"{100 * v:.0f} %", v == 1.0) for v in (0.0, 0.25, 0.5, 0.75, 1.0, 1.25)]
    parts = [_frame("Measured over planted displacement, by planted displacement", ticks, span)]
    parts.append(_names([f"{s} ICD" for s in sizes]))
    for slot, one in enumerate(shown):
        points = list(
            zip(_places(len(sizes), slot), [one.gain_by_size[s] for s in sizes], strict=True)
        )
        parts.append(_line(slot, points, span))
    return "".join([*parts, "</svg>"])


def coverage_plot(figures: Sequence[BackendFigures]) -> str:
    """Share of the noise within one claimed standard error against time scale, per back end.

    Returns
    -------
    str
        An ``<svg>`` element; "" when there is nothing to draw.
    """
    shown = [f for f in figures[:MOST_LINES] if f.calibration]
    if not shown:
        return ""
    span = (0.0, 1.0)
    ticks = [(v, f"{100 * v:.0f} %", v == 0.68) for v in (0.0, 0.25, 0.5, 0.68, 1.0)]
    rows = [[c for c in f.calibration if c.what.startswith("noise")] for f in shown]
    names = [c.what.removeprefix("noise, ") for c in rows[0]]
    parts = [_frame("Share of the noise within one claimed standard error", ticks, span)]
    parts.append(_names(names))
    for slot, row in enumerate(rows):
        points = list(zip(_places(len(names), slot), [c.within for c in row], strict=False))
        parts.append(_line(slot, points, span))
    return "".join([*parts, "</svg>"])


def heat_colour(value: float) -> str:
    """Class of a cell of the heat map: steps of displacement over planted displacement."""
    if not math.isfinite(value):
        return "h0"
    steps = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75)
    level = sum(abs(value) >= s for s in steps)
    return f"{'h' if value >= 0 else 'n'}{level}" if level else "h0"
