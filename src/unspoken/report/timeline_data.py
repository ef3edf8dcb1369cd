"""What the page's timeline is fed with, besides the packed signals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from unspoken.analysis import Analysis
from unspoken.facs.units import ACTION_UNITS, UNIT_INDEX, UNIT_KEYS
from unspoken.motion.evidence import GAPS
from unspoken.report.extras import Extras
from unspoken.report.pictures import ranked_events
from unspoken.report.timeline import AMPLITUDE_STEP, ERROR_BASE, MISSING, PackedTimes, Track
from unspoken.report.watch_data import context_data, event_data, judging_data, video_data
from unspoken.report.words import GAP_WORDS
from unspoken.spotting.events import ARTEFACTS

__all__ = ["data_block"]


def data_block(
    analysis: Analysis, tracks: list[Track], frames: PackedTimes, extras: Extras
) -> Iterator[str]:
    """The data block of the page: JSON in pieces, so that the signals are never copied whole.

    Parameters
    ----------
    analysis : Analysis
        Events and artefacts come from here; their times stay absolute.
    tracks : list of Track
        Packed signals.
    frames : PackedTimes
        Capture times of all frames.
    extras : Extras
        Context, moments, video and judgements.

    Yields
    ------
    str
        Text that cannot end its script element early.
    """
    document = _data(analysis, extras) | context_data(extras.context)
    document["frames"] = frames.facts() if frames.rows else None
    document["video"] = video_data(analysis, extras.shown_video(analysis))
    document["judging"] = judging_data(analysis, extras)
    document["top"] = [e.event_id for e in ranked_events(analysis.events, extras.rank())[:9]]
    yield _inert(document).removesuffix("}")
    before = ',"tracks":['
    for track in tracks:
        yield before + _inert(track.facts()).removesuffix("}") + ',"data":"'
        yield from track.data()
        yield '"}'
        before = ","
    yield "]}" if tracks else before + "]}"


def _inert(value: Any) -> str:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028")


def _data(analysis: Analysis, extras: Extras) -> dict[str, Any]:
    """Everything but the tracks."""
    return {
        "start": analysis.clock.start_s,
        "end": max(analysis.clock.end_s, analysis.clock.start_s + 1e-3),
        "step": AMPLITUDE_STEP,
        "errorBase": ERROR_BASE,
        "missing": MISSING,
        "keys": len(UNIT_KEYS),
        "gaps": [GAP_WORDS.get(gap, "") for gap in GAPS],
        "units": [
            {
                "code": unit.code,
                "name": unit.name,
                "region": unit.region,
                "keys": [UNIT_INDEX[key] for key in unit.keys],
                "sides": ["L", "R"] if unit.paired else ["M"],
            }
            for unit in ACTION_UNITS
        ],
        "events": [event_data(event, extras) for event in analysis.events],
        "artefactKinds": [name.replace("_", " ") for name in ARTEFACTS],
        "artefacts": [
            [
                list(ARTEFACTS).index(artefact.kind),
                artefact.face_id,
                round(artefact.interval.start_s, 3),
                round(artefact.interval.end_s, 3),
                artefact.part,
            ]
            for artefact in analysis.artefacts
        ],
    }
