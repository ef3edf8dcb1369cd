"""Charts as SVG: thresholds per emotion and over time, on a logarithmic scale of milliseconds.

No colour carries meaning alone; series differ by the shape of their mark, too. What lies beyond the
shortest or longest duration that a display can show was not measured: an interval ends there in an
arrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from typing import Any

from markupsafe import Markup, escape

from unspoken.academy.stimuli import DURATIONS_S
from unspoken.server import words

__all__ = ["curve_chart", "threshold_chart"]

_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 640, 128, 16, 34, 26
_TICKS = (5, 10, 20, 50, 100, 200, 500)
_LOW_S, _HIGH_S = 0.004, 0.6
#: Half the height of an arrow, and its length.
_ARROW = 5.0
#: Names of points that fit beside a chart.
_SHORT = {
    "drill": "Three drills", "pre": "First test", "post": "After training",
    "retest3": "After 3 weeks", "retest6": "After 6 weeks",
}  # fmt: skip


def threshold_chart(
    series: Mapping[str, tuple[float, Mapping[str, Mapping[str, Any]]]],
) -> Markup:
    """Thresholds with 95 % intervals, a row per emotion or region, a mark per series.

    Parameters
    ----------
    series : mapping of str to (float, mapping)
        By title: the rate of the display in Hz, and estimates by emotion or region.

    Returns
    -------
    Markup
        Empty when there is nothing to show.
    """
    measured = {
        title: (hz, {truth: e for truth, e in estimates.items() if e["trials"]})
        for title, (hz, estimates) in series.items()
    }
    rows = list(dict.fromkeys(truth for _hz, found in measured.values() for truth in found))
    if not rows:
        return Markup("")
    gap = min(9.0, 26.0 / len(measured))
    parts = [_grid(len(rows))]
    for r, truth in enumerate(rows):
        y = _TOP + r * _ROW + _ROW / 2
        parts.append(_text(_LEFT - 10, y + 4, truth.capitalize(), "end"))
        for s, (hz, found) in enumerate(measured.values()):
            if truth in found:
                at = y + (s - (len(measured) - 1) / 2) * gap
                parts.append(_interval(found[truth], hz, at, s))
    legend = " ".join(
        f'<span class="key s{s % 4}"><svg width="14" height="14" aria-hidden="true">'
        f"{_mark(7, 7, s)}</svg> {escape(title)}</span>"
        for s, title in enumerate(measured)
    )
    height = _TOP + len(rows) * _ROW + 24
    label = "Threshold per row in milliseconds, with 95 % intervals; the table has the figures"
    return Markup(_svg(height, "".join(parts), label) + f'<p class="legend">{legend}</p>')  # noqa: S704


def curve_chart(points: Sequence[Mapping[str, Any]]) -> Markup:
    """The joint threshold over time, oldest at the top; empty under two points."""
    if len(points) < 2:
        return Markup("")
    parts = [_grid(len(points))]
    for r, point in enumerate(points):
        y = _TOP + r * _ROW + _ROW / 2
        parts.append(_text(_LEFT - 10, y + 4, _SHORT[point["purpose"]], "end"))
        parts.append(_interval(point, point["refresh_hz"], y, point["purpose"] != "drill"))
    height = _TOP + len(points) * _ROW + 24
    label = "Joint threshold over time, with 95 % intervals; the table has the figures"
    return Markup(_svg(height, "".join(parts), label))  # noqa: S704


def _x(seconds: float) -> float:
    inside = min(max(seconds, _LOW_S), _HIGH_S)
    share = log(inside / _LOW_S) / log(_HIGH_S / _LOW_S)
    return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)


def _grid(rows: int) -> str:
    bottom = _TOP + rows * _ROW
    named = {tick: f"{tick} ms" for tick in (_TICKS[0], _TICKS[-1])}
    lines = []
    for tick in _TICKS:
        x = _x(tick / 1000)
        lines.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{_TOP}" y2="{bottom}"/>')
        lines.append(_text(x, bottom + 16, named.get(tick, str(tick)), "middle"))
    return "".join(lines)


def _interval(estimate: Mapping[str, Any], refresh_hz: float, y: float, series: int) -> str:
    shortest, longest = 1.0 / refresh_hz, DURATIONS_S[-1]
    low, middle, high = (
        min(max(estimate[end], shortest), longest) for end in ("low_s", "threshold_s", "high_s")
    )
    arrows = ""
    if estimate["low_s"] < shortest:
        arrows += _arrow(_x(low), y, -1)
    if estimate["high_s"] > longest:
        arrows += _arrow(_x(high), y, 1)
    return (
        f'<g class="s{series % 4}"><title>{words.threshold(estimate, refresh_hz)}</title>'
        f'<line x1="{_x(low)}" x2="{_x(high)}" y1="{y}" y2="{y}"/>{arrows}'
        f"{_mark(_x(middle), y, series)}</g>"
    )


def _arrow(x: float, y: float, way: int) -> str:
    """The open end of an interval: it goes on beyond what was measured."""
    tip = round(x + way * 2 * _ARROW, 1)
    return f'<path class="open" d="M{x} {y - _ARROW}L{tip} {y}L{x} {y + _ARROW}Z"/>'


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
