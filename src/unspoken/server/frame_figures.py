"""Whether trials were shown as planned: the page's own word, held against the compositor's.

The page knows when the browser called it for a frame. Chromium's trace says, independently, when
its display compositor had put a new picture out. Both are the browser's: what a panel adds is in
neither.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from typing import Any

from unspoken.academy.detection import Proportion, proportion

__all__ = ["CellFigures", "Trace", "TrialFrames", "cell_figures", "displayed_of", "trace_of"]

MARK = "unspoken-trial-"
DISPLAYED = "Display::FrameDisplayed"


@dataclass(frozen=True)
class Trace:
    """What a trace tells.

    Parameters
    ----------
    offset_s : float, seconds
        To be added to the page's times to get the trace's.
    displayed_s : tuple of float, seconds
        When a new picture was put out, in order.
    """

    offset_s: float
    displayed_s: tuple[float, ...]


@dataclass(frozen=True)
class TrialFrames:
    """One trial.

    Parameters
    ----------
    planned, shown, displayed : int or None
        Frames of the target: as planned, by the page's clock, and by the compositor's. None for
        `displayed` in catch trials and where the trace lacks a picture.
    exact : bool
        The page's verdict.
    off_s : float or None, seconds
        How much longer than planned the target stood, by the compositor's clock.
    """

    planned: int
    shown: int
    displayed: int | None
    exact: bool
    off_s: float | None


@dataclass(frozen=True)
class CellFigures:
    """All trials of a task and level on one display.

    Parameters
    ----------
    exact : Proportion
        By the page, among all trials.
    longer, shorter, uneven : int
        Late trials: the target stood too many frames, too few, or the right number with one frame
        missing inside it (in a catch trial, in the tenth of a second in its place).
    displayed : Proportion
        Among targets that the page called exact: how many stood as planned by the compositor.
    off_median_ms, off_p95_ms : float or None, milliseconds
        Size of the difference between planned and displayed durations, of the same targets.
    """

    task: str
    level: str
    hz: float
    exact: Proportion
    longer: int
    shorter: int
    uneven: int
    displayed: Proportion
    off_median_ms: float | None
    off_p95_ms: float | None
    pictures: int
    draw_s: float
    load: tuple[float, float]

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self)


def trace_of(events: Sequence[Mapping[str, Any]]) -> Trace:
    """Clock and pictures out of trace events.

    Raises
    ------
    ValueError
        If no mark of the page is among them, so that the clocks cannot be joined.
    """
    offsets, displayed = [], []
    for event in events:
        name = str(event.get("name", ""))
        if name == DISPLAYED:
            displayed.append(float(event["ts"]) / 1e6)
        elif name.startswith(MARK):
            started = event.get("args", {}).get("data", {}).get("startTime")
            if started is not None:
                offsets.append(float(event["ts"]) / 1e6 - float(started) / 1e3)
    if not offsets:
        raise ValueError("the trace holds no mark of the page")
    return Trace(median(offsets), tuple(sorted(displayed)))


def displayed_of(trial: Mapping[str, Any], trace: Trace) -> TrialFrames:
    """A trial of the page's log, with the compositor's word on it.

    Every picture the page drew is taken to be the first that came out afterwards and that is not
    an earlier one's.
    """
    plan = trial["plan"]
    hz, onset, planned = float(plan["hz"]), int(plan["onset"]), int(plan["planned"])
    exact = not trial["flags"]
    at: dict[int, float] = {}
    last = -1
    for drawn in trial["drawn"]:
        if not drawn["moved"]:
            continue
        time = float(drawn["stamp"]) / 1e3 + trace.offset_s
        last = max(last + 1, bisect_right(trace.displayed_s, time))
        if last >= len(trace.displayed_s):
            break
        at[int(drawn["frame"])] = trace.displayed_s[last]
    begin = min((f for f in at if f >= onset), default=None)
    end = min((f for f in at if f >= onset + planned), default=None)
    if not planned or begin is None or end is None:
        return TrialFrames(planned, int(trial["shown"]), None, exact, None)
    stood = at[end] - at[begin]
    return TrialFrames(planned, int(trial["shown"]), round(stood * hz), exact, stood - planned / hz)


def cell_figures(
    task: str,
    level: str,
    log: Sequence[Mapping[str, Any]],
    trace: Trace,
    load: tuple[float, float],
) -> CellFigures:
    """Figures of one cell from the page's log and the trace; `log` must not be empty."""
    trials = [displayed_of(trial, trace) for trial in log]
    late = [t for t in trials if not t.exact]
    checked = [t for t in trials if t.exact and t.displayed is not None]
    offs = [1e3 * abs(t.off_s) for t in checked if t.off_s is not None]
    drawn = {(i["draw_s"], i["pictures"]) for i in log}
    return CellFigures(
        task=task,
        level=level,
        hz=float(log[0]["plan"]["hz"]),
        exact=proportion(len(trials) - len(late), len(trials)),
        longer=sum(t.shown > t.planned for t in late),
        shorter=sum(t.shown < t.planned for t in late),
        uneven=sum(t.shown == t.planned for t in late),
        displayed=proportion(sum(t.displayed == t.planned for t in checked), len(checked)),
        off_median_ms=median(offs) if offs else None,
        off_p95_ms=quantiles(offs, n=20)[-1] if len(offs) > 1 else None,
        pictures=sum(pictures for _, pictures in drawn),
        draw_s=sum(seconds for seconds, _ in drawn),
        load=load,
    )
