"""Moments and minutes by customer and level: what all rates and comparisons are made from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["Counts"]


@dataclass(frozen=True)
class Counts:
    """One grouping of the measured time.

    Parameters
    ----------
    grouping : str
        What the levels are: "step", "product", "segment" ...
    levels : tuple of str
        Names, in the order in which they are shown.
    measures : tuple of str
        What is counted: "confusion", "micro", "AU4" ...
    customers : tuple of str
        Pseudonyms.
    moments : ndarray, shape (measures, customers, levels)
        Moments.
    minutes : ndarray, shape (customers, levels)
        Time with usable evidence of the face, minutes.
    exposed : ndarray, shape (measures, customers, levels)
        Exposure: the part of it in which the measure could have been seen, minutes.
    interactions : ndarray of int, shape (levels,)
        Interactions with exposure in the level.
    notes : tuple of str
        What was left out of the levels, in plain sentences.
    """

    grouping: str
    levels: tuple[str, ...]
    measures: tuple[str, ...]
    customers: tuple[str, ...]
    moments: NDArray[np.float64]
    minutes: NDArray[np.float64]
    exposed: NDArray[np.float64]
    interactions: NDArray[np.int64]
    notes: tuple[str, ...] = ()

    def customers_in(self, levels: list[int]) -> int:
        """Customers with exposure in any of some levels."""
        return int((self.minutes[:, levels].sum(axis=1) > 0.0).sum())

    def only(self, levels: list[int]) -> Counts:
        """The same counts without the other levels."""
        return replace(
            self,
            levels=tuple(self.levels[i] for i in levels),
            moments=self.moments[:, :, levels],
            minutes=self.minutes[:, levels],
            exposed=self.exposed[:, :, levels],
            interactions=self.interactions[levels],
        )
