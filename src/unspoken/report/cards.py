"""Cards and table rows: one event each, in words and pictures."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from unspoken.facs.units import unit_of
from unspoken.reading.moments import Moment, Signal
from unspoken.reading.wording import RARITY_WORDS, units_words
from unspoken.report import words
from unspoken.report.extras import Extras
from unspoken.report.marks import Arrow, unit_arrows
from unspoken.report.pictures import DIFFERENCE_GAIN, PICTURE_PX, ROLES, EventPictures
from unspoken.report.plots import PlotRows, event_plot
from unspoken.spotting.events import Artefact, Event
from unspoken.timing import clock_text

if TYPE_CHECKING:
    from unspoken.report.loops import Loop

__all__ = ["event_card", "event_row"]


def event_card(
    rows: PlotRows,
    artefacts: Sequence[Artefact],
    pictures: EventPictures | None,
    extras: Extras,
) -> dict[str, Any]:
    """The card of an event.

    Parameters
    ----------
    rows : PlotRows
        The event, with the rows around it.
    artefacts : sequence of Artefact
        Of its face.
    pictures : EventPictures or None
        Its strip; None shows the plot alone.
    extras : Extras
        Moments, context and loops.
    """
    event, slots = rows.event, rows.slots
    loop = extras.loops.get(event.event_id)
    return _told(event, extras) | {
        "loop": _loop(loop) if loop else None,
        "id": event.event_id,
        "kind": event.kind,
        "face": event.face_id,
        "title": words.event_title(event),
        "when": clock_text(event.onset_s),
        "duration": f"lasts {words.duration_text(event.offset_s - event.onset_s)}",
        "rise": f"rises in {words.duration_text(event.apex_s - event.onset_s)}",
        "snr": f"{words.number(event.snr)} × the noise",
        "units": [
            {**_unit(key, amplitude), "slot": slots.get(key, "x")}
            for key, amplitude in event.action_units.items()
        ],
        "shots": _shots(event, pictures, slots) if pictures else [],
        "plot": Markup(event_plot(rows, artefacts)),
        "flags": ", ".join(words.flag_words(flag) for flag in event.flags),
    }


def _told(event: Event, extras: Extras) -> dict[str, Any]:
    """What the moment of an event adds, or what can be said without one."""
    moment = extras.moment(event.event_id)
    if moment is None:
        return {
            "reading": _reading_sentence(event),
            "emotions": "",
            "said": "",
            "place": [],
            "rarity": "",
            "signals": [],
        }
    labels = {s.segment_id: s for s in extras.context.timeline.segments}
    return {
        "reading": " ".join(t for t in (moment.reading, _alarm_sentence(event)) if t),
        "emotions": _emotion_words(moment.emotions),
        "said": f"Said just before: “{moment.said}”" if moment.said else "",
        "place": [
            f"{labels[name].kind}: {labels[name].label}"
            for name in moment.segments
            if name in labels
        ],
        "rarity": _rarity(moment),
        "signals": [
            {
                "name": words.plain(signal.kind),
                "strength": f"{signal.strength:.2f}",
                "level": round(10 * signal.strength),
                "evidence": "; ".join(_evidence(signal, event)),
                "rule": signal.rule,
                "response": signal.response,
            }
            for signal in sorted(moment.signals, key=lambda s: -s.strength)
        ],
    }


def _rarity(moment: Moment) -> str:
    if math.isnan(moment.rarity):
        return ""
    guess = " (mostly a guess: under two minutes of footage)"
    return words.number(moment.rarity) + (guess if "short_baseline" in moment.flags else "")


def _evidence(signal: Signal, event: Event) -> list[str]:
    """What the card does not say elsewhere anyway."""
    units = units_words(event.action_units)
    return [part for part in signal.evidence if part != units and not part.startswith(RARITY_WORDS)]


def _emotion_words(emotions: dict[str, float]) -> str:
    """The likeliest readings with their probabilities."""
    likely = sorted(emotions.items(), key=lambda item: -item[1])
    return ", ".join(f"{words.plain(name)} {chance:.2f}" for name, chance in likely[:4])


def _loop(loop: Loop) -> dict[str, Any]:
    from unspoken.report.loops import COLUMNS, SIDE_PX

    return {
        "data": base64.b64encode(loop.sheet).decode("ascii"),
        "times": " ".join(f"{time:.4f}" for time in loop.times_s),
        "last": len(loop.times_s) - 1,
        "apex": loop.apex,
        "gain": f"{loop.gain:g}",
        "side": SIDE_PX,
        "columns": COLUMNS,
    }


def _unit(key: str, amplitude: float) -> dict[str, str]:
    return {
        "label": words.unit_label(key),
        "name": unit_of(key)[0].name,
        "amplitude": words.amplitude_text(amplitude),
    }


def _shots(event: Event, pictures: EventPictures, slots: dict[str, int]) -> list[dict[str, Any]]:
    shots: list[dict[str, Any]] = []
    for role in ROLES:
        shot = pictures.shots.get(role)
        if shot is None:
            continue
        arrows = (
            unit_arrows({key: event.action_units[key] for key in slots}) if role == "apex" else []
        )
        shots.append(
            {
                "data": base64.b64encode(shot.jpeg).decode("ascii"),
                "name": role.capitalize(),
                "notes": [clock_text(shot.time_s), f"picture {shot.frame}"],
                "alt": f"Face at the {role} of event {event.event_id}",
                "arrows": _drawn(arrows, slots),
            }
        )
    if pictures.difference is not None:
        shots.append(
            {
                "data": base64.b64encode(pictures.difference).decode("ascii"),
                "name": "Difference",
                "notes": ["apex − onset", f"× {DIFFERENCE_GAIN:g}"],
                "alt": "What changed in brightness between onset and apex, amplified",
                "arrows": [],
            }
        )
    return shots


def _drawn(arrows: Sequence[Arrow], slots: dict[str, int]) -> list[dict[str, Any]]:
    """Paths and labels; each label stands where it is farthest from what is drawn already."""
    crowded = [
        (a.x + share * a.dx, a.y + share * a.dy) for a in arrows for share in (0.0, 0.5, 1.0)
    ]
    drawn = []
    for arrow in arrows:
        turn = math.atan2(arrow.dy, arrow.dx)
        tip_x, tip_y = arrow.x + arrow.dx, arrow.y + arrow.dy
        label = _free_place(tip_x, tip_y, turn, crowded)
        crowded += [label, (label[0] - 9, label[1]), (label[0] + 9, label[1])]
        barbs = "".join(
            f"M{tip_x - 7 * math.cos(turn + off):.1f} {tip_y - 7 * math.sin(turn + off):.1f}"
            f"L{tip_x:.1f} {tip_y:.1f}"
            for off in (0.6, -0.6)
        )
        drawn.append(
            {
                "slot": slots[arrow.unit],
                "path": f"M{arrow.x:.1f} {arrow.y:.1f}L{tip_x:.1f} {tip_y:.1f}{barbs}",
                "text": arrow.unit.removeprefix("AU"),
                "tx": f"{label[0]:.1f}",
                "ty": f"{label[1] + 5:.1f}",
            }
        )
    return drawn


def _free_place(
    x: float, y: float, turn: float, crowded: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """Middle of a label near an arrow's tip, inside the picture, away from other marks."""
    best, most = (x, y), -1.0
    for off in (0.0, 0.7, -0.7, 1.4, -1.4, 2.1, -2.1):
        at_x = min(PICTURE_PX - 15.0, max(15.0, x + 17.0 * math.cos(turn + off)))
        at_y = min(PICTURE_PX - 9.0, max(9.0, y + 14.0 * math.sin(turn + off)))
        room = min(math.hypot(0.7 * (at_x - a), at_y - b) for a, b in crowded)
        if min(room, 14.0) > most + 0.5:
            best, most = (at_x, at_y), min(room, 14.0)
    return best


def _reading_sentence(event: Event) -> str:
    parts = []
    if event.emotion:
        chance = event.emotion_probability
        sure = "" if math.isnan(chance) else f", probability {chance:.2f}"
        parts.append(f"The action units are consistent with {event.emotion}{sure}.")
    return " ".join([*parts, _alarm_sentence(event)]).strip()


def _alarm_sentence(event: Event) -> str:
    alarms = event.false_alarms_per_min
    if math.isnan(alarms):
        return ""
    return (
        "Noise, talk and head movement of this footage reach this strength "
        f"{words.alarms_text(alarms)} a minute."
    )


def event_row(order: int, event: Event, has_card: bool) -> dict[str, Any]:
    """The row of an event in the table; `order` is its place in time."""
    reading = ""
    if event.emotion:
        chance = event.emotion_probability
        reading = event.emotion if math.isnan(chance) else f"{event.emotion} ({chance:.2f})"
    units = ", ".join(
        f"{key.removeprefix('AU')} {words.amplitude_text(a)}"
        for key, a in event.action_units.items()
    )
    duration, rise = event.offset_s - event.onset_s, event.apex_s - event.onset_s
    return {
        "order": order,
        "id": event.event_id,
        "card": has_card,
        "kind": event.kind,
        "codes": " ".join(sorted({str(unit_of(key)[0].code) for key in event.action_units})),
        "onset": clock_text(event.onset_s),
        "onset_s": f"{event.onset_s:.4f}",
        "duration": words.duration_text(duration),
        "duration_s": f"{duration:.4f}",
        "rise": words.duration_text(rise),
        "rise_s": f"{rise:.4f}",
        "units": units,
        "snr": words.number(event.snr),
        "snr_v": _sortable(event.snr),
        "fa": words.alarms_short(event.false_alarms_per_min),
        "fa_v": _sortable(event.false_alarms_per_min),
        "reading": reading,
        "flags": ", ".join(flag.replace("_", " ") for flag in event.flags),
    }


def _sortable(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.6g}"
