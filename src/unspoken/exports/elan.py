"""ELAN (.eaf): tiers for events, action units, moments, signals, segments and speech.

ELAN counts whole milliseconds from the start of the medium. Nothing in a tier overlaps; what would
goes to a second tier of the same name (`unspoken.context.elan_names`).
"""

from __future__ import annotations

import json
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from unspoken.context.elan_names import DETAILS, milliseconds, shown_text
from unspoken.exports.material import Material, lanes
from unspoken.records import to_json

__all__ = ["elan_bytes"]


@dataclass(frozen=True, slots=True)
class _Mark:
    """One annotation to be."""

    start_s: float
    end_s: float
    value: str
    details: dict[str, Any] = field(default_factory=dict)


def elan_bytes(material: Material) -> bytes:
    """The .eaf file of a result.

    Parameters
    ----------
    material : Material
        Context and moments may be empty.

    Returns
    -------
    bytes
        UTF-8 XML, EAF 2.8.
    """
    from xml.etree import ElementTree

    from pympi.Elan import Eaf, to_adocument

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        eaf = Eaf(author="Unspoken")
        eaf.remove_tier("default")
        eaf.add_linguistic_type(DETAILS, "Symbolic_Association", False)
        _link_media(eaf, material)
        tiers: dict[str, list[_Mark]] = defaultdict(list)
        for tier, mark in _marks(material):
            tiers[tier].append(mark)
        for tier, marks in tiers.items():
            _write_tier(eaf, tier, marks)
        document = to_adocument(eaf, pretty=False)
    return bytes(ElementTree.tostring(document, encoding="UTF-8", xml_declaration=True))


def _link_media(eaf: Any, material: Material) -> None:
    path = Path(material.analysis.source.path)
    mime = "video/mp4" if path.suffix.lower() in (".mp4", ".m4v", ".mov") else "video/*"
    eaf.add_linked_file(shown_text(path.resolve().as_uri()), f"./{shown_text(path.name)}", mime)


def _marks(material: Material) -> Iterator[tuple[str, _Mark]]:
    """Every annotation with its tier, tiers in the order they are shown."""
    for segment in material.context.timeline.segments:
        more = {"segment_id": segment.segment_id, "kind": segment.kind, "tags": segment.tags}
        yield (
            f"segments: {_one_line(segment.kind)}",
            _Mark(segment.start_s, segment.end_s, segment.label, more),
        )
    for said in material.context.transcript.utterances:
        who = _one_line(said.speaker) or "nobody named"
        mark = _Mark(said.start_s, said.end_s, said.text, {"speaker": said.speaker})
        yield f"speech: {who}", mark
    for moment in material.moments:
        face = f"face {moment.face_id}"
        yield f"moments: {face}", _Mark(moment.start_s, moment.end_s, moment.reading)
        for signal in moment.signals:
            value = f"{signal.kind} {signal.strength:.2f}"
            yield f"signals: {face}", _Mark(moment.start_s, moment.end_s, value)
    for event in material.analysis.events:
        units = " ".join(f"{key} {value:.2f}" for key, value in event.action_units.items())
        tier = f"events: {event.kind}, face {event.face_id}"
        yield tier, _Mark(event.onset_s, event.offset_s, units or event.kind, to_json(event))
    for event in material.analysis.events:
        for key, amplitude in event.action_units.items():
            mark = _Mark(event.onset_s, event.offset_s, f"{amplitude:.2f}")
            yield f"units: {key}, face {event.face_id}", mark


def _write_tier(eaf: Any, tier: str, marks: list[_Mark]) -> None:
    spans = ((*milliseconds(m.start_s, m.end_s), m) for m in marks)
    for number, lane in enumerate(lanes(spans), 1):
        name = shown_text(tier if number == 1 else f"{tier} ({number})")
        while name in eaf.tiers:
            number += 1
            name = shown_text(f"{tier} ({number})")
        eaf.add_tier(name, part=_speaker(lane[0][2]))
        with_details = any(mark.details for _, _, mark in lane)
        if with_details:
            eaf.add_tier(f"{name} | details", DETAILS, parent=name)
        for start, end, mark in lane:
            eaf.add_annotation(name, start, end, shown_text(mark.value))
            if with_details:
                annotation = next(reversed(eaf.tiers[name][0]))
                _refer(eaf, f"{name} | details", annotation, json.dumps(_exact(mark)))


def _speaker(mark: _Mark) -> str | None:
    return shown_text(mark.details["speaker"]) or None if "speaker" in mark.details else None


def _exact(mark: _Mark) -> dict[str, Any]:
    exact = {"start_s": mark.start_s, "end_s": mark.end_s} | mark.details
    return exact if shown_text(mark.value) == mark.value else exact | {"text": mark.value}


def _refer(eaf: Any, tier: str, annotation: str, value: str) -> None:
    """A dependent annotation; by name, for the library's own way searches by time each time."""
    name = eaf.generate_annotation_id()
    eaf.annotations[name] = tier
    eaf.tiers[tier][1][name] = (annotation, value, None, None)


def _one_line(text: str) -> str:
    return " ".join(text.split())
