"""Detection rate against displacement, as SVG: one line per duration, with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

from unspoken.bench.recovery.figures import CellRow

__all__ = ["MOST_LINES", "detection_curves", "reliability_plot"]

#: Line styles the report's style sheet knows.
MOST_LINES = 4
_WIDTH, _HEIGHT = 560.0, 250.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 58.0, 12.0, 12.0, 40.0
#: Lines of different durations are set apart, so that intervals do not hide each other, pixels.
_APART = 3.0


def _x(value: float, largest: float) -> float:
    return _LEFT + value / largest * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _axes(ticks: Sequence[tuple[float, str]], largest: float, name: str) -> list[str]:
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _y(share)
        kind = "zero" if share == 0.0 else "grid"
        parts.append(
            f'<line class="{kind}" x1="{_LEFT:.0f}" x2="{_WIDTH - _RIGHT:.0f}" y1="{y:.1f}" '
            f'y2="{y:.1f}"/><text class="tick" x="{_LEFT - 6:.0f}" y="{y + 3.5:.1f}" '
            f'text-anchor="end">{100 * share:.0f} %</text>'
        )
    for value, label in ticks:
        parts.append(
            f'<text class="tick" x="{_x(value, largest):.1f}" y="{_HEIGHT - _BOTTOM + 15:.0f}" '
            f'text-anchor="middle">{label}</text>'
        )
    middle = 0.5 * (_LEFT + _WIDTH - _RIGHT)
    parts.append(
        f'<text class="tick" x="{middle:.0f}" y="{_HEIGHT - 6:.0f}" text-anchor="middle">'
        f"{name}</text>"
    )
    return parts


def detection_curves(rows: Sequence[CellRow], durations: Sequence[float], label: str) -> str:
    """Draw the detection rate of up to four durations.

    Parameters
    ----------
    rows : sequence of CellRow
        Of one class of footage and one part of the face.
    durations : sequence of float
        Which, seconds; the first is drawn in the first style.
    label : str
        What is shown, for people who cannot see it.

    Returns
    -------
    str
        An ``<svg>`` element; "" when there is nothing to draw.
    """
    shown = [r for r in rows if r.duration_s in durations[:MOST_LINES]]
    if not shown:
        return ""
    largest = 1.08 * max(r.peak_icd for r in shown)
    ticks = [(p, f"{p:g}") for p in sorted({r.peak_icd for r in shown})]
    parts = [
        f'<svg class="plot" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" '
        f'aria-label="{label}">',
        *_axes(ticks, largest, "largest displacement, ICD"),
    ]
    for slot, duration_s in enumerate(durations[:MOST_LINES]):
        own = sorted((r for r in shown if r.duration_s == duration_s), key=lambda r: r.peak_icd)
        places = [(_x(r.peak_icd, largest) + _APART * (slot - 1.5), r) for r in own]
        line = " ".join(f"{x:.1f},{_y(r.rate):.1f}" for x, r in places)
        bars = "".join(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_y(r.low):.1f}" y2="{_y(r.high):.1f}" '
            f'stroke="currentColor" stroke-opacity=".45"/><circle cx="{x:.1f}" '
            f'cy="{_y(r.rate):.1f}" r="3"/>'
            for x, r in places
        )
        parts.append(f'<g class="s{slot}"><polyline points="{line}"/>{bars}</g>')
    parts.append("</svg>")
    return "".join(parts)


def reliability_plot(steps: Sequence[tuple[float, float, float, float]]) -> str:
    """Observed over stated false-alarm rate, on a scale from a quarter to four times.

    Parameters
    ----------
    steps : sequence of (float, float, float, float)
        Stated rate (1/min), ratio, and the bounds of its interval.

    Returns
    -------
    str
        An ``<svg>`` element; "" for no steps.
    """
    if not steps:
        return ""

    def share(ratio: float) -> float:
        return min(1.0, max(0.0, 0.5 + math.log(max(ratio, 1e-6)) / math.log(16.0)))

    width = _WIDTH - _LEFT - _RIGHT
    parts = [
        f'<svg class="plot" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" '
        'aria-label="Observed over stated false-alarm rate">'
    ]
    for ratio, text in ((0.25, "1/4"), (0.5, "1/2"), (1.0, "right"), (2.0, "2x"), (4.0, "4x")):
        y = _y(share(ratio))
        kind = "zero" if ratio == 1.0 else "grid"
        parts.append(
            f'<line class="{kind}" x1="{_LEFT:.0f}" x2="{_WIDTH - _RIGHT:.0f}" y1="{y:.1f}" '
            f'y2="{y:.1f}"/><text class="tick" x="{_LEFT - 6:.0f}" y="{y + 3.5:.1f}" '
            f'text-anchor="end">{text}</text>'
        )
    for number, (stated, ratio, low, high) in enumerate(steps):
        x = _LEFT + (number + 0.5) / len(steps) * width
        parts.append(
            f'<g class="s0"><line x1="{x:.1f}" x2="{x:.1f}" y1="{_y(share(low)):.1f}" '
            f'y2="{_y(share(high)):.1f}" stroke="currentColor" stroke-opacity=".45"/>'
            f'<circle cx="{x:.1f}" cy="{_y(share(ratio)):.1f}" r="3"/></g>'
            f'<text class="tick" x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 15:.0f}" '
            f'text-anchor="middle">{stated:g}</text>'
        )
    parts.append(
        f'<text class="tick" x="{_LEFT + width / 2:.0f}" y="{_HEIGHT - 6:.0f}" '
        'text-anchor="middle">stated false alarms a minute</text></svg>'
    )
    return "".join(parts)
