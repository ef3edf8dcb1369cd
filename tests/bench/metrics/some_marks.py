"""Movements written down by their frames, for tests worked by hand and by chance."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from unspoken.bench.metrics import Counts, Mark


def mark(onset: int, offset: int, kind: str = "micro", apex: int | None = None) -> Mark:
    """A movement at 10 frames a second, so that frames and tenths of a second agree."""
    apex_s = math.nan if apex is None else apex / 10
    return Mark(kind, onset, offset, onset / 10, offset / 10, apex, apex_s)


def marks(*bounds: tuple[int, int], kind: str = "micro") -> tuple[Mark, ...]:
    return tuple(mark(*bound, kind) for bound in bounds)


bounds = st.tuples(st.integers(0, 40), st.integers(0, 15)).map(lambda t: (t[0], t[0] + t[1]))
some_marks = st.lists(bounds, max_size=7).map(lambda items: marks(*items))
counts = st.builds(Counts, *[st.integers(0, 1000)] * 3)
thresholds = st.sampled_from([0.1, 0.2, 0.34, 0.5, 0.75, 1.0])
