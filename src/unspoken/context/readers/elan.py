"""ELAN (.eaf): tiers as kinds of segments, or as the speakers of a transcript."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from unspoken.context.clock import Stamp
from unspoken.context.elan_names import DETAILS, TierName, details_of, shown_text, tier_name_of
from unspoken.context.rows import Found, Options, Row
from unspoken.context.textfile import TextFile

__all__ = ["looks_eaf", "read_eaf_timeline", "read_eaf_transcript"]


@dataclass(frozen=True, slots=True)
class _Note:
    """One annotation with its tier."""

    name: str
    tier: str
    participant: str
    start: Stamp
    end: Stamp
    value: str
    details: str


def looks_eaf(file: TextFile) -> bool:
    """Whether it is an ELAN annotation document."""
    return "<ANNOTATION_DOCUMENT" in file.text[:4000]


def read_eaf_timeline(file: TextFile, options: Options, found: Found) -> None:
    """Read annotations as segments; the kind is the tier's name.

    Annotations of a dependent tier have the time of the one they refer to. Tiers that Unspoken
    wrote itself give back kinds, ids and tags; its tiers of events and speech are passed over.
    """
    for note in _notes(file, options, found):
        name = tier_name_of(note.tier)
        if name.sort not in ("segments", "") and note.tier not in options.tiers:
            continue
        found.rows.append(_segment_row(note, name, _line(file, note.name)))
    _say_if_none(found)


def read_eaf_transcript(file: TextFile, options: Options, found: Found) -> None:
    """Read annotations as utterances; the speaker is the tier's participant, or its name."""
    notes = list(_notes(file, options, found))
    spoken = [n for n in notes if tier_name_of(n.tier).sort == "speech"]
    for note in notes if options.tiers or not spoken else spoken:
        exact = details_of(note.details, note.start.value, note.end.value)
        who = exact.get("speaker", note.participant or tier_name_of(note.tier).rest)
        start, end = (Stamp(exact.get(k, s.value), "clock") for k, s in _ends(note))
        line = _line(file, note.name)
        found.rows.append(Row(line, start, end, _text(note, exact), speaker=str(who)))
    _say_if_none(found)


def _ends(note: _Note) -> tuple[tuple[str, Stamp], tuple[str, Stamp]]:
    return ("start_s", note.start), ("end_s", note.end)


def _text(note: _Note, exact: dict[str, Any]) -> str:
    """The annotation's own text, unless it only stands for one XML cannot hold."""
    whole = exact.get("text")
    return whole if isinstance(whole, str) and shown_text(whole) == note.value else note.value


def _segment_row(note: _Note, name: TierName, line: int) -> Row:
    exact = details_of(note.details, note.start.value, note.end.value)
    start, end = (Stamp(exact.get(k, s.value), "clock") for k, s in _ends(note))
    tags = dict(exact.get("tags", {}))
    if note.participant and "participant" not in tags:
        tags["participant"] = note.participant
    kind = exact.get("kind", name.rest)
    return Row(line, start, end, _text(note, exact), kind, exact.get("segment_id", ""), tags=tags)


def _say_if_none(found: Found) -> None:
    if not found.rows and not found.faults.errors:
        found.faults.error(0, "no annotation in it could be used")


def _line(file: TextFile, annotation: str) -> int:
    lines: dict[str, int] | None = getattr(file, "_annotation_lines", None)
    if lines is None:
        lines = {}
        for number, line in enumerate(file.text.splitlines(), 1):
            if match := re.search(r'ANNOTATION_ID="([^"]*)"', line):
                lines.setdefault(match.group(1), number)
        object.__setattr__(file, "_annotation_lines", lines)
    return lines.get(annotation, 0)


def _notes(file: TextFile, options: Options, found: Found) -> Iterator[_Note]:
    eaf = _parsed(file, found)
    if eaf is None:
        return
    unknown = [tier for tier in options.tiers if tier not in eaf.tiers]
    if unknown:
        known = ", ".join(f'"{name}"' for name in eaf.tiers)
        found.faults.error(0, f'there is no tier "{unknown[0]}"; it has {known}')
        return
    try:
        times = _slot_times(eaf, found)
        details = _details(eaf)
        for tier in options.tiers or tuple(eaf.tiers):
            yield from _tier_notes(eaf, tier, times, details, found)
    except (KeyError, ValueError, TypeError) as error:
        found.faults.error(0, f"an annotation refers to something that is not there ({error})")


def _parsed(file: TextFile, found: Found) -> Any:
    from pympi.Elan import Eaf

    # The library reads files by name only; what it is given was decoded here.
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        copy = Path(folder, "timeline.eaf")
        text = re.sub(r"^\s*<\?xml[^>]*\?>", "", file.text, count=1)
        copy.write_text(text, encoding="utf-8")
        try:
            return Eaf(str(copy), suppress_version_warning=True)
        except Exception as error:  # bare Exception is what the library raises for broken XML
            found.faults.error(0, f"not an ELAN file that can be read ({error})")
            return None


def _slot_times(eaf: Any, found: Found) -> dict[str, float]:
    """Seconds of every time slot; those ELAN left open lie evenly between their neighbours."""
    slots = list(eaf.timeslots.items())
    known = [index for index, (_, time) in enumerate(slots) if time is not None]
    if len(known) < len(slots):
        open_slots = len(slots) - len(known)
        found.faults.notice(
            0, f"{open_slots} times are open in the file; they were put evenly between neighbours"
        )
    if not known:
        return {}
    import numpy as np

    times = np.interp(range(len(slots)), known, [slots[i][1] / 1000.0 for i in known])
    return {name: float(time) for (name, _), time in zip(slots, times, strict=True)}


def _details(eaf: Any) -> dict[str, str]:
    """Values of the tiers in which Unspoken keeps what a tier has no room for, by annotation."""
    return {
        parent: value
        for _, references, attributes, _ in eaf.tiers.values()
        if attributes.get("LINGUISTIC_TYPE_REF") == DETAILS
        for parent, value, _, _ in references.values()
    }


def _tier_notes(
    eaf: Any, tier: str, times: dict[str, float], details: dict[str, str], found: Found
) -> Iterator[_Note]:
    aligned, references, attributes, _ = eaf.tiers[tier]
    if attributes.get("LINGUISTIC_TYPE_REF") == DETAILS:
        return
    who = attributes.get("PARTICIPANT") or ""
    for name, (first, last, value, _) in aligned.items():
        start, end = (Stamp(times[slot], "clock") for slot in (first, last))
        yield _Note(name, tier, who, start, end, value, details.get(name, ""))
    for name, (parent, value, _, _) in references.items():
        first, last = _aligned_slots(eaf, parent)
        start, end = (Stamp(times[slot], "clock") for slot in (first, last))
        yield _Note(name, tier, who, start, end, value, details.get(name, ""))


def _aligned_slots(eaf: Any, annotation: str) -> tuple[str, str]:
    """Time slots of the annotation that one refers to, through any number of tiers."""
    for _ in range(len(eaf.tiers) + 1):
        aligned, references, _, _ = eaf.tiers[eaf.annotations[annotation]]
        if annotation in aligned:
            first, last, *_ = aligned[annotation]
            return str(first), str(last)
        annotation = references[annotation][0]
    raise ValueError(f"{annotation} refers to itself")
