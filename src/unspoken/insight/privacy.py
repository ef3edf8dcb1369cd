"""Groups of fewer than five customers are not shown, nor can they be had by subtraction.

A group that is too small is left out. If the groups left out hold fewer than five customers
together, whoever knows the total could subtract what is shown and have them after all; then the
smallest shown groups are left out too, until what is hidden covers at least five customers. The
same holds for a single measure that a hand before the face hid from all but a few.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from unspoken.insight.contrasts import LEAST_CUSTOMERS
from unspoken.insight.counts import Counts

__all__ = ["hide_small_groups", "hide_small_measures"]


def hide_small_groups(counts: Counts) -> Counts:
    """Leave out levels with fewer than five customers, and what would give them away.

    Parameters
    ----------
    counts : Counts
        Of one grouping.

    Returns
    -------
    Counts
        Without those levels; a note says how many were hidden, not which. Measures that could be
        seen of fewer than five customers have no exposure in the rest (`hide_small_measures`).
    """
    seen = counts.minutes > 0.0
    small, hidden = _to_hide(seen, empty=True)
    if not hidden:
        return hide_small_measures(counts)
    note = (
        f"{small} of {len(counts.levels)} groups have fewer than {LEAST_CUSTOMERS} customers "
        "and are not shown"
    )
    if len(hidden) > small:
        note += (
            f"; {len(hidden) - small} more left out, because the small ones could otherwise be "
            "had by subtraction"
        )
    kept = counts.only([i for i in range(len(counts.levels)) if i not in hidden])
    return hide_small_measures(replace(kept, notes=(*counts.notes, note + ".")))


def hide_small_measures(counts: Counts) -> Counts:
    """Take exposure and moments from measures that could be seen of one to four customers.

    Parameters
    ----------
    counts : Counts
        Of one grouping.

    Returns
    -------
    Counts
        With a note where anything was hidden.
    """
    moments, exposed = counts.moments.copy(), counts.exposed.copy()
    named = []
    for i, measure in enumerate(counts.measures):
        _, hidden = _to_hide(exposed[i] > 0.0, empty=False)
        moments[i][:, hidden] = exposed[i][:, hidden] = 0.0
        named += [measure] if hidden else []
    if not named:
        return counts
    note = (
        f"Hands hid it from all but one to {LEAST_CUSTOMERS - 1} customers in some groups, so it "
        f"is not shown there, nor where these could be had by subtraction: {', '.join(named)}."
    )
    return replace(counts, moments=moments, exposed=exposed, notes=(*counts.notes, note))


def _to_hide(seen: NDArray[np.bool_], *, empty: bool) -> tuple[int, list[int]]:
    """How many levels are too small, and which to hide so that nobody can have them.

    Parameters
    ----------
    seen : ndarray of bool, shape (customers, levels)
        Who is in which level.
    empty : bool
        Whether a level of nobody is too small.
    """
    sizes = seen.sum(axis=0)
    some = np.ones(sizes.size, np.bool_) if empty else sizes > 0
    hidden = [int(i) for i in np.flatnonzero(some & (sizes < LEAST_CUSTOMERS))]
    small = len(hidden)
    shown = sorted(
        (int(i) for i in np.flatnonzero(some) if int(i) not in hidden),
        key=lambda i: (sizes[i], i),
    )
    while small and shown and seen[:, hidden].any(axis=1).sum() < LEAST_CUSTOMERS:
        hidden.append(shown.pop(0))
    return small, hidden
