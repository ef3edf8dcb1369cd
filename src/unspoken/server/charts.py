"""Charts as SVG: thresholds per emotion and over time, on a logarithmic scale of milliseconds.

No colour carries meaning alone; series differ by the shape of their mark, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from typing import Any

from markupsafe import Markup, escape

__all__ = ["curve_chart", "threshold_chart"]

_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 640, 96, 16, 34, 26
_TICKS = (5, 10, 20, 50, 100, 200, 500, 1000)
_LOW_S, _HIGH_S = 0.004, 1.0


def threshold_chart(series: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Markup:
    """Thresholds with 95 % intervals, a row per emotion or region, a mark per series.

    Returns
    -------
    Markup
        Empty when there is nothing to show.
    """
    measured = {
        title: {truth: e for truth, e in estimates.items() if e["trials"]}
        for title, estimates in series.items()
    }
    rows = list(dict.fromkeys(truth for found in measured.values() for truth in found))
    if not rows:
        return Markup("")
    gap = min(9.0, 26.0 / len(measured))
    parts = [_grid(len(rows))]
    for r, truth in enumerate(rows):
        y = _TOP + r * _ROW + _ROW / 2
        parts.append(_text(_LEFT - 10, y + 4, truth.capitalize(), "end"))
        for s, found in enumerate(measured.values()):
            if truth in found:
                parts.append(_interval(found[truth], y + (s - (len(measured) - 1) / 2) * gap, s))
    legend = " ".join(
        f'<span class="key s{s % 4}"><svg width="14" height="14" aria-hidden="true">'
        f"{_mark(7, 7, s)}</svg> {escape(title)}</span>"
        for s, title in enumerate(measured)
    )
    height = _TOP + len(rows) * _ROW + 24
    label = "Threshold per row in milliseconds, with 95 % intervals"
    return Markup(_svg(height, "".join(parts), label) + f'<p class="legend">{legend}</p>')  # noqa: S704


def curve_chart(blocks: Sequence[Mapping[str, Any]]) -> Markup:
    """The joint threshold of block after block, oldest at the top; empty under two blocks."""
    if len(blocks) < 2:
        return Markup("")
    parts = [_grid(len(blocks))]
    for r, block in enumerate(blocks):
        y = _TOP + r * _ROW + _ROW / 2
        name = "Drill" if block["purpose"] == "drill" else "Test"
        parts.append(_text(_LEFT - 10, y + 4, f"{name} {r + 1}", "end"))
        parts.append(_interval(block, y, 0 if name == "Drill" else 1))
    height = _TOP + len(blocks) * _ROW + 24
    return Markup(_svg(height, "".join(parts), "Joint threshold, block after block"))  # noqa: S704


def _x(seconds: float) -> float:
    inside = min(max(seconds, _LOW_S), _HIGH_S)
    share = log(inside / _LOW_S) / log(_HIGH_S / _LOW_S)
    return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)


def _grid(rows: int) -> str:
    bottom = _TOP + rows * _ROW
    named = {_TICKS[0]: f"{_TICKS[0]} ms", _TICKS[-1]: "1 s"}
    lines = []
    for tick in _TICKS:
        x = _x(tick / 1000)
        anchor = "end" if tick == _TICKS[-1] else "middle"
        lines.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{_TOP}" y2="{bottom}"/>')
        lines.append(_text(x, bottom + 16, named.get(tick, str(tick)), anchor))
    return "".join(lines)


def _interval(estimate: Mapping[str, Any], y: float, series: int) -> str:
    x = _x(estimate["threshold_s"])
    said = (
        f"{estimate['threshold_s'] * 1000:.0f} ms "
        f"({estimate['low_s'] * 1000:.0f} to {estimate['high_s'] * 1000:.0f} ms)"
    )
    return (
        f'<g class="s{series % 4}"><title>{said}</title>'
        f'<line x1="{_x(estimate["low_s"])}" x2="{_x(estimate["high_s"])}" y1="{y}" y2="{y}"/>'
        f"{_mark(x, y, series)}</g>"
    )


def _mark(x: float, y: float, series: int) -> str:
    shapes = (
        f'<circle cx="{x}" cy="{y}" r="4.5"/>',
        f'<rect x="{x - 4}" y="{y - 4}" width="8" height="8"/>',
        f'<path d="M{x} {y - 5.5}L{x + 5.5} {y + 4.5}H{x - 5.5}Z"/>',
        f'<path d="M{x} {y - 6}L{x + 6} {y}L{x} {y + 6}L{x - 6} {y}Z"/>',
    )
    return shapes[series % 4]


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(height: float, inner: str, label: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height:.0f}" role="img" '
        f'aria-label="{escape(label)}">{inner}</svg>'
    )
