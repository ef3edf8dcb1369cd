"""What there is to export of one result: analysis, context, and moments where they exist."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from unspoken.analysis import Analysis
from unspoken.context.record import Context
from unspoken.interaction import MomentsFile
from unspoken.reading.moments import Moment

__all__ = ["Material", "lanes", "load_material"]

T = TypeVar("T")


@dataclass(frozen=True)
class Material:
    """One result with everything beside it.

    Parameters
    ----------
    analysis : Analysis
    context : Context
        Empty when there is none.
    moments : tuple of Moment
        Empty when none were read.
    """

    analysis: Analysis
    context: Context = field(default_factory=Context)
    moments: tuple[Moment, ...] = ()


def load_material(folder: str | Path) -> Material:
    """Read what is in the folder of a result; context and moments may be missing.

    Raises
    ------
    SourceNotFound, InputError
        If there is no analysis, or a file is broken or newer than this program.
    """
    analysis = Analysis.load(folder)
    assert analysis.folder is not None
    read = MomentsFile.load(analysis.folder)
    moments = () if read is None else read.moments
    return Material(analysis, Context.load(analysis.folder), moments)


def lanes(spans: Iterable[tuple[float, float, T]]) -> Sequence[list[tuple[float, float, T]]]:
    """Put spans into as few lanes as needed for none of a lane to overlap.

    Parameters
    ----------
    spans : iterable of (start, end, anything)
        Any order; touching is not overlapping.

    Returns
    -------
    list of list
        Lanes in order of use, each in order of start; empty without spans.
    """
    found: list[list[tuple[float, float, T]]] = []
    for span in sorted(spans, key=lambda s: (s[0], s[1])):
        lane = next((one for one in found if one[-1][1] <= span[0]), None)
        if lane is None:
            found.append([span])
        else:
            lane.append(span)
    return found
