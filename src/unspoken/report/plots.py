"""The small plot under every strip of pictures: amplitude against time, with its error, as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.units import UNIT_INDEX, unit_of
from unspoken.report.words import unit_label
from unspoken.signal_slices import SignalSlice
from unspoken.spotting.events import Artefact, Event
from unspoken.timing import Interval

__all__ = ["MOST_SERIES", "PlotRows", "event_plot", "series_slots"]

#: Units drawn per plot; the strongest ones.
MOST_SERIES = 4
_WIDTH, _HEIGHT = 560.0, 200.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 40.0, 8.0, 18.0, 24.0
#: At least this much time around an event, seconds; long events get a third of their length.
_MARGIN_S = 0.6
#: A step longer than this breaks the line, in median steps.
_BREAK = 3.0

Array = NDArray[np.float64]


#: Colours a unit takes, first choice first: left units are blue and right ones orange, as in the
#: timeline, as long as those are free.
_PREFERRED = {"L": (0, 2, 3, 1), "R": (1, 3, 2, 0), "": (2, 3, 0, 1)}


def series_slots(keys: Sequence[str]) -> dict[str, int]:
    """Which of the four line styles each of the first four units gets.

    Parameters
    ----------
    keys : sequence of str
        Keys of `UNIT_KEYS`, strongest first; those after the fourth get none.
    """
    slots: dict[str, int] = {}
    for key in keys[:MOST_SERIES]:
        choices = _PREFERRED[unit_of(key)[1]]
        slots[key] = next(slot for slot in choices if slot not in slots.values())
    return slots


@dataclass(frozen=True)
class _Scale:
    t0: float
    t1: float
    low: float
    high: float

    def x(self, time_s: float) -> float:
        share = (time_s - self.t0) / (self.t1 - self.t0)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


class PlotRows:
    """Picks the rows an event's plot shows out of the signals table as it goes by.

    Parameters
    ----------
    event : Event
        The event; its strongest units are kept.
    every_unit : bool
        Keep all its units.
    """

    def __init__(self, event: Event, *, every_unit: bool = False) -> None:
        margin = max(_MARGIN_S, (event.offset_s - event.onset_s) / 3.0)
        self.event = event
        self.view = Interval(event.onset_s - margin, event.offset_s + margin)
        self.slots = series_slots(list(event.action_units))
        keys = list(event.action_units) if every_unit else list(self.slots)
        self._units = [UNIT_INDEX[key] for key in keys]
        self._parts: list[Array] = []

    def add(self, part: SignalSlice) -> None:
        """Keep what is near the event; rows come in order of time."""
        start_s, end_s = self.view.start_s, self.view.end_s
        if not part.time_s.size or part.time_s[0] >= end_s or part.time_s[-1] < start_s:
            return
        near = (part.time_s >= start_s) & (part.time_s < end_s)
        near &= part.face_id == self.event.face_id
        values = part.amplitude[self._units][:, near]
        errors = part.error[self._units][:, near]
        self._parts.append(np.vstack([part.time_s[near], values, errors], dtype=np.float64))

    def series(self) -> tuple[Array, Array, Array]:
        """Times, shape (n,), then amplitudes and errors of the units kept, shape (k, n)."""
        count = len(self._units)
        rows = np.concatenate([np.empty((1 + 2 * count, 0)), *self._parts], axis=1)
        return rows[0], rows[1 : 1 + count], rows[1 + count :]


def event_plot(rows: PlotRows, artefacts: Iterable[Artefact]) -> str:
    """Draw an event's strongest units over time.

    Parameters
    ----------
    rows : PlotRows
        The event, with the rows around it.
    artefacts : iterable of Artefact
        Of the same face; those in view are drawn as bands.

    Returns
    -------
    str
        An ``<svg>`` element; "" when there is nothing to draw. Colours come from the page's style
        (classes s0 ... s3), so that the plot follows light and dark.
    """
    time, values, errors = rows.series()
    slots, event = rows.slots, rows.event
    if not slots or time.size < 2:
        return ""
    scale = _scale(rows.view, values)
    parts = [
        f'<svg class="plot" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" '
        f'aria-label="Amplitude over time of {", ".join(unit_label(k) for k in slots)}">'
    ]
    parts += _bands(scale, rows.view, artefacts)
    parts += _axes(scale, event)
    for slot, value, error in zip(slots.values(), values, errors, strict=True):
        parts += _series(scale, slot, time, value, error)
    parts.append("</svg>")
    return "".join(parts)


def _scale(view: Interval, values: Array) -> _Scale:
    finite = values[np.isfinite(values)]
    high = max(0.02, float(finite.max(initial=0.0)))
    low = min(0.0, float(finite.min(initial=0.0)))
    room = 0.12 * (high - low)
    return _Scale(view.start_s, view.end_s, low - room, high + room)


def _bands(scale: _Scale, view: Interval, artefacts: Iterable[Artefact]) -> list[str]:
    parts = []
    bottom = _HEIGHT - _TOP - _BOTTOM
    named: set[str] = set()
    for artefact in artefacts:
        start = max(artefact.interval.start_s, view.start_s)
        end = min(artefact.interval.end_s, view.end_s)
        if end < start:
            continue
        x, width = scale.x(start), max(2.0, scale.x(end) - scale.x(start))
        # A hand on both parts of the face makes two artefacts, which would write over each other.
        name = "" if artefact.part and artefact.kind in named else artefact.kind.replace("_", " ")
        named.add(artefact.kind)
        parts.append(
            f'<rect class="band" x="{x:.1f}" y="{_TOP:.0f}" width="{width:.1f}" '
            f'height="{bottom:.0f}"/><text class="bandname" x="{x + 2:.1f}" '
            f'y="{_HEIGHT - _BOTTOM - 4:.0f}">{name}</text>'
        )
    return parts


def _axes(scale: _Scale, event: Event) -> list[str]:
    right = _WIDTH - _RIGHT
    base = _HEIGHT - _BOTTOM
    parts = []
    for value in _ticks(scale.low, scale.high):
        y = scale.y(value)
        kind = "zero" if abs(value) < 1e-9 else "grid"
        parts.append(
            f'<line class="{kind}" x1="{_LEFT:.0f}" x2="{right:.0f}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="tick" x="{_LEFT - 5:.0f}" y="{y + 3.5:.1f}" text-anchor="end">'
            f"{100 * value:.0f} %</text>".replace("-0 %", "0 %").replace(">-", ">−")
        )
    placed = -99.0
    for name, at in (("onset", event.onset_s), ("apex", event.apex_s), ("offset", event.offset_s)):
        x = scale.x(at)
        parts.append(
            f'<line class="moment" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP:.0f}" y2="{base:.0f}"/>'
        )
        if x - placed > 34.0:
            parts.append(f'<text class="momentname" x="{x:.1f}" y="12">{name}</text>')
            placed = x
    for value in _ticks(scale.t0 - event.apex_s, scale.t1 - event.apex_s, 8):
        x = scale.x(value + event.apex_s)
        sign = "+" if value > 1e-9 else "−" if value < -1e-9 else ""
        parts.append(
            f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{base:.0f}" y2="{base + 4:.0f}"/>'
            f'<text class="tick" x="{x:.1f}" y="{base + 15:.0f}" text-anchor="middle">'
            f"{sign}{abs(value):g} s</text>"
        )
    return parts


def _ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round values between two bounds."""
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough)
    first = math.ceil(low / step)
    return [round(i * step, 6) for i in range(first, math.floor(high / step) + 1)]


def _series(scale: _Scale, slot: int, time: Array, value: Array, error: Array) -> list[str]:
    parts = []
    step = float(np.median(np.diff(time)))
    valid = np.isfinite(value)
    broken = ~valid[1:] | ~valid[:-1] | (np.diff(time) > _BREAK * step)
    for run in np.split(np.arange(time.size), np.flatnonzero(broken) + 1):
        run = run[valid[run]]
        if run.size == 0:
            continue
        spread = np.nan_to_num(error[run])
        upper = [(time[i], value[i] + s) for i, s in zip(run, spread, strict=True)]
        lower = [(time[i], value[i] - s) for i, s in zip(run, spread, strict=True)]
        band = _points(scale, upper + lower[::-1])
        line = _points(scale, [(time[i], value[i]) for i in run])
        dots = "".join(
            f'<circle cx="{scale.x(time[i]):.1f}" cy="{scale.y(value[i]):.1f}" r="1.7"/>'
            for i in run
        )
        parts.append(
            f'<g class="s{slot}"><polygon class="se" points="{band}"/>'
            f'<polyline points="{line}"/>{dots if time.size < 90 else ""}</g>'
        )
    return parts


def _points(scale: _Scale, pairs: list[tuple[float, float]]) -> str:
    top, bottom = 2.0, _HEIGHT - 2.0
    return " ".join(f"{scale.x(t):.1f},{min(bottom, max(top, scale.y(v))):.1f}" for t, v in pairs)
