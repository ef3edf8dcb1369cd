"""Results on disk as insight needs them: three small files per interaction, read fast.

Of ``analysis.json``, ``context.json`` and ``moments.json`` only what is needed is decoded, with its
types checked on the way; a thousand interactions of an hour are read in seconds. No signals and no
video are opened.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from unspoken import records
from unspoken.errors import InputError, SourceNotFound
from unspoken.insight.interactions import Interaction, Segment, TopMoment, marks_of
from unspoken.insight.stored import Analysis, Context, Moment, Moments
from unspoken.reading.moments import SAME_MOVEMENT

__all__ = ["Loaded", "find_folders", "interaction_of", "load_interactions"]

_ANALYSIS, _CONTEXT, _MOMENTS = "analysis.json", "context.json", "moments.json"
_Stored = TypeVar("_Stored", Analysis, Context, Moments)
#: Problems that are named one by one in a message.
_NAMED = 5
#: Moments kept per interaction for the list of those worth a look.
_KEPT_MOMENTS, _KEPT_PER_SIGNAL = 12, 4


@dataclass(frozen=True)
class Loaded:
    """All interactions of a study.

    Parameters
    ----------
    interactions : tuple of Interaction
        In order of their folders.
    notes : tuple of str
        What was left out or deserves a word, in plain sentences.
    """

    interactions: tuple[Interaction, ...]
    notes: tuple[str, ...] = ()


def find_folders(places: Sequence[str | os.PathLike[str]]) -> list[Path]:
    """Every folder of results at or below some places.

    Raises
    ------
    SourceNotFound
        When a place is not there, or there are no results in it.
    """
    found: dict[Path, Path] = {}
    for place in map(Path, places):
        if not place.exists():
            raise SourceNotFound(
                f"{place}: there is no such folder.",
                "Name the folder that unspoken analyze --out wrote results to.",
            )
        here = sorted(_below(place))
        if not here:
            raise SourceNotFound(
                f"{place}: no results in it (no folder with {_ANALYSIS}).",
                "Analyse recordings first: unspoken analyze VIDEO... --out RESULTS.",
            )
        for folder in here:
            found.setdefault(folder.resolve(), folder)
    return list(found.values())


def _below(place: Path) -> Iterable[Path]:
    if place.is_file():
        return [place.parent] if place.name == _ANALYSIS else []
    return [Path(at) for at, _folders, files in os.walk(place) if _ANALYSIS in files]


def load_interactions(
    places: Sequence[str | os.PathLike[str]], *, skip: bool = False, each_its_own: bool = False
) -> Loaded:
    """Read all results at or below some places.

    Parameters
    ----------
    places : sequence of str or path-like
        Folders of results, or folders of such folders.
    skip : bool
        Leave out what cannot be used, with a note, instead of refusing.
    each_its_own : bool
        Take interactions without a customer's pseudonym for different customers.

    Returns
    -------
    Loaded

    Raises
    ------
    SourceNotFound
        When there are no results.
    InputError
        When some cannot be used (broken, from a newer program, not read for moments yet) and
        `skip` is off; or when no interaction says whose it is.
    """
    read: list[Interaction] = []
    problems: list[str] = []
    for folder in find_folders(places):
        try:
            read.append(load_interaction(folder))
        except InputError as error:
            problems.append(error.message)
    if problems and (not skip or not read):
        raise InputError(
            _listed("Some results cannot be used", problems),
            "Run unspoken read on them (or analyse them again with this version), or leave them "
            "out with --skip.",
        )
    notes = [_listed("Left out because they cannot be used", problems)] if problems else []
    kept, doubles = _without_doubles(read)
    notes += doubles
    named, unnamed_note = _with_customers(kept, each_its_own)
    return Loaded(tuple(named), (*notes, *unnamed_note, *_version_notes(named)))


def _listed(title: str, problems: list[str]) -> str:
    more = len(problems) - _NAMED
    tail = f" And {more} more." if more > 0 else ""
    return f"{title} ({len(problems)}): " + " ".join(problems[:_NAMED]) + tail


def load_interaction(folder: Path) -> Interaction:
    """Read one folder of results.

    Raises
    ------
    InputError
        When a file is broken, was written by a newer program, or there are no moments.
    """
    analysis = _read(folder / _ANALYSIS, Analysis)
    if not (folder / _MOMENTS).exists():
        raise InputError(f"{folder}: its moments were not read yet (no {_MOMENTS}).")
    moments = _read(folder / _MOMENTS, Moments)
    has_context = (folder / _CONTEXT).exists()
    context = _read(folder / _CONTEXT, Context) if has_context else Context()
    return interaction_of(folder, analysis, context, moments)


def interaction_of(
    folder: Path, analysis: Analysis, context: Context, moments: Moments
) -> Interaction:
    """Bring what three files hold into the form insight computes with."""
    exposure = [span for spans in moments.exposure.values() for span in spans if span[1] > span[0]]
    unmeasured: dict[str, list[tuple[float, float]]] = {}
    for hidden in moments.unmeasured.values():
        for key, spans in hidden.items():
            unmeasured.setdefault(key, []).extend(spans)
    return Interaction(
        name=folder.name,
        folder=folder,
        customer=context.customer.strip(),
        tags=context.tags,
        outcomes=context.outcomes,
        segments=tuple(
            Segment(s.kind, s.label, s.start_s, s.end_s, s.tags) for s in context.timeline.segments
        ),
        exposure=tuple(sorted(exposure)),
        unmeasured=unmeasured,
        marks=marks_of(moments.moments, moments.unmeasured),
        top=_best(moments.moments, folder),
        source=analysis.source.path,
        source_sha256=analysis.source.sha256,
        partial=analysis.partial,
        playbook=f"{moments.playbook.name} {moments.playbook.version}".strip(),
        software=analysis.software.get("unspoken", ""),
    )


def _best(moments: list[Moment], folder: Path) -> tuple[TopMoment, ...]:
    """The few worth keeping: the strongest of all, and the strongest of every signal."""
    counted = (m for m in moments if m.kind != "blink" and SAME_MOVEMENT not in m.flags)
    keyed = [(*_strongest(m), m.rarity or 0.0, m) for m in counted]
    keyed.sort(key=lambda k: (-k[0], -k[2]))
    kept: list[TopMoment] = []
    per_signal: dict[str, int] = {}
    for _strength, signal, _rarity, moment in keyed:
        number = per_signal[signal] = per_signal.get(signal, 0) + 1
        if len(kept) < _KEPT_MOMENTS or number <= _KEPT_PER_SIGNAL:
            kept.append(TopMoment.of(moment, folder))
    return tuple(sorted(kept, key=TopMoment.order))


def _strongest(moment: Moment) -> tuple[float, str]:
    """Strength and kind of a moment's strongest signal."""
    best, kind = 0.0, ""
    for signal in moment.signals:
        if (strength := signal.strength or 0.0) >= best:
            best, kind = strength, signal.kind
    return best, kind


def _read(path: Path, kind: type[_Stored]) -> _Stored:
    try:
        stored = msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(_fault(path, str(error))) from error
    if stored.schema != kind.SCHEMA:
        found = stored.schema or "nothing"
        raise InputError(f'{path}: expected "schema": "{kind.SCHEMA}", found {found}.')
    if not 1 <= stored.schema_version <= kind.NEWEST:
        raise InputError(
            f"{path}: written by a newer Unspoken (schema {stored.schema_version}; this program "
            f"reads up to {kind.NEWEST})."
        )
    return stored


def _fault(path: Path, message: str) -> str:
    """File, line and place of what the decoder complains about."""
    with suppress(OSError, ValueError):
        text = path.read_text(encoding="utf-8")
        byte = re.search(r"\(byte (\d+)\)", message)
        place = re.search(r"at `\$\.?([^`]*)`", message)
        if byte:
            line = text.encode()[: int(byte[1])].count(b"\n") + 1
            return f"{path}, line {line}: not valid JSON."
        if place:
            keys = tuple(
                int(part[1:-1]) if part.startswith("[") else part
                for part in re.findall(r"\[\d+\]|[^.\[\]]+", place[1])
            )
            what = message.partition(" - at")[0].replace("`", "").lower()
            return f"{path}, line {records.line_of(text, keys)}: {place[1]}: {what}."
    return f"{path}: {message.rstrip('.')}."


def _without_doubles(read: list[Interaction]) -> tuple[list[Interaction], list[str]]:
    """Count a recording once, the complete analysis of it before a partial one."""
    kept: dict[str, Interaction] = {}
    doubles: list[str] = []
    for one in sorted(read, key=lambda i: i.partial):
        key = one.source_sha256 or str(one.folder)
        if kept.setdefault(key, one) is not one:
            doubles.append(f"{one.folder.name} (same recording as {kept[key].folder.name})")
    chosen = set(map(id, kept.values()))
    notes = [_listed("Analysed twice, counted once", doubles)] if doubles else []
    return [one for one in read if id(one) in chosen], notes


def _with_customers(
    read: list[Interaction], each_its_own: bool
) -> tuple[list[Interaction], list[str]]:
    """Every interaction with the customer it belongs to."""
    unnamed = sum(not one.customer for one in read)
    if not unnamed:
        return read, []
    if each_its_own:
        named = [
            one if one.customer else one.with_customer(f"unnamed {i}") for i, one in enumerate(read)
        ]
        return named, [
            f"Interactions without a customer, taken for different customers: {unnamed}."
        ]
    if unnamed == len(read):
        raise InputError(
            f"None of the {unnamed} interactions says which customer it belongs to. Moments of one "
            "person are no independent evidence, so everything is counted by customer.",
            "Give each a pseudonym (unspoken context RESULT --customer C17); or, where every "
            "interaction is another customer, say --each-its-own.",
        )
    named = [one for one in read if one.customer]
    return named, [f"Interactions without a customer, left out: {unnamed}."]


def _version_notes(read: list[Interaction]) -> list[str]:
    notes = []
    playbooks = sorted({one.playbook or "unknown" for one in read})
    if len(playbooks) > 1:
        notes.append(
            f"The signals were read with different playbooks ({', '.join(playbooks)}), so groups "
            "may differ because of that. unspoken read RESULTS --playbook FILE reads all alike."
        )
    versions = sorted({one.software or "unknown" for one in read})
    if len(versions) > 1:
        notes.append(f"The analyses were made by different versions: {', '.join(versions)}.")
    partial = sum(one.partial for one in read)
    if partial:
        notes.append(
            f"Analyses that were stopped before the end, counted for what they cover: {partial}."
        )
    return notes
