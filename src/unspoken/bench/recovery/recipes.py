"""What is planted: single action units, one-sided ones, and the emotion prototypes.

Within a recipe every unit moves the skin about as far as every other, whatever the basis' full
displacement of each is: an amplitude that is the same for all would let the jaw (1.1 ICD) drown the
upper lid (0.1 ICD). AU5 in surprise stays weak, as its prototype says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from unspoken.errors import UsageError
from unspoken.facs.basis import load_basis
from unspoken.facs.prototypes import PROTOTYPES, Prototype, unit_keys
from unspoken.facs.units import ACTION_UNITS, unit_of

__all__ = ["FAMILIES", "Part", "Recipe", "choose_recipes", "part_of", "recipes"]

Family = Literal["single", "one-sided", "prototype"]
FAMILIES: tuple[Family, ...] = ("single", "one-sided", "prototype")
#: Which part of the face a recipe moves.
Part = Literal["upper", "lower", "both"]

#: Units that are planted alone. Blinks are found by other means; 16, 18, 22, 25, 26 and 28 alone
#: are what talking does.
_SINGLE = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 17, 20, 24)
_ONE_SIDED = (1, 2, 4, 10, 12, 14, 15, 20)
#: Share of the others' displacement: AU5 in surprise is weak.
_WEAK: dict[tuple[str, int], float] = {("surprise", 5): 0.5}
_UPPER = {"brow", "eye"}


@dataclass(frozen=True, slots=True)
class Recipe:
    """A mix of action units.

    Parameters
    ----------
    name : str
        ``AU4``, ``AU12L``, ``happiness``, ``contempt 14R`` ...
    family : Family
        Which kind of mix.
    units : dict of str to float
        Keys of `unspoken.facs.units.UNIT_KEYS` and their amplitudes relative to each other.
    """

    name: str
    family: Family
    units: dict[str, float]

    @property
    def part(self) -> Part:
        """Which part of the face moves."""
        return part_of(self.units)


def part_of(units: dict[str, float]) -> Part:
    """Upper face (brows, eyes), lower face (nose, mouth, jaw) or both."""
    upper = {unit_of(key)[0].region in _UPPER for key in units}
    if len(upper) > 1:
        return "both"
    return "upper" if upper == {True} else "lower"


def _mix(shares: dict[str, float]) -> dict[str, float]:
    """Amplitudes under which every unit's own largest displacement follows its share."""
    basis = load_basis()
    return {key: round(share / basis.peak(key), 6) for key, share in shares.items()}


def _single() -> list[Recipe]:
    keys = {unit.code: unit.keys for unit in ACTION_UNITS}
    both = [Recipe(f"AU{c}", "single", _mix(dict.fromkeys(keys[c], 1.0))) for c in _SINGLE]
    one = [
        Recipe(f"AU{c}{side}", "one-sided", _mix({f"AU{c}{side}": 1.0}))
        for c in _ONE_SIDED
        for side in "LR"
    ]
    return both + one


def _of_prototype(prototype: Prototype) -> list[Recipe]:
    """One recipe for every choice among its alternatives, and side where it is one-sided."""
    found = []
    choices = prototype.alternatives[0] if prototype.alternatives else (None,)
    several = len({unit_keys(c)[:1] for c in choices if c is not None}) > 1
    seen: set[tuple[str, ...]] = set()
    for choice in choices:
        codes = [*prototype.core, *([] if choice is None else [choice])]
        shares = {
            key: _WEAK.get((prototype.emotion, code), 1.0)
            for code in codes
            for key in unit_keys(code)
        }
        # 26 and 27, 23 and 24 are measured as one unit: planting both would be planting one twice.
        if tuple(shares) in seen:
            continue
        seen.add(tuple(shares))
        name = f"{prototype.emotion} {choice}" if several else prototype.emotion
        if not prototype.one_sided:
            found.append(Recipe(name, "prototype", _mix(shares)))
            continue
        for side in "LR":
            half = {key: share for key, share in shares.items() if key.endswith(side)}
            found.append(Recipe(f"{name}{side}", "prototype", _mix(half)))
    return found


@cache
def recipes() -> dict[str, Recipe]:
    """All recipes by name, in a fixed order."""
    every = _single() + [r for prototype in PROTOTYPES for r in _of_prototype(prototype)]
    return {recipe.name: recipe for recipe in every}


def choose_recipes(names: list[str] | None) -> tuple[str, ...]:
    """Names of recipes from names or families; all of them for None or an empty list.

    Raises
    ------
    UsageError
        Naming what is known, when a name is not.
    """
    known = recipes()
    if not names:
        return tuple(known)
    chosen: dict[str, None] = {}
    for name in names:
        hits = [r.name for r in known.values() if name in (r.name, r.family)]
        if not hits:
            raise UsageError(
                f"There is nothing called {name!r} to plant.",
                f"Known are the families {', '.join(FAMILIES)}, and: {', '.join(known)}.",
            )
        chosen.update(dict.fromkeys(hits))
    return tuple(chosen)
