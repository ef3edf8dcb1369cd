"""The values the report's template shows, section by section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath, PureWindowsPath
from typing import Any

from unspoken.analysis import Analysis, FaceSummary
from unspoken.facs.units import ACTION_UNITS, unit_of
from unspoken.report import words
from unspoken.report.cards import event_card, event_row
from unspoken.report.extras import Extras
from unspoken.report.pictures import EventPictures, ranked_events
from unspoken.report.plots import PlotRows
from unspoken.report.rates import Rate, rate, rates_by_kind
from unspoken.report.seen import seen_section
from unspoken.report.story import filters, story_lines
from unspoken.settings import Settings
from unspoken.spotting.events import KINDS, Event
from unspoken.timing import clock_text

__all__ = ["page_values"]

_TILE_NAMES = {"micro": "Micro-expressions", "macro": "Macro-expressions", "blink": "Blinks"}
#: Events on the printed summary, with their key frames.
_PRINTED = 4
#: Columns of the event table: key, heading, how it sorts.
_COLUMNS = (
    ("id", "Event", "number"),
    ("kind", "Kind", "text"),
    ("onset", "Onset", "number"),
    ("duration", "Duration", "number"),
    ("rise", "Rise", "number"),
    ("units", "Action units", "text"),
    ("snr", "Over noise", "number"),
    ("fa", "False alarms", "number"),
    ("reading", "Consistent with", "text"),
    ("flags", "Cautions", "text"),
)


def page_values(
    analysis: Analysis,
    strips: Sequence[PlotRows],
    pictures: Mapping[str, EventPictures],
    extras: Extras,
) -> dict[str, Any]:
    """Everything the template needs but style, script and packed signals.

    Parameters
    ----------
    analysis : Analysis
        What to show.
    strips : sequence of PlotRows
        Events that get a card with pictures and plot.
    pictures : mapping of str to EventPictures
        Strips by event.
    extras : Extras
        Context, moments, video, loops and judgements.
    """
    top = {e.event_id for e in ranked_events(analysis.events, extras.rank())[:_PRINTED]}
    rates = rates_by_kind(analysis, KINDS)
    counts = {kind: measured.count for kind, measured in rates.items()}
    shown = {rows.event.event_id for rows in strips}
    measured = [face for face in analysis.faces if face.measured_s > 0]
    return {
        "name": _file_name(analysis.source.path),
        "facts": _facts(analysis),
        "headline": words.headline(analysis, counts),
        "warnings": _warnings(analysis),
        "tiles": [
            _tile(kind, rates[kind], _blind(analysis, kind, rates[kind].count)) for kind in KINDS
        ],
        "exposure": _exposure(analysis, measured),
        "false_alarm_note": _false_alarm_note(analysis),
        "many_faces": len(measured) > 1,
        "cards": [
            _card(analysis, rows, pictures, extras) | {"top": rows.event.event_id in top}
            for rows in strips
        ],
        "filters": filters(analysis, extras),
        "story": story_lines(analysis, extras),
        "has_loops": bool(extras.loops),
        "stills": bool(pictures),
        "cards_note": _cards_note(analysis, len(strips)),
        "columns": [dict(zip(("key", "name", "type"), c, strict=True)) for c in _COLUMNS],
        "rows": [
            event_row(index, event, event.event_id in shown)
            for index, event in enumerate(analysis.events)
        ],
        "kind_counts": [(kind, counts[kind]) for kind in KINDS if counts[kind]],
        "event_units": _units_in(analysis.events),
        "no_events_note": _no_events_note(analysis),
        "seen": seen_section(analysis),
        "clock": words.clock_findings(analysis.clock),
        "footage": words.footage_findings(analysis),
        "faces": [_face(analysis, face) for face in analysis.faces],
        "notes": analysis.notes,
        "settings": _settings(analysis.settings),
        "source": _source(analysis),
        "software": [
            *analysis.software.items(),
            *((f"time: {k}", words.duration_text(v)) for k, v in analysis.timings_s.items()),
        ],
    }


def _file_name(path: str) -> str:
    name = PureWindowsPath(path).name if "\\" in path else PurePath(path).name
    return name or path


def _facts(analysis: Analysis) -> list[str]:
    clock, source = analysis.clock, analysis.source
    facts = [words.duration_text(clock.duration_s)] if clock.frames > 1 else []
    facts.append(words.count_text(clock.frames, "picture"))
    if clock.median_rate_hz == clock.median_rate_hz:
        facts.append(f"{words.number(clock.median_rate_hz, 4)} a second")
    facts += [f"{source.width} × {source.height}", source.codec]
    if clock.start_s > 0.0005:
        facts.append(f"starts at {clock_text(clock.start_s)}")
    return facts


def _warnings(analysis: Analysis) -> list[words.Finding]:
    found = []
    if analysis.partial:
        text = "The run was stopped before the end; what follows covers the part before that."
        found.append(words.Finding("poor", "Partial results", text))
    poor = [*words.clock_findings(analysis.clock), *words.footage_findings(analysis)]
    return found + [finding for finding in poor if finding.tone == "poor" and finding.title]


def _blind(analysis: Analysis, kind: str, count: int) -> bool:
    """Whether a count of nothing means that nothing could have been found."""
    return kind == "micro" and not count and not analysis.clock.micro_possible


def _tile(kind: str, measured: Rate, blind: bool) -> dict[str, Any]:
    if blind:
        text = "pass between the pictures at this picture rate"
        return {"kind": kind, "name": _TILE_NAMES[kind], "count": "–", "rate": text}
    return {
        "kind": kind,
        "name": _TILE_NAMES[kind],
        "count": measured.count if measured.exposure_s or measured.count else "–",
        "rate": words.rate_text(measured),
    }


#: A hand that only brushed the face, in all seconds.
_WORTH_TELLING_S = 0.5


def _exposure(analysis: Analysis, measured: list[FaceSummary]) -> dict[str, str]:
    total = analysis.clock.duration_s
    if len(measured) > 1:
        detail = f"summed over {len(measured)} faces, of a {words.duration_text(total)} recording"
    elif total > 0 and measured:
        share = min(100.0, 100.0 * analysis.exposure_s / total)
        detail = f"{share:.0f} % of {words.duration_text(total)}; every rate is per minute of it"
        hidden = max(measured[0].unmeasured_s.values(), default=0.0)
        if hidden >= _WORTH_TELLING_S:
            detail += f"; a hand hid part of the face for {words.duration_text(hidden)} of it"
    else:
        detail = "nothing was measured"
    text = words.duration_text(analysis.exposure_s) if analysis.exposure_s else "none"
    return {"text": text, "detail": detail}


def _false_alarm_note(analysis: Analysis) -> str:
    asked = analysis.settings.false_alarms_per_min
    base = f"The threshold was set so that noise, talk and head movement give {asked:g} a minute"
    if not analysis.exposure_s:
        return base + "."
    expected = words.expected_false(asked, analysis.exposure_s)
    return f"{base}: about {expected} expected in this recording."


def _card(
    analysis: Analysis,
    rows: PlotRows,
    pictures: Mapping[str, EventPictures],
    extras: Extras,
) -> dict[str, Any]:
    artefacts = [a for a in analysis.artefacts if a.face_id in (0, rows.event.face_id)]
    return event_card(rows, artefacts, pictures.get(rows.event.event_id), extras)


def _cards_note(analysis: Analysis, shown: int) -> str:
    total = sum(event.kind != "blink" for event in analysis.events)
    note = (
        "Each event at its onset, its apex and its offset, held still by the same crop that was "
        "measured. The fourth picture is apex minus onset, amplified six times: orange got "
        "brighter, blue got darker. Arrows show which way the unit pulls; they are drawn far "
        "larger than the movement."
    )
    if total > shown:
        note += (
            f" Shown are the {shown} strongest of {total}, micro-expressions first; "
            "the table and the timeline have all of them."
        )
    return note


def _units_in(events: Sequence[Event]) -> list[dict[str, Any]]:
    codes = {unit_of(key)[0].code for event in events for key in event.action_units}
    return [{"code": u.code, "name": u.name} for u in ACTION_UNITS if u.code in codes]


def _no_events_note(analysis: Analysis) -> str:
    if not analysis.exposure_s:
        return "Nothing was measured, so nothing could have been found."
    return (
        "Nothing stood out from the noise, talk and head movement of this footage. The next "
        "section says what would have."
    )


def _face(analysis: Analysis, face: FaceSummary) -> dict[str, str]:
    lost = sorted(face.gaps_s.items(), key=lambda item: -item[1])
    gaps = ", ".join(
        f"{words.GAP_WORDS.get(name, name)} {words.duration_text(seconds)}"
        for name, seconds in lost
        if seconds > 0
    )
    counts = {
        kind: sum(e.face_id == face.face_id and e.kind == kind for e in analysis.events)
        for kind in KINDS
    }
    parts = []
    for kind, count in counts.items():
        if _blind(analysis, kind, count):
            continue
        measured = rate(count, face.measured_s)
        low, high = words.number(measured.low), words.number(measured.high)
        parts.append(f"{kind} {words.number(measured.per_min)} ({low} to {high})")
    return {
        "id": str(face.face_id),
        "role": face.role,
        "seen": words.duration_text(face.seen_s),
        "measured": words.duration_text(face.measured_s) if face.measured_s else "not measured",
        "rates": ", ".join(parts) if face.measured_s else "–",
        "icd": "–" if face.icd_px != face.icd_px else f"{face.icd_px:.0f} px",
        "pose": f"{words.number(face.yaw_deg)}°, {words.number(face.pitch_deg)}°",
        "gaps": "; ".join(part for part in (gaps, _behind_hand(face)) if part) or "none",
    }


def _behind_hand(face: FaceSummary) -> str:
    """How long which part of a measured face was behind a hand, by its unit hidden longest."""
    longest: dict[str, float] = {}
    for key, seconds in face.unmeasured_s.items():
        region = unit_of(key)[0].region
        longest[region] = max(longest.get(region, 0.0), seconds)
    if not longest:
        return ""
    parts = ", ".join(f"{name} {words.duration_text(s)}" for name, s in longest.items())
    return f"behind a hand, while the rest was measured: {parts}"


def _settings(settings: Settings) -> list[dict[str, Any]]:
    rows = []
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        text = (
            ", ".join(f"{k}: {v}" for k, v in value.items())
            if value is not None and isinstance(value, dict)
            else str(value)
        )
        rows.append(
            {
                "name": name,
                "value": {"None": "from the file", "": "none given"}.get(text, text),
                "changed": value != field.get_default(call_default_factory=True),
                "meaning": (field.description or "").replace("`", ""),
            }
        )
    return rows


def _source(analysis: Analysis) -> list[tuple[str, str]]:
    source = analysis.source
    return [
        ("path", source.path),
        ("kind", source.kind),
        ("sha256", source.sha256),
        ("size", f"{source.bytes:,} bytes"),
        ("container", source.container),
        ("codec", f"{source.codec}, {source.pixel_format}"),
        ("picture", f"{source.width} × {source.height}, rotated by {source.rotation_deg}°"),
        ("pixel aspect", words.number(source.pixel_aspect, 4)),
        ("audio", "yes" if source.has_audio else "no"),
    ]
