"""Groups of fewer than five customers are not shown, nor can they be had by subtraction.

A group that is too small is left out. If the groups left out hold fewer than five customers
together, whoever knows the total could subtract what is shown and have them after all; then the
smallest shown groups are left out too, until what is hidden covers at least five customers.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from unspoken.insight.contrasts import LEAST_CUSTOMERS
from unspoken.insight.counts import Counts

__all__ = ["hide_small_groups"]


def hide_small_groups(counts: Counts) -> Counts:
    """Leave out levels with fewer than five customers, and what would give them away.

    Parameters
    ----------
    counts : Counts
        Of one grouping.

    Returns
    -------
    Counts
        Without those levels; a note says how many were hidden, not which.
    """
    sizes = (counts.minutes > 0.0).sum(axis=0)
    hidden = [int(i) for i in np.flatnonzero(sizes < LEAST_CUSTOMERS)]
    small = len(hidden)
    if not hidden:
        return counts
    shown = sorted(set(range(len(counts.levels))) - set(hidden), key=lambda i: (sizes[i], i))
    while shown and counts.customers_in(hidden) < LEAST_CUSTOMERS:
        hidden.append(shown.pop(0))
    note = (
        f"{small} of {len(counts.levels)} groups have fewer than {LEAST_CUSTOMERS} customers "
        "and are not shown"
    )
    if len(hidden) > small:
        note += (
            f"; {len(hidden) - small} more left out, because the small ones could otherwise be "
            "had by subtraction"
        )
    kept = counts.only(sorted(shown))
    return replace(kept, notes=(*counts.notes, note + "."))
