"""The registry of file formats, and reading any of them.

A format says what it holds, how it is recognised and who reads it. :func:`read_rows` finds the
format of a file; where several fit, the first in the list is taken and the others are named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from unspoken.context.faults import Faults
from unspoken.context.readers import boris, cues, delimited, elan, meetings, segments_json
from unspoken.context.rows import Found, Options
from unspoken.context.textfile import TextFile
from unspoken.errors import InputError, UsageError

__all__ = ["FORMATS", "Format", "Holds", "format_named", "infer_format", "read_rows"]

Holds = Literal["timeline", "transcript"]


@dataclass(frozen=True, slots=True)
class Format:
    """One file format.

    Parameters
    ----------
    name : str
        As for ``--format``.
    holds : {"timeline", "transcript"}
        What is read from it.
    suffixes : tuple of str
        Usual endings, for people; recognition goes by content.
    meaning : str
        One line on whose format it is.
    fits : callable
        Whether a file looks like it.
    read : callable
        Reader: takes file, options and a `Found` that it fills.
    """

    name: str
    holds: Holds
    suffixes: tuple[str, ...]
    meaning: str
    fits: Callable[[TextFile], bool]
    read: Callable[[TextFile, Options, Found], None]


#: Tried in this order.
FORMATS: tuple[Format, ...] = (
    Format(
        "vtt",
        "timeline",
        (".vtt",),
        "WebVTT chapters: a cue per segment",
        cues.looks_vtt,
        cues.read_vtt_chapters,
    ),
    Format(
        "elan",
        "timeline",
        (".eaf",),
        "ELAN: a tier per kind of segment",
        elan.looks_eaf,
        elan.read_eaf_timeline,
    ),
    Format(
        "boris",
        "timeline",
        (".boris",),
        "BORIS project: one observation",
        boris.looks_boris_project,
        boris.read_boris_project,
    ),
    Format(
        "boris-table",
        "timeline",
        (".csv", ".tsv"),
        "BORIS events exported as a table, tabular or aggregated",
        boris.looks_boris_table,
        boris.read_boris_table,
    ),
    Format(
        "json",
        "timeline",
        (".json",),
        "a list of objects with start, end and label",
        segments_json.looks_segments,
        segments_json.read_segments,
    ),
    Format(
        "csv",
        "timeline",
        (".csv", ".tsv", ".txt"),
        "a table with start, end and label; comma, semicolon or tab separated",
        delimited.looks_delimited,
        delimited.read_delimited,
    ),
    Format(
        "vtt",
        "transcript",
        (".vtt",),
        "WebVTT, with voice tags or names; Zoom, Teams, Meet",
        cues.looks_vtt,
        cues.read_vtt_transcript,
    ),
    Format(
        "srt",
        "transcript",
        (".srt",),
        "SubRip subtitles; Otter, YouTube",
        cues.looks_srt,
        cues.read_srt,
    ),
    Format(
        "elan",
        "transcript",
        (".eaf",),
        "ELAN: a tier per speaker",
        elan.looks_eaf,
        elan.read_eaf_transcript,
    ),
    Format(
        "json",
        "transcript",
        (".json",),
        "JSON of meeting recorders and speech recognisers",
        meetings.looks_meeting,
        meetings.read_meeting,
    ),
)


def _of(holds: Holds) -> tuple[Format, ...]:
    return tuple(one for one in FORMATS if one.holds == holds)


def format_named(name: str, holds: Holds) -> Format:
    """The format with a name.

    Raises
    ------
    UsageError
        If there is none that holds this.
    """
    for one in _of(holds):
        if one.name == name:
            return one
    names = ", ".join(one.name for one in _of(holds))
    raise UsageError(f'There is no {holds} format "{name}".', f"Known are {names}.")


def infer_format(file: TextFile, holds: Holds) -> Format:
    """Find the format of a file by its content.

    Raises
    ------
    InputError
        If no format fits.
    """
    for one in _of(holds):
        if one.fits(file):
            return one
    if file.suffix == ".json" or file.text.lstrip()[:1] in ("{", "["):
        file.json  # noqa: B018  names the line where it is no JSON at all
    known = "; ".join(f"{one.name} ({one.meaning})" for one in _of(holds))
    other: Holds = "transcript" if holds == "timeline" else "timeline"
    swapped = next((one for one in _of(other) if one.fits(file)), None)
    hint = f"Known are {known}."
    if swapped:
        hint = f"It looks like a {other}: give it with --{other}. {hint}"
    first = next(line for line in file.text.splitlines() if line.strip())[:60]
    raise InputError(f'{file.name}: no {holds} format fits; it begins with "{first}".', hint)


def read_rows(file: TextFile, holds: Holds, options: Options, name: str = "") -> Found:
    """Read the rows of a file.

    Parameters
    ----------
    file : TextFile
        The file.
    holds : {"timeline", "transcript"}
        What to look for in it.
    options : Options
        What the user says about it.
    name : str
        Name of the format; "" to infer it.

    Returns
    -------
    Found
        Rows as written, with every fault met so far.

    Raises
    ------
    UsageError, InputError
        If there is no such format, or none fits.
    """
    one = format_named(name, holds) if name else infer_format(file, holds)
    found = Found(file, Faults(file), format=one.name)
    if one.name in ("json", "boris"):
        file.json  # noqa: B018  names the line where it is no JSON at all
    one.read(file, options, found)
    if not found.rows and not found.faults.errors:
        found.faults.error(0, f"no rows in it; expected a {holds} ({one.meaning})")
    return found
