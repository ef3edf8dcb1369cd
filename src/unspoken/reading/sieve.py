"""Which events a rule can apply to at all, asked of all events of a face at once.

A sieve never decides: what it lets through still has to answer every question of the rule, and what
it holds back would have failed one of them. It only spares asking each event about each rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from unspoken.reading.rules import Condition

__all__ = ["Sieve"]

Flags = NDArray[np.bool_]


class Sieve:
    """What rules ask most, as one array for each question.

    Parameters
    ----------
    micro : sequence of bool
        Micro, not macro; one for each event, as all that follow.
    codes : sequence of set of int
        FACS numbers of the event.
    rarity, length_s : sequence of float
        Against the person's baseline, and from onset to offset in seconds.
    chances : callable
        Name of a reading to its probability in every event.
    """

    def __init__(
        self,
        micro: Sequence[bool],
        codes: Sequence[frozenset[int]],
        rarity: Sequence[float],
        length_s: Sequence[float],
        chances: Callable[[str], Sequence[float]],
    ) -> None:
        self._micro = np.array(micro, dtype=np.bool_)
        # FACS numbers are below 64, so a set of them is one whole number.
        bits = [sum(1 << code for code in found) for found in codes]
        self._units = np.array(bits, dtype=np.uint64)
        self._rarity = np.array(rarity, dtype=np.float64)
        self._length_s = np.array(length_s, dtype=np.float64)
        self._chances = chances
        self._known: dict[str, NDArray[np.float64]] = {}

    def passing(self, condition: Condition) -> Flags:
        """Events that the condition may hold for, shape (n,)."""
        passing = self._units_pass(condition)
        if condition.kind is not None:
            passing &= self._micro == (condition.kind == "micro")
        if condition.rarity is not None:
            passing &= self._rarity >= condition.rarity
        if condition.duration_min_s is not None:
            passing &= self._length_s >= condition.duration_min_s
        if condition.duration_max_s is not None:
            passing &= self._length_s <= condition.duration_max_s
        if condition.reading:
            likely = [self._chance(name) >= least for name, least in condition.reading.items()]
            passing &= np.logical_or.reduce(likely)
        return passing

    def _units_pass(self, condition: Condition) -> Flags:
        every, some, none = (
            np.uint64(sum(1 << code for code in set(units)))
            for units in (condition.units_all, condition.units_any, condition.units_none)
        )
        nothing = np.uint64(0)
        passing: Flags = ((self._units & every) == every) & ((self._units & none) == nothing)
        if some:
            passing &= (self._units & some) != nothing
        return passing

    def _chance(self, name: str) -> NDArray[np.float64]:
        if name not in self._known:
            self._known[name] = np.array(self._chances(name), dtype=np.float64)
        return self._known[name]
