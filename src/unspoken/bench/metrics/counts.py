"""Hits, false alarms and misses, and the ratios made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Counts"]


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts that may be added up over videos, subjects and kinds; ratios come last.

    Parameters
    ----------
    tp, fp, fn : int
        True positives (hits), false positives (false alarms), false negatives (misses).

    Raises
    ------
    ValueError
        For a negative count.
    """

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __post_init__(self) -> None:
        if min(self.tp, self.fp, self.fn) < 0:
            raise ValueError(f"counts cannot be negative, got {self}")

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @classmethod
    def total(cls, parts: Iterable[Counts]) -> Counts:
        """Sum of counts; all zero for no parts."""
        return sum(parts, cls())

    @property
    def truths(self) -> int:
        """What was there to be found."""
        return self.tp + self.fn

    @property
    def found(self) -> int:
        """What was reported."""
        return self.tp + self.fp

    @property
    def precision(self) -> float:
        """``TP / (TP + FP)``; NaN when nothing was reported."""
        return self.tp / self.found if self.found else float("nan")

    @property
    def recall(self) -> float:
        """``TP / (TP + FN)``; NaN when there was nothing to find."""
        return self.tp / self.truths if self.truths else float("nan")

    @property
    def f1(self) -> float:
        """``2 TP / (2 TP + FP + FN)``.

        NaN when there was nothing to find and nothing was reported; 0 when all was missed or all
        was false, also where precision or recall alone are NaN.
        """
        whole = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / whole if whole else float("nan")
