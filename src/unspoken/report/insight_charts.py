"""Rates with their intervals as small drawings, one per row of a table, made as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from unspoken.insight.estimates import Estimate

__all__ = ["Scale", "axis", "dot", "scale_of"]

_WIDTH, _HEIGHT = 300.0, 26.0
_LEFT, _RIGHT = 8.0, 12.0
#: The axis reaches at most this many times the largest value; longer intervals get an arrow.
_LONGEST = 2.5


@dataclass(frozen=True, slots=True)
class Scale:
    """From 0 to the right end.

    Parameters
    ----------
    high : float
        Value at the right end; above 0.
    """

    high: float

    def x(self, value: float) -> float:
        """Place of a value, clipped to the drawing."""
        part = min(max(value / self.high, 0.0), 1.0)
        return _LEFT + part * (_WIDTH - _LEFT - _RIGHT)


def scale_of(estimates: Sequence[Estimate]) -> Scale:
    """A scale on which all values and, within reason, their intervals have room."""
    values = [e.value for e in estimates if math.isfinite(e.value)]
    highs = [e.high for e in estimates if math.isfinite(e.high)]
    top = max(values, default=0.0)
    high = min(max(highs, default=1.0), _LONGEST * top) if top > 0.0 else max(highs, default=1.0)
    return Scale(high if high > 0.0 else 1.0)


def _svg(label: str, inner: str) -> str:
    return (
        f'<svg class="dot" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" '
        f'aria-label="{label}">{inner}</svg>'
    )


def dot(estimate: Estimate, scale: Scale, tone: str) -> str:
    """A value and its interval.

    Parameters
    ----------
    estimate : Estimate
        What to draw; NaN draws an empty row.
    scale : Scale
        Shared by all rows of a table.
    tone : {"more", "less", "same"}
        Which mark: a filled square, a filled triangle pointing down, or a hollow circle.
    """
    middle = _HEIGHT / 2
    base = f'<line class="base" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{middle}" y2="{middle}"/>'
    if math.isnan(estimate.value):
        return _svg("no value", base)
    low, high, at = scale.x(estimate.low), scale.x(estimate.high), scale.x(estimate.value)
    parts = [base, f'<line class="span" x1="{low:.1f}" x2="{high:.1f}" y1="13" y2="13"/>']
    parts.append(f'<line class="span" x1="{low:.1f}" x2="{low:.1f}" y1="8" y2="18"/>')
    if estimate.high > scale.high * 1.0001:
        x = _WIDTH - _RIGHT
        parts.append(f'<path class="span" d="M{x:.1f} 8 l7 5 l-7 5"/>')
    else:
        parts.append(f'<line class="span" x1="{high:.1f}" x2="{high:.1f}" y1="8" y2="18"/>')
    if tone == "more":
        parts.append(f'<rect class="mark more" x="{at - 5.5:.1f}" y="7.5" width="11" height="11"/>')
    elif tone == "less":
        parts.append(f'<path class="mark less" d="M{at - 7:.1f} 7.5 h14 l-7 12 z"/>')
    else:
        parts.append(f'<circle class="mark same" cx="{at:.1f}" cy="13" r="5"/>')
    return _svg(f"{estimate.value:.3g}, {estimate.low:.3g} to {estimate.high:.3g}", "".join(parts))


def axis(scale: Scale) -> str:
    """The scale's round values."""
    rough = scale.high / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough)
    parts = []
    for i in range(math.floor(scale.high / step * 1.0001) + 1):
        x = scale.x(i * step)
        parts.append(f'<line class="tick" x1="{x:.1f}" x2="{x:.1f}" y1="20" y2="26"/>')
        parts.append(f'<text x="{x:.1f}" y="16" text-anchor="middle">{i * step:g}</text>')
    return _svg("scale, per minute", "".join(parts))
