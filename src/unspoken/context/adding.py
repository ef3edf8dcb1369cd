"""Adding files to a context: read, put on the recording's clock, checked, all or nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from unspoken.context.formats import Holds, read_rows
from unspoken.context.placing import PlacedRow, place_rows, say_oddities
from unspoken.context.record import Context, Import
from unspoken.context.rows import Found, Options
from unspoken.context.textfile import read_text_file
from unspoken.context.timeline import Segment, Timeline
from unspoken.context.transcript import Transcript, Utterance

__all__ = ["AddedFile", "Request", "add_file", "loaded", "shifted"]

_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Request:
    """One file to add.

    Parameters
    ----------
    path : str or path-like
        The file.
    holds : {"timeline", "transcript"}
        What it holds.
    format : str
        Name of its format; "" to infer it.
    encoding : str
        Its encoding; "" for UTF-8 or its byte-order mark.
    options : Options
        What else the user says about it.
    """

    path: str | os.PathLike[str]
    holds: Holds
    format: str = ""
    encoding: str = ""
    options: Options = field(default_factory=Options)


@dataclass(frozen=True)
class AddedFile:
    """A file that was read, on its own clock.

    Parameters
    ----------
    request : Request
        What was asked for.
    found : Found
        Rows as written, with faults.
    rows : tuple of PlacedRow
        Rows in seconds, in the order of the file.
    """

    request: Request
    found: Found
    rows: tuple[PlacedRow, ...]


def loaded(request: Request, *, length_s: float = _NAN, free: bool = False) -> AddedFile:
    """Read a file and turn its times into seconds of its own clock.

    Parameters
    ----------
    request : Request
        The file and what is known of it.
    length_s : float
        Length of the recording, seconds; NaN when unknown.
    free : bool
        Whether an offset will be looked for, so that dates need no start.

    Raises
    ------
    UsageError, InputError
        If it cannot be read or rows are wrong; the message lists them with their lines.
    """
    file = read_text_file(request.path, request.encoding)
    found = read_rows(file, request.holds, request.options, request.format)
    rows = place_rows(found, request.options, length_s, free=free) if found.rows else []
    found.faults.raise_if_any()
    return AddedFile(request, found, tuple(rows))


def shifted(rows: Iterable[PlacedRow], offset_s: float) -> list[PlacedRow]:
    """The rows, so many seconds later."""
    return [PlacedRow(r.row, r.start_s + offset_s, r.end_s + offset_s) for r in rows]


def add_file(
    context: Context,
    added: AddedFile,
    *,
    offset_s: float = 0.0,
    offset_source: str = "",
    length_s: float = _NAN,
    roles: dict[str, str] | None = None,
    language: str = "",
) -> Context:
    """Put a file that was read into a context.

    Segments that an earlier file of the same name brought are replaced; a transcript replaces an
    earlier transcript. Both are said in the notes.

    Parameters
    ----------
    context : Context
        What is known so far; stays as it is.
    added : AddedFile
        From :func:`loaded`.
    offset_s, offset_source : float, str
        Seconds to add to the file's times, and where that number comes from.
    length_s : float
        Length of the recording, seconds; NaN when unknown.
    roles : dict of str to str, optional
        Speaker label to role, added to those known.
    language : str
        BCP 47 tag; "" for what the file says.

    Raises
    ------
    InputError
        If most rows lie outside the recording: then its clock is another one.
    """
    holds = added.request.holds
    rows = shifted(added.rows, offset_s)
    found = added.found
    say_oddities(rows, found, length_s, overlaps=holds == "timeline")
    found.faults.raise_if_any()
    name = os.fspath(added.request.path)
    source = os.path.basename(name)
    record = Import(
        name, found.file.sha256, found.format, holds, len(rows), offset_s, offset_source
    )
    kept = tuple(i for i in context.imports if not _replaced(i, record))
    notes = [
        n for n in context.notes if not any(n.startswith(f"{i.path}") for i in _gone(context, kept))
    ]
    context = replace(
        context,
        offset_s=offset_s,
        offset_source=offset_source,
        notes=(*notes, *found.faults.sentences()),
        imports=(*kept, record),
    )
    if holds == "timeline":
        old = [s for s in context.timeline.segments if s.source != source]
        segments = _segments(rows, source, added.request.options.kind, old)
        return replace(context, timeline=Timeline((*old, *segments)))
    transcript = Transcript(
        tuple(Utterance(r.row.speaker, r.start_s, r.end_s, r.row.text) for r in rows),
        {**context.transcript.roles, **(roles or {})},
        language or found.language or context.transcript.language,
    )
    return replace(context, transcript=transcript)


def _replaced(old: Import, new: Import) -> bool:
    same_name = os.path.basename(old.path) == os.path.basename(new.path)
    return old.holds == new.holds and (old.holds == "transcript" or same_name)


def _gone(context: Context, kept: tuple[Import, ...]) -> list[Import]:
    return [i for i in context.imports if i not in kept]


def _segments(
    rows: Sequence[PlacedRow], source: str, kind: str, others: Sequence[Segment]
) -> list[Segment]:
    names = _names(rows, {segment.segment_id for segment in others})
    return [
        Segment(name, r.row.kind or kind, r.row.text, r.start_s, r.end_s, r.row.tags, source)
        for name, r in zip(names, rows, strict=True)
    ]


def _names(rows: Sequence[PlacedRow], taken: set[str]) -> list[str]:
    """Ids: the file's own where they are all different and free, else numbers in order of start."""
    own = [r.row.name for r in rows]
    if all(own) and len(set(own)) == len(own) and not taken & set(own):
        return own
    order = sorted(range(len(rows)), key=lambda i: (rows[i].start_s, rows[i].end_s))
    names, number = [""] * len(rows), 0
    for index in order:
        number += 1
        while f"s{number}" in taken:
            number += 1
        names[index] = f"s{number}"
    return names
