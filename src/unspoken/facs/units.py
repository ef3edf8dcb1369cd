"""The action units Unspoken measures: code, name, muscle, region, sides.

``L`` and ``R`` are the person's own left and right (FACS), so in an unmirrored picture ``L`` is on
the right-hand side. The order of :data:`UNIT_KEYS` is the order of every amplitude array in the
package and of the columns of ``signals.parquet``.

Source: Ekman, Friesen & Hager 2002, Facial Action Coding System (names and muscles).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["ACTION_UNITS", "UNIT_INDEX", "UNIT_KEYS", "ActionUnit", "Region", "Side", "unit_of"]

Region = Literal["brow", "eye", "nose", "mouth", "jaw"]
Side = Literal["L", "R", ""]


@dataclass(frozen=True, slots=True)
class ActionUnit:
    """One FACS action unit as this package measures it.

    Parameters
    ----------
    code : int
        FACS number.
    name, muscle : str
        FACS name and the muscle that makes the movement.
    region : {"brow", "eye", "nose", "mouth", "jaw"}
        Where on the face it shows most.
    paired : bool
        Whether left and right are measured apart.
    also : tuple of int
        FACS numbers the same movement cannot be told from here (AU26 stands for 26 and 27).
    """

    code: int
    name: str
    muscle: str
    region: Region
    paired: bool
    also: tuple[int, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Column keys: ``("AU4L", "AU4R")`` for a paired unit, ``("AU17",)`` otherwise."""
        return (f"AU{self.code}L", f"AU{self.code}R") if self.paired else (f"AU{self.code}",)


ACTION_UNITS: tuple[ActionUnit, ...] = (
    ActionUnit(1, "inner brow raiser", "frontalis, pars medialis", "brow", True),
    ActionUnit(2, "outer brow raiser", "frontalis, pars lateralis", "brow", True),
    ActionUnit(4, "brow lowerer", "corrugator supercilii, depressor supercilii", "brow", True),
    ActionUnit(5, "upper lid raiser", "levator palpebrae superioris", "eye", True),
    ActionUnit(6, "cheek raiser", "orbicularis oculi, pars orbitalis", "eye", True),
    ActionUnit(7, "lid tightener", "orbicularis oculi, pars palpebralis", "eye", True),
    ActionUnit(9, "nose wrinkler", "levator labii superioris alaeque nasi", "nose", True),
    ActionUnit(10, "upper lip raiser", "levator labii superioris", "mouth", True),
    ActionUnit(12, "lip corner puller", "zygomaticus major", "mouth", True),
    ActionUnit(14, "dimpler", "buccinator", "mouth", True),
    ActionUnit(15, "lip corner depressor", "depressor anguli oris", "mouth", True),
    ActionUnit(16, "lower lip depressor", "depressor labii inferioris", "mouth", True),
    ActionUnit(17, "chin raiser", "mentalis", "mouth", False),
    ActionUnit(18, "lip pucker", "incisivii labii", "mouth", False),
    ActionUnit(20, "lip stretcher", "risorius", "mouth", True),
    ActionUnit(22, "lip funneler", "orbicularis oris", "mouth", False),
    ActionUnit(24, "lip presser", "orbicularis oris", "mouth", False, also=(23,)),
    ActionUnit(25, "lips part", "depressor labii, relaxed mentalis", "mouth", False),
    ActionUnit(26, "jaw drop", "relaxed masseter", "jaw", False, also=(27,)),
    ActionUnit(28, "lip suck", "orbicularis oris", "mouth", False),
    ActionUnit(45, "blink", "relaxed levator palpebrae, orbicularis oculi", "eye", True),
)

UNIT_KEYS: tuple[str, ...] = tuple(key for unit in ACTION_UNITS for key in unit.keys)
UNIT_INDEX: dict[str, int] = {key: index for index, key in enumerate(UNIT_KEYS)}
_SIDES: dict[bool, tuple[Side, ...]] = {True: ("L", "R"), False: ("",)}
_BY_KEY: dict[str, tuple[ActionUnit, Side]] = {
    key: (unit, side)
    for unit in ACTION_UNITS
    for key, side in zip(unit.keys, _SIDES[unit.paired], strict=True)
}


def unit_of(key: str) -> tuple[ActionUnit, Side]:
    """The action unit and side behind a column key.

    Raises
    ------
    KeyError
        If the key is not one of :data:`UNIT_KEYS`.
    """
    return _BY_KEY[key]
