"""What a recovery run plants: sizes, lengths and shares, and what of it fits a clip."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from unspoken.bench.recovery.recipes import choose_recipes
from unspoken.errors import UsageError

__all__ = ["QUICK", "Cell", "Grid"]

#: A movement must last for at least this many frames to be in the clip at all.
_LEAST_FRAMES = 2.0
#: From this length on a movement is planted with a hold: people hold macro-expressions.
_HOLD_FROM_S, _HOLD_SHARE = 0.7, 0.3


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One size and length.

    Parameters
    ----------
    duration_s : float
        Onset to offset, seconds.
    peak_icd : float
        Largest displacement, ICD.
    """

    duration_s: float
    peak_icd: float

    @property
    def hold_share(self) -> float:
        """Part of the length at full strength."""
        return _HOLD_SHARE if self.duration_s >= _HOLD_FROM_S else 0.0


@dataclass(frozen=True, slots=True)
class Grid:
    """The grid of a run.

    Parameters
    ----------
    peaks_icd : tuple of float
        Largest displacements of brief movements, ICD.
    micro_s : tuple of float
        Lengths of brief movements, seconds.
    macro_peaks_icd, macro_s : tuple of float
        The same for long ones; may be empty.
    onset_shares : tuple of float
        Parts of the moving time spent rising.
    recipes : tuple of str
        Names of what is planted.
    per_cell : int
        Movements per size, length and clip.
    deviation : tuple of float
        How far the planted person's fields differ from the basis: smallest and largest root mean
        square, parts. Every copy is another person.

    Raises
    ------
    UsageError
        If a value lies outside what can be planted.
    """

    peaks_icd: tuple[float, ...] = (0.01, 0.02, 0.03, 0.04, 0.06, 0.08)
    micro_s: tuple[float, ...] = (0.08, 0.2, 0.33, 0.5)
    macro_peaks_icd: tuple[float, ...] = (0.04, 0.08)
    macro_s: tuple[float, ...] = (1.0, 2.0)
    onset_shares: tuple[float, ...] = (0.35, 0.5)
    recipes: tuple[str, ...] = ()
    per_cell: int = 2
    deviation: tuple[float, float] = (0.2, 0.3)

    def __post_init__(self) -> None:
        _within("amplitudes", (*self.peaks_icd, *self.macro_peaks_icd), 0.002, 0.3, "ICD")
        _within("durations", (*self.micro_s, *self.macro_s), 0.02, 10.0, "s")
        _within("onset shares", self.onset_shares, 0.1, 0.9, "")
        _within("personal variation", self.deviation, 0.0, 0.6, "")
        if self.per_cell < 1:
            raise UsageError(f"At least one movement per cell is needed, found {self.per_cell}.")
        if not self.cells or not self.onset_shares:
            raise UsageError("The grid is empty: it needs amplitudes, durations and onset shares.")
        object.__setattr__(self, "recipes", choose_recipes(list(self.recipes)))

    def changed(self, **values: Any) -> Grid:
        """The same grid with other values.

        Raises
        ------
        UsageError
            If a value lies outside what can be planted.
        """
        return replace(self, **values)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All sizes and lengths."""
        brief = {Cell(d, p) for d in self.micro_s for p in self.peaks_icd}
        long = {Cell(d, p) for d in self.macro_s for p in self.macro_peaks_icd}
        return tuple(sorted(brief | long))

    def fitting(self, rate_hz: float, longest_s: float) -> tuple[list[Cell], list[str]]:
        """Cells that a clip has room for, and sentences about those it has not.

        Parameters
        ----------
        rate_hz : float
            The clip's frame rate.
        longest_s : float
            Its longest stretch in which something can be planted, seconds.
        """
        fast = [c for c in self.cells if c.duration_s * rate_hz >= _LEAST_FRAMES]
        cells = [c for c in fast if c.duration_s <= longest_s]
        notes = []
        if brief := sorted({c.duration_s for c in self.cells} - {c.duration_s for c in fast}):
            notes.append(
                f"{_seconds(brief)}: shorter than {_LEAST_FRAMES:g} pictures at "
                f"{rate_hz:.3g} pictures a second, so not planted."
            )
        if long := sorted({c.duration_s for c in fast} - {c.duration_s for c in cells}):
            notes.append(
                f"{_seconds(long)}: longer than the longest stretch with a face "
                f"({longest_s:.2f} s, borders left out), so not planted."
            )
        return cells, notes


def _seconds(values: list[float]) -> str:
    word = "Movements of" if len(values) > 0 else ""
    return f"{word} {', '.join(f'{v:g}' for v in values)} s"


def _within(name: str, values: tuple[float, ...], low: float, high: float, unit: str) -> None:
    for value in values:
        if not low <= value <= high:
            raise UsageError(f"The {name} lie between {low:g} and {high:g} {unit}, found {value}.")


QUICK = Grid(
    peaks_icd=(0.03, 0.06),
    micro_s=(0.2, 0.4),
    macro_peaks_icd=(0.06,),
    macro_s=(1.0,),
    onset_shares=(0.4,),
    per_cell=2,
)
"""A small grid that tells whether the bench works, not how good the engine is."""
