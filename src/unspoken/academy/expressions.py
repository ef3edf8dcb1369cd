"""What is shown: the seven expressions as amplitudes of action units, and movements of one region.

An amplitude of 1.0 is the full displacement of the AU basis. Every combination satisfies the
prototype of its emotion in `unspoken.facs.prototypes`, with the units it calls weak drawn weakly;
the amplitudes make each of them plain at full strength on the academy's synthetic faces. They are
the academy's own choice, not a statement about how strongly people move.
"""

from __future__ import annotations

from dataclasses import dataclass

from unspoken.facs.prototypes import EMOTIONS, unit_keys

__all__ = ["ANSWERS", "EXPRESSIONS", "NONE", "REGIONS", "REGION_MOVES", "Expression", "spread"]

NONE = "none"
#: What can be answered when an expression is to be named; "none" is always offered.
ANSWERS: tuple[str, ...] = (*EMOTIONS, NONE)
#: Where something can have happened when it is to be spotted.
REGIONS: tuple[str, ...] = ("brow", "eye", "nose", "mouth")


@dataclass(frozen=True)
class Expression:
    """One way an emotion can look.

    Parameters
    ----------
    emotion : str
    units : dict of int to float
        FACS number and amplitude.
    one_sided : bool
        Shown on the left or the right side only.
    """

    emotion: str
    units: dict[int, float]
    one_sided: bool = False


EXPRESSIONS: dict[str, tuple[Expression, ...]] = {
    "happiness": (
        Expression("happiness", {6: 0.9, 12: 0.9}),
        Expression("happiness", {6: 0.8, 12: 1.0, 25: 1.0, 26: 0.25}),
    ),
    "surprise": (
        Expression("surprise", {1: 1.0, 2: 1.0, 5: 0.3, 25: 0.5, 26: 0.45}),
        Expression("surprise", {1: 1.0, 2: 1.0, 5: 0.3, 25: 0.7, 26: 0.65}),
    ),
    "fear": (
        Expression("fear", {1: 1.0, 2: 0.6, 4: 0.7, 5: 1.0, 7: 0.4, 20: 0.9, 25: 0.5}),
        Expression("fear", {1: 1.0, 2: 0.5, 4: 0.8, 5: 1.0, 7: 0.5, 20: 1.0, 25: 0.55, 26: 0.12}),
    ),
    "anger": (
        Expression("anger", {4: 1.0, 5: 0.6, 7: 0.9, 24: 0.9}),
        Expression("anger", {4: 1.0, 5: 0.5, 7: 1.0, 17: 0.5, 24: 0.8}),
    ),
    "disgust": (
        Expression("disgust", {9: 1.0, 10: 0.5, 17: 0.4}),
        Expression("disgust", {10: 1.0, 15: 0.3, 17: 0.5}),
    ),
    "sadness": (
        Expression("sadness", {1: 1.0, 4: 0.7, 15: 0.9, 17: 0.4}),
        Expression("sadness", {1: 1.0, 4: 0.6, 15: 1.0}),
    ),
    "contempt": (
        Expression("contempt", {14: 1.0}, one_sided=True),
        Expression("contempt", {12: 0.6, 14: 0.5}, one_sided=True),
    ),
}

#: Movements of one region for the spotting drill.
REGION_MOVES: dict[str, tuple[dict[int, float], ...]] = {
    "brow": ({4: 0.8}, {1: 0.8, 2: 0.8}, {1: 0.9}),
    "eye": ({5: 0.9}, {7: 0.9}),
    "nose": ({9: 0.8},),
    "mouth": ({12: 0.6}, {15: 0.8}, {17: 0.8}, {24: 0.9}, {14: 0.9}),
}


def spread(units: dict[int, float], strength: float = 1.0, side: str = "") -> dict[str, float]:
    """Amplitudes by key of `unspoken.facs.units.UNIT_KEYS`.

    Parameters
    ----------
    units : dict of int to float
        FACS number and amplitude.
    strength : float
        Factor on all amplitudes.
    side : {"", "L", "R"}
        Keep only this side of paired units; "" keeps both.

    Returns
    -------
    dict of str to float
        Units this package does not measure are left out.
    """
    keys = {key: amplitude for code, amplitude in units.items() for key in unit_keys(code)}
    return {
        key: round(amplitude * strength, 4)
        for key, amplitude in keys.items()
        if not side or key[-1] not in "LR" or key.endswith(side)
    }
