"""BORIS project (.boris): one observation with what was spotted, what was going on and said.

State events come in pairs, start and stop, told apart by subject, behaviour and modifier; what
overlaps with all three alike gets a subject of its own, as "face 1 (2)". Times have the
milliseconds BORIS keeps.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unspoken.context.readers.boris import OWN_CATEGORIES, SPEECH_CATEGORY
from unspoken.exports.material import Material, lanes

__all__ = ["boris_bytes"]

_PROJECT_FORMAT = "7.0"
_MULTI_SELECTION = 1


@dataclass(frozen=True, slots=True)
class _Span:
    """One thing that lasts, or a point in time."""

    start_s: float
    end_s: float
    subject: str
    code: str
    category: str
    modifier: str = ""
    comment: str = ""

    @property
    def is_point(self) -> bool:
        return round(self.end_s, 3) <= round(self.start_s, 3)


def boris_bytes(material: Material) -> bytes:
    """The project file of a result, as JSON in UTF-8."""
    spans = [*_expressions(material), *_moments(material), *_speech(material)]
    spans += _segments(material, {span.code for span in spans})
    events = _events(spans)
    source = material.analysis.source
    path = str(Path(source.path).resolve())
    clock = material.analysis.clock
    name = Path(source.path).stem.strip() or "recording"
    observation = {
        "file": {str(player): [path] if player == 1 else [] for player in range(1, 9)},
        "type": "MEDIA",
        "date": "1970-01-01T00:00:00",
        "description": "Exported by Unspoken. Consistent with, never proof of.",
        "time offset": 0.0,
        "events": events,
        "observation time interval": [0, 0],
        "independent_variables": dict(material.context.tags),
        "visualize_spectrogram": False,
        "visualize_waveform": False,
        "close_behaviors_between_videos": False,
        "media_info": {
            "length": {path: _plain_number(clock.end_s)},
            "fps": {path: _plain_number(clock.median_rate_hz)},
            "hasVideo": {path: True},
            "hasAudio": {path: source.has_audio},
            "offset": {str(player): 0.0 for player in range(1, 9)},
        },
    }
    subjects = sorted({event[1] for event in events if event[1]})
    project = {
        "time_format": "hh:mm:ss",
        "project_date": "1970-01-01T00:00:00",
        "project_name": name,
        "project_description": "",
        "project_format_version": _PROJECT_FORMAT,
        "subjects_conf": {
            str(i): {"key": "", "name": subject, "description": ""}
            for i, subject in enumerate(subjects)
        },
        "behaviors_conf": _ethogram(spans),
        "observations": {name: observation},
        "behavioral_categories": sorted({span.category for span in spans}),
        "independent_variables": {
            str(i): _variable(label) for i, label in enumerate(material.context.tags)
        },
        "coding_map": {},
        "behaviors_coding_map": [],
        "converters": {},
    }
    return json.dumps(project, indent=1, ensure_ascii=True).encode("ascii")


def _plain_number(value: float) -> float:
    return value if value == value else 0.0


def _variable(label: str) -> dict[str, str]:
    return {
        "label": label,
        "description": "",
        "type": "text",
        "default value": "",
        "possible values": "",
    }


def _expressions(material: Material) -> Iterator[_Span]:
    for event in material.analysis.events:
        units = ",".join(event.action_units)
        amounts = " ".join(f"{key}:{value:.2f}" for key, value in event.action_units.items())
        code = event.kind if event.kind == "blink" else f"{event.kind}-expression"
        face = f"face {event.face_id}"
        comment = f"{event.event_id} {amounts}".strip()
        category = OWN_CATEGORIES[1]
        yield _Span(event.onset_s, event.offset_s, face, code, category, units, comment)


def _moments(material: Material) -> Iterator[_Span]:
    category = OWN_CATEGORIES[2]
    for moment in material.moments:
        face = f"face {moment.face_id}"
        yield _Span(moment.start_s, moment.end_s, face, "moment", category, "", moment.reading)
        for signal in moment.signals:
            code = f"signal {signal.kind}"
            comment = f"{signal.strength:.2f} {signal.response}".strip()
            yield _Span(moment.start_s, moment.end_s, face, code, category, "", comment)


def _speech(material: Material) -> Iterator[_Span]:
    for said in material.context.transcript.utterances:
        yield _Span(
            said.start_s, said.end_s, said.speaker, "speech", SPEECH_CATEGORY, "", said.text
        )


def _segments(material: Material, taken: set[str]) -> list[_Span]:
    """Segments; the same label under two kinds, or for stretches and points, gets its kind."""
    found: dict[str, str] = dict.fromkeys(taken, "")
    spans = []
    for segment in material.context.timeline.segments:
        # BORIS has one entry for a code, with one category and one type.
        point = round(segment.end_s, 3) <= round(segment.start_s, 3)
        sort = f"{segment.kind}\0{point}"
        code = segment.label or segment.kind
        number = 1
        while found.setdefault(code, sort) != sort:
            number += 1
            end = "" if number == 2 else f" {number}"
            code = f"{segment.label or segment.kind} [{segment.kind}]{end}"
        more = json.dumps(segment.tags, ensure_ascii=False) if segment.tags else ""
        spans.append(_Span(segment.start_s, segment.end_s, "", code, segment.kind, "", more))
    return spans


def _ethogram(spans: list[_Span]) -> dict[str, dict[str, Any]]:
    codes: dict[str, _Span] = {}
    units: dict[str, dict[str, None]] = defaultdict(dict)
    lasting = {span.code for span in spans if not span.is_point}
    for span in spans:
        codes.setdefault(span.code, span)
        units[span.code] |= dict.fromkeys(part for part in span.modifier.split(",") if part)
    return {
        str(index): {
            "type": "State event" if code in lasting else "Point event",
            "key": "",
            "code": code,
            "description": "",
            "color": "",
            "category": span.category,
            "modifiers": _modifiers(sorted(units[code])),
            "excluded": "",
            "coding map": "",
        }
        for index, (code, span) in enumerate(codes.items())
    }


def _modifiers(values: list[str]) -> dict[str, Any]:
    if not values:
        return {}
    return {
        "0": {
            "name": "action units",
            "description": "",
            "type": _MULTI_SELECTION,
            "ask at stop": False,
            "values": values,
        }
    }


def _events(spans: list[_Span]) -> list[list[Any]]:
    """BORIS events in order of time: a start and a stop for what lasts."""
    lasting = {span.code for span in spans if not span.is_point}
    groups: dict[tuple[str, str, str], list[_Span]] = defaultdict(list)
    events: list[tuple[float, int, list[Any]]] = []
    for span in spans:
        if span.code in lasting:
            groups[span.subject, span.code, span.modifier].append(span)
        else:
            events.append((round(span.start_s, 3), 1, _event(span, span.start_s, span.subject)))
    for (subject, _, _), same in groups.items():
        timed = (
            (round(s.start_s, 3), max(round(s.end_s, 3), round(s.start_s, 3) + 0.001), s)
            for s in same
        )
        for number, lane in enumerate(lanes(timed), 1):
            who = subject if number == 1 else f"{subject or 'overlapping'} ({number})"
            for start_s, end_s, span in lane:
                events.append((start_s, 2, _event(span, start_s, who)))
                events.append(
                    (end_s, 0, [round(end_s, 3), who, span.code, span.modifier, "", "NA"])
                )
    # Of what happens at one time, what stops comes before what starts.
    return [event for _, _, event in sorted(events, key=lambda e: (round(e[0], 3), e[1]))]


def _event(span: _Span, time_s: float, subject: str) -> list[Any]:
    modifier = span.modifier
    return [round(time_s, 3), subject, span.code, modifier, span.comment, "NA"]
