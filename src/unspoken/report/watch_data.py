"""What the player, the lanes and the judgements of a page are fed with."""

from __future__ import annotations

import shlex
from typing import Any

from unspoken import records
from unspoken.analysis import Analysis
from unspoken.context.record import Context
from unspoken.facs.units import UNIT_INDEX
from unspoken.report import words
from unspoken.report.extras import Extras
from unspoken.report.judgements import JUDGEMENTS_NAME
from unspoken.report.video import PageVideo
from unspoken.spotting.events import Event

__all__ = ["context_data", "event_data", "judging_data", "video_data"]

_ROLE_WORDS = {
    "customer": "",
    "staff": " (staff, words only)",
    "unknown": "",
}


def event_data(event: Event, extras: Extras) -> dict[str, Any]:
    """One event for the timeline and the panel beside the player."""
    document: dict[str, Any] = {
        "id": event.event_id,
        "face": event.face_id,
        "kind": event.kind,
        "t": [round(t, 4) for t in (event.onset_s, event.apex_s, event.offset_s)],
        "keys": [UNIT_INDEX[key] for key in event.action_units],
    }
    if event.kind == "blink":
        return document
    document["title"] = words.event_title(event)
    document["units"] = ", ".join(
        f"{words.unit_label(key)} {words.amplitude_text(a)}"
        for key, a in event.action_units.items()
    )
    moment = extras.moment(event.event_id)
    if moment is None:
        return document
    document["moment"] = moment.moment_id
    document["reading"] = moment.reading
    document["segments"] = list(moment.segments)
    document["signals"] = [
        [words.plain(signal.kind), round(signal.strength, 3), signal.response]
        for signal in sorted(moment.signals, key=lambda s: -s.strength)
    ]
    return document


def context_data(context: Context) -> dict[str, Any]:
    """Segments and utterances; speakers in order of appearance.

    What staff said is shown as words, because it is what the customer answered to.
    """
    speakers = list(dict.fromkeys(u.speaker for u in context.transcript.utterances))
    return {
        "segments": [
            {
                "id": segment.segment_id,
                "kind": segment.kind,
                "label": segment.label,
                "t": [round(segment.start_s, 3), round(segment.end_s, 3)],
            }
            for segment in context.timeline.segments
        ],
        "speakers": [
            {"label": (name or "Speaker") + _ROLE_WORDS[context.transcript.role_of(name)]}
            for name in speakers
        ],
        "said": [
            [speakers.index(u.speaker), round(u.start_s, 3), round(u.end_s, 3), u.text]
            for u in context.transcript.utterances
        ],
    }


def video_data(analysis: Analysis, video: PageVideo) -> dict[str, Any]:
    """Address, clock and words of the video."""
    return {
        "src": video.src,
        "zeros": [round(zero, 6) for zero in video.zeros_s],
        "note": video.note,
        "bytes": video.bytes,
        "help": (
            f"The recording was {analysis.source.path} ({analysis.source.codec}). Choose the file "
            "below, or write this page again with --video embed, which puts a small copy in it."
        ),
    }


def judging_data(analysis: Analysis, extras: Extras) -> dict[str, Any]:
    """Which recording is judged, what was said so far, and how to put the file in its place."""
    present = extras.judgements.judgements if extras.judgements else ()
    return {
        "sha256": analysis.source.sha256,
        "present": [records.to_json(judgement) for judgement in present],
        "command": f"unspoken judgements {shlex.quote(extras.folder)} {JUDGEMENTS_NAME}",
    }
