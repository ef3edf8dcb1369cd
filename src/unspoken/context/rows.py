"""Rows as readers find them, before their clock is known."""

from __future__ import annotations

from dataclasses import dataclass, field

from unspoken.context.clock import Stamp
from unspoken.context.faults import Faults, Where
from unspoken.context.textfile import TextFile

__all__ = ["Found", "Options", "Row"]


@dataclass(frozen=True, slots=True)
class Options:
    """What the user says about a file.

    Parameters
    ----------
    unit : str
        What bare numbers count: a key of `unspoken.context.clock.UNITS_S`; "" for what the file
        says, or seconds.
    recording_start : str
        Date and time of day at second 0 of the recording, for files that write those.
    kind : str
        Kind of segments where the file does not say.
    tiers : tuple of str
        ELAN tiers to take; empty for all.
    observation : str
        BORIS observation to take; "" for the only one.
    """

    unit: str = ""
    recording_start: str = ""
    kind: str = "step"
    tiers: tuple[str, ...] = ()
    observation: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file.

    Parameters
    ----------
    where : int or tuple
        Line, or place in a JSON document.
    start : Stamp
        As written.
    end : Stamp or None
        None where the file gives no end.
    text : str
        Label of a segment, words of an utterance.
    kind : str
        Kind of a segment; "" where the file does not say.
    name : str
        Its id in the file; "" where it has none.
    speaker : str
        Who speaks.
    tags : dict of str to str
        Everything else the row says.
    point : bool
        Whether the row means an instant, so that a missing end is none.
    """

    where: Where
    start: Stamp
    end: Stamp | None
    text: str
    kind: str = ""
    name: str = ""
    speaker: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    point: bool = False


@dataclass
class Found:
    """What a reader found in a file.

    Parameters
    ----------
    file : TextFile
        The file.
    faults : Faults
        What is odd about it; readers add to it and go on.
    rows : list of Row
        In the order of the file.
    unit : str
        What bare numbers count by the file's own word; "" when it does not say.
    language : str
        BCP 47 tag the file gives; "" when it gives none.
    format : str
        Name of the format it was read as.
    """

    file: TextFile
    faults: Faults
    rows: list[Row] = field(default_factory=list)
    unit: str = ""
    language: str = ""
    format: str = ""
