"""The course of an interaction as SVG: steps, moments with their windows, marks.

Shape tells, not colour: a moment that was marked is a filled bar, a missed one an empty bar, a mark
beside all moments a cross.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from unspoken.academy.showing import Showing

__all__ = ["marks_chart"]

_WIDTH, _LEFT, _RIGHT = 1000, 92, 12
_STEPS, _MOMENTS, _MARKS, _OTHERS, _HEIGHT = 8, 44, 78, 110, 132


def marks_chart(
    showing: Showing, compared: dict[str, Any], others: Sequence[Sequence[float]]
) -> Markup:
    """One picture of what was there and what was marked."""
    seconds = showing.film.seconds

    def x(time_s: float) -> float:
        share = min(max(time_s / seconds, 0.0), 1.0)
        return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)

    parts = [_word(_MOMENTS, "Moments"), _word(_MARKS, "Your marks")]
    if showing.steps:
        parts.append(_word(_STEPS, "Steps"))
    for step in showing.steps:
        left, right = x(step.start_s), x(step.end_s)
        parts.append(
            f'<rect class="step" x="{left}" y="{_STEPS}" width="{right - left:.1f}" height="22"/>'
        )
        if right - left > 7 * len(step.text):
            parts.append(f'<text x="{left + 5}" y="{_STEPS + 15}">{escape(step.text)}</text>')
    window = compared["window"]
    for moment in compared["moments"]:
        start, end = moment["start_s"], moment["end_s"]
        left = x(start + window["earliest_s"])
        parts.append(
            f'<rect class="window" x="{left}" y="{_MOMENTS + 16}" '
            f'width="{x(end + window["latest_s"]) - left:.1f}" height="5"/>'
        )
        kind = ("hit" if moment["mark"] else "miss") if moment["shown"] else "lost"
        parts.append(
            f'<rect class="{kind}" x="{x(start)}" y="{_MOMENTS}" '
            f'width="{max(5.0, x(end) - x(start)):.1f}" height="14"/>'
        )
    beside = {extra["t_s"] for extra in compared["extras"]}
    for mark in compared["marks"]:
        at, y = x(mark), _MARKS + 8
        parts.append(
            f'<path class="beside" d="M{at - 5} {y - 5}l10 10m0 -10l-10 10"/>'
            if mark in beside
            else f'<path class="mark" d="M{at} {y - 7}v14"/>'
        )
    if others:
        parts.append(_word(_OTHERS, "Colleagues"))
        parts += [
            f'<path class="other" d="M{x(mark)} {_OTHERS + 2}v12"/>' for o in others for mark in o
        ]
    height = _HEIGHT if others else _OTHERS
    label = "Moments, their windows and your marks over time; the same is in the list below"
    return Markup(  # noqa: S704
        f'<svg class="course" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{label}">'
        + "".join(parts)
        + "</svg>"
    )


def _word(top: int, word: str) -> str:
    return f'<text class="name" x="{_LEFT - 8}" y="{top + 12}" text-anchor="end">{word}</text>'
