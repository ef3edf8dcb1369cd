"""Which answer belongs to which truth: one to one, as many pairs as possible.

A greedy rule (take the pair that overlaps most, then the next) can lose hits: when one answer
overlaps two truths, and the truth it overlaps most has another answer of its own, the second truth
goes without. The score then depends on an accident. So the assignment is solved exactly: the
largest number of pairs; among those, the largest sum of overlaps (Kuhn 1955, doi
10.1002/nav.3800020109; the solver is SciPy's, Crouse 2016, doi 10.1109/TAES.2016.140952). Above 0.5
an answer cannot pass with two truths that are apart in time, and both rules find the same number;
at 0.5 and below they may not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from unspoken.bench.metrics.marks import Mark, frame_iou

__all__ = ["Match", "Overlap", "greedy_match", "match"]

#: Overlaps of seconds are rounded numbers: so little may be missing.
_ROUNDING = 1e-9

#: Gives 0.0 to 1.0 for two marks: `frame_iou` or `time_iou`.
Overlap = Callable[[Mark, Mark], float]


@dataclass(frozen=True, slots=True)
class Match:
    """A truth, the answer that found it, and their overlap (0..1)."""

    truth: Mark
    found: Mark
    iou: float


def match(
    truths: Sequence[Mark],
    found: Sequence[Mark],
    threshold: float = 0.5,
    overlap: Overlap = frame_iou,
) -> tuple[Match, ...]:
    """Pair truths with answers, one to one, as many as possible.

    Marks of all kinds are paired; whoever wants kinds apart passes one kind at a time.

    Parameters
    ----------
    truths, found : sequence of Mark
        Of one face in one video; their order does not matter.
    threshold : float
        Least overlap of a pair, more than 0, at most 1; reaching it is enough.
    overlap : callable
        `frame_iou` or `time_iou`.

    Returns
    -------
    tuple of Match
        In order of the truth's time; empty when one side is.

    Raises
    ------
    ValueError
        If the threshold lies outside 0..1 or is 0: touching nothing is no hit.
    """
    first, second, ious = _overlaps(truths, found, threshold, overlap)
    allowed = ious >= threshold - _ROUNDING
    # A pair counts more than all overlaps together, so the number of pairs decides first.
    value = np.where(allowed, min(ious.shape) + 1.0 + ious, 0.0)
    rows, columns = linear_sum_assignment(value, maximize=True)
    return tuple(
        Match(first[i], second[j], float(ious[i, j]))
        for i, j in zip(rows, columns, strict=True)
        if allowed[i, j]
    )


def greedy_match(
    truths: Sequence[Mark],
    found: Sequence[Mark],
    threshold: float = 0.5,
    overlap: Overlap = frame_iou,
) -> tuple[Match, ...]:
    """Pair the most overlapping truth and answer, then the next, and so on.

    Only for comparison with results that were scored like this; `match` finds at least as many.
    Parameters, result and errors as in `match`.
    """
    first, second, ious = _overlaps(truths, found, threshold, overlap)
    pairs = sorted(
        (
            (-float(ious[i, j]), int(i), int(j))
            for i, j in np.argwhere(ious >= threshold - _ROUNDING)
        )
    )
    taken: dict[int, Match] = {}
    used: set[int] = set()
    for negative, i, j in pairs:
        if i not in taken and j not in used:
            taken[i] = Match(first[i], second[j], -negative)
            used.add(j)
    return tuple(taken[i] for i in sorted(taken))


def _overlaps(
    truths: Sequence[Mark], found: Sequence[Mark], threshold: float, overlap: Overlap
) -> tuple[list[Mark], list[Mark], NDArray[np.float64]]:
    """Both sides in a fixed order, and every overlap, shape (truths, found)."""
    if not 0.0 < threshold <= 1.0:
        raise ValueError(f"the overlap asked for lies above 0 and up to 1, got {threshold}")
    first, second = sorted(truths, key=Mark.order), sorted(found, key=Mark.order)
    ious = np.array([[overlap(a, b) for b in second] for a in first], dtype=np.float64)
    return first, second, ious.reshape(len(first), len(second))
