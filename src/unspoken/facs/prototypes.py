"""Which action units emotions are commonly shown with, as data.

These are descriptions from the literature, not rules of nature: the same unit occurs with many
emotions and most expressions people make match no prototype (Barrett et al. 2019,
doi 10.1177/1529100619832930). Whoever uses the table must be able to abstain.

Source: Ekman, Friesen & Hager 2002, FACS Investigator's Guide, emotion prototypes and variants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from unspoken.facs.units import ACTION_UNITS

__all__ = ["EMOTIONS", "PROTOTYPES", "Emotion", "Prototype", "unit_keys"]

Emotion = Literal["happiness", "surprise", "fear", "anger", "disgust", "sadness", "contempt"]
EMOTIONS: tuple[Emotion, ...] = (
    "happiness",
    "surprise",
    "fear",
    "anger",
    "disgust",
    "sadness",
    "contempt",
)


@dataclass(frozen=True, slots=True)
class Prototype:
    """One combination of action units an emotion is commonly shown with.

    Parameters
    ----------
    emotion : Emotion
        What the combination is consistent with.
    core : tuple of int
        FACS numbers that make the prototype.
    alternatives : tuple of tuple of int
        From each inner tuple at least one unit belongs to it (23 or 24).
    variants : tuple of int
        Units that may join.
    weak : tuple of int
        Units of the core that stay slight, FACS intensity B.
    one_sided : bool
        Whether it is typically on one side only.
    note : str
        What else is worth knowing.
    """

    emotion: Emotion
    core: tuple[int, ...]
    alternatives: tuple[tuple[int, ...], ...] = ()
    variants: tuple[int, ...] = ()
    weak: tuple[int, ...] = ()
    one_sided: bool = False
    note: str = ""


PROTOTYPES: tuple[Prototype, ...] = (
    Prototype("happiness", (6, 12), note="AU12 without AU6 is a social smile"),
    Prototype("surprise", (1, 2, 5), alternatives=((26, 27),), weak=(5,)),
    Prototype("fear", (1, 2, 4, 5, 7, 20), alternatives=((25, 26),)),
    Prototype("anger", (4, 5, 7), alternatives=((23, 24),), variants=(10, 17, 22, 25, 26)),
    Prototype("disgust", (), alternatives=((9, 10),), variants=(15, 16, 17)),
    Prototype("sadness", (1, 4, 15), variants=(11, 17)),
    Prototype("contempt", (), alternatives=((12, 14),), one_sided=True),
)

_STANDS_FOR: dict[int, tuple[str, ...]] = {
    code: unit.keys for unit in ACTION_UNITS for code in (unit.code, *unit.also)
}


def unit_keys(code: int) -> tuple[str, ...]:
    """Keys of `unspoken.facs.units.UNIT_KEYS` in which a FACS number shows.

    Returns
    -------
    tuple of str
        ``("AU4L", "AU4R")`` for 4, ``("AU24",)`` for 23 (measured together with 24), empty for a
        unit this package does not measure (11, 13).
    """
    return _STANDS_FOR.get(code, ())
