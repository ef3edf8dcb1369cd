"""An hour with 500 events as people get it: context, moments, key frames and loops."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from tests.report.samples import (
    TO_PICTURE,
    drawn_frame,
    hour_analysis,
    loops_of,
    sample_analysis,
    sample_context,
    sample_moments,
    sample_pictures,
)
from unspoken.analysis import Analysis
from unspoken.report.extras import Extras
from unspoken.report.html import MOST_STRIPS, write_report
from unspoken.report.loops import Loop, loop_events, plan_loops
from unspoken.report.pictures import EventPictures, choose_events
from unspoken.report.plots import PlotRows


@lru_cache(maxsize=1)
def _drawn() -> tuple[list[EventPictures], list[Loop]]:
    """Pictures and loops of the short sample; an hour gets them again and again."""
    short = sample_analysis()
    rate = short.clock.median_rate_hz
    rows = [PlotRows(event, every_unit=True) for event in loop_events(short.events, {})]
    for part in short.sliced_signals():
        for one in rows:
            one.add(part)
    times = [i / rate for i in range(short.clock.frames)]
    plans = plan_loops(
        [one.event for one in rows], {one.event.event_id: one.series()[:2] for one in rows}, times
    )
    loops = loops_of(
        plans,
        lambda face, frame: TO_PICTURE,
        lambda wanted: (drawn_frame(i, i / rate, short.events) for i, _ in wanted),
        192,
    )
    return list(sample_pictures(short).values()), list(loops.values())


def write_hour(folder: Path) -> tuple[Path, Analysis]:
    """The page: 60 strips of key frames, and a loop at as many events as a page has at most."""
    analysis = hour_analysis()
    moments = sample_moments(analysis)
    extras = Extras(sample_context(), moments)
    pictures, loops = _drawn()
    rank = extras.rank()
    shown = choose_events(analysis.events, MOST_STRIPS, rank)
    strips = {e.event_id: pictures[i % len(pictures)] for i, e in enumerate(shown)}
    chosen = loop_events(analysis.events, rank)
    moving = {e.event_id: loops[i % len(loops)] for i, e in enumerate(chosen)}
    return write_report(analysis, folder, strips, replace(extras, loops=moving)), analysis
