"""Hair of the face pack: strands that grow from the scalp, combed, lifted and pulled by gravity.

Every strand is a ribbon in the renderer; here it is a centre line. No style lets hair fall over
the brows, where it would hide what has to be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from face_pack_people import Person
from face_pack_sources import Floats, Ints

__all__ = ["STYLES", "Style", "grow", "hair_mask"]


@dataclass(frozen=True)
class Style:
    """How hair is cut and combed.

    Parameters
    ----------
    count : int
        Strands.
    joints : int
        Points of a strand.
    top, sides : float
        Length on top and at the sides, decimetres.
    lift : float
        How high strands lie above the scalp at the most, decimetres.
    rise : float
        0 leaves the scalp flat, 1 at right angles.
    width : float
        Of a ribbon, decimetres.
    gravity : float
        Pull downwards, in units of the strand's stiffness.
    curl : float
        Random bending, same units.
    comb : str
        Key of `_COMBS`.
    """

    count: int
    joints: int
    top: float
    sides: float
    lift: float
    rise: float
    width: float
    gravity: float
    curl: float
    comb: str


STYLES: dict[str, Style] = {
    "back": Style(3400, 10, 1.5, 1.1, 0.06, 0.45, 0.024, 0.0, 0.07, "back"),
    "bob": Style(5200, 11, 2.0, 1.35, 0.10, 0.45, 0.030, 0.30, 0.03, "parted"),
    "side": Style(3800, 6, 0.50, 0.20, 0.13, 0.7, 0.022, 0.05, 0.12, "parted"),
    "short": Style(4200, 5, 0.32, 0.15, 0.14, 0.75, 0.020, 0.0, 0.18, "quiff"),
    "buzz": Style(5200, 3, 0.055, 0.045, 0.05, 0.85, 0.016, 0.0, 0.2, "down"),
    "afro": Style(6000, 5, 0.30, 0.22, 0.30, 0.8, 0.026, 0.0, 1.25, "out"),
    "ring": Style(3000, 4, 0.16, 0.15, 0.05, 0.5, 0.02, 0.1, 0.2, "down"),
}
_LINE_DEG = (0, 22, 40, 55, 66, 75, 82, 92, 104, 118, 140, 180)
_LINE_Y = (7.90, 7.91, 7.87, 7.75, 7.57, 7.36, 7.22, 7.34, 7.30, 7.05, 6.85, 6.78)


def _soft(x: Floats, width: float) -> Floats:
    t = np.clip(x / width * 0.5 + 0.5, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def hair_mask(style: str, old: float, places: Floats, seed: int) -> Floats:
    """Where hair grows, 0-1.

    Parameters
    ----------
    style : str
        Key of `STYLES`.
    old : float
        0 is 25 years, 1 is 90: the hairline goes back.
    places : ndarray, shape (n, 2)
        Angle about the head's axis, radians, and height, decimetres, on the canonical face.
    seed : int
        For an uneven edge.
    """
    degrees = np.abs(np.rad2deg(places[:, 0]))
    line = np.interp(degrees, _LINE_DEG, _LINE_Y)
    rng = np.random.default_rng(seed)
    waves = sum(
        a * np.sin(places[:, 0] * f + rng.uniform(0, 6.28))
        for f, a in ((7, 0.018), (17, 0.012), (41, 0.007))
    )
    line = line + waves + 0.13 * old * np.exp(-(((degrees - 38) / 16) ** 2))
    mask = _soft(places[:, 1] - line, 0.055)
    if style == "ring":
        mask *= _soft(7.80 - places[:, 1], 0.12) * _soft(degrees - 64, 8)
    return np.asarray(mask)


def _comb_back(p: Floats, root: Floats) -> Floats:
    side = np.clip(np.abs(p[:, 0]) / 0.7, 0, 1)
    return np.stack([-0.15 * p[:, 0], 0.55 - 0.75 * side, -np.ones(len(p))], axis=1)


def _comb_parted(p: Floats, root: Floats) -> Floats:
    side = np.where(root[:, 0] > 0.20, 1.0, -1.0)
    low = np.clip((8.05 - p[:, 1]) / 0.4, 0, 1)
    front = np.clip((p[:, 2] - 0.4) / 0.5, 0, 1)
    return np.stack(
        [
            side * (0.9 - 0.65 * low - 0.25 * front),
            -0.15 - 1.2 * low + 0.9 * front * (1 - low),
            -0.45 - 0.9 * front - 0.9 * low * np.clip((p[:, 2] + 0.1) / 0.3, 0, 1),
        ],
        axis=1,
    )


def _comb_quiff(p: Floats, root: Floats) -> Floats:
    high, front = (root[:, 1] - 7.85) / 0.25, (root[:, 2] - 0.45) / 0.3
    top = np.clip(np.maximum(high, front), 0, 1)
    across = 0.25 + 0.3 * np.tanh(4 * root[:, 0])
    return np.stack(
        [
            top * across + (1 - top) * np.sign(root[:, 0]) * 0.1,
            top * 0.6 - (1 - top),
            -0.25 - 0.2 * (1 - top),
        ],
        axis=1,
    )


def _comb_down(p: Floats, root: Floats) -> Floats:
    return np.stack([0 * p[:, 0], -np.ones(len(p)), 0.5 * np.clip(p[:, 1] - 8, 0, 1) - 0.2], axis=1)


def _comb_out(p: Floats, root: Floats) -> Floats:
    return np.asarray(p - np.array([0.0, 7.7, 0.25]))


_COMBS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "back": _comb_back,
    "parted": _comb_parted,
    "quiff": _comb_quiff,
    "down": _comb_down,
    "out": _comb_out,
}


def _unit(v: Floats) -> Floats:
    return np.asarray(v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-9))


def _roots(
    points: Floats, faces: Ints, weight: Floats, count: int, rng: np.random.Generator
) -> tuple[Floats, Ints]:
    """Random places on a surface, denser where the weight is large: points and their triangle."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1) * weight[faces].mean(axis=1)
    which = np.sort(rng.choice(len(faces), size=count, p=area / area.sum()))
    share = rng.dirichlet((1.0, 1.0, 1.0), size=count)
    return np.einsum("nk,nkd->nd", share, points[faces[which]]), which


def grow(
    person: Person, points: Floats, facing: Floats, faces: Ints, places: Floats, ears: Floats
) -> tuple[Floats, Floats]:
    """Grow one person's hair.

    Parameters
    ----------
    person : Person
        Whose; the style and the age count.
    points, facing : ndarray, shape (n, 3)
        Vertices of the neutral head and their normals.
    faces : ndarray, shape (m, 3)
        Triangles.
    places : ndarray, shape (n, 2)
        Angle and height of every vertex on the canonical face.
    ears : ndarray, shape (n,)
        1 on the ears, where nothing grows.

    Returns
    -------
    tuple of ndarray
        Centre lines, shape (strands, joints, 3), decimetres; outward directions of the same shape.
    """
    style = STYLES[person.hair]
    seed = sum(ord(c) for c in person.name)
    rng = np.random.default_rng(seed)
    old = (person.age - 0.5) / 0.5
    weight = hair_mask(person.hair, old, places, seed) * (1 - ears) * (points[:, 1] > 6.7)
    weight = np.where(weight > 0.25, weight, 0) * (1 + 0.5 * (points[:, 2] > 0.3))
    hangs = style.gravity > 0.2
    if hangs:  # what hangs free needs more
        weight = weight * (1 + 1.6 * (points[:, 1] < 7.75))
    root, which = _roots(points, faces, weight, style.count, rng)
    out = _unit(facing[faces[which]].mean(axis=1))
    solid = ears < 0.3  # hair lies over or behind the ears, which are thin
    ear = points[ears > 0.5]
    points, facing = points[solid], facing[solid]
    tree = cKDTree(points)
    sides = np.clip((7.95 - root[:, 1]) / 0.4, 0, 1)
    cut = rng.uniform(0.94, 1.03, style.count) if hangs else rng.uniform(0.86, 1.06, style.count)
    length = (style.top * (1 - sides) + style.sides * sides) * cut
    lift = style.lift * rng.uniform(0.15, 1.0, style.count) * (1 - 0.45 * sides)
    low = sides * (style.gravity > 0.2)  # what hangs starts flat
    step = length / (style.joints - 1)
    line, outward = [root - 0.004 * out], [out]
    p = line[0]
    bend = rng.standard_normal((style.count, 3))
    for joint in range(1, style.joints):
        t = joint / (style.joints - 1)
        near = tree.query(p)[1]
        n = facing[near]
        height = ((p - points[near]) * n).sum(axis=1)
        comb = _COMBS[style.comb](p, root)
        comb = _unit(comb - (comb * n).sum(axis=1, keepdims=True) * n * (style.comb != "out"))
        bend = 0.7 * bend + 0.7 * rng.standard_normal((style.count, 3))
        free = np.clip((7.35 - p[:, 1]) / 0.25, 0, 1)[:, None]
        wanted = lift * min(1.0, 2.5 * t)
        rise = style.rise * (1 - 0.75 * low) * max(0.0, 1 - 2.2 * t) + np.clip(
            (wanted - height) * 6, -0.6, 0.9
        )
        d = comb * (1 - 0.8 * free) + n * rise[:, None] * (1 - free) + style.curl * bend
        d[:, 1] -= style.gravity * t * 2 + (style.gravity > 0.2) * free[:, 0] * 1.4
        p = p + _unit(d) * step[:, None]
        p = _clear(p, tree, points, facing, 0.006 + 0.35 * lift)
        if style.comb in ("parted", "back"):
            p = _off_the_face(p)
        line.append(p)
        outward.append(_unit(facing[tree.query(p)[1]] + 0.25 * rng.standard_normal(p.shape)))
    lines, turned = np.stack(line, axis=1), np.stack(outward, axis=1)
    keep = ~_over_the_ears(lines, ear) if hangs else np.ones(len(lines), dtype=bool)
    return lines[keep], turned[keep]


def _over_the_ears(lines: Floats, ear: Floats) -> NDArray[np.bool_]:
    """Single strands that would hang before an ear, which look like scratches: shape (strands,)."""
    low, high = np.abs(ear).min(axis=0), np.abs(ear).max(axis=0)
    x, y, z = np.abs(lines[..., 0]), lines[..., 1], lines[..., 2]
    beside = (x > low[0]) & (y > ear[:, 1].min()) & (y < ear[:, 1].max())
    return np.asarray(
        (beside & (z > ear[:, 2].mean())).any(axis=1) | (x > high[0] + 0.03).any(axis=1)
    )


def _clear(p: Floats, tree: cKDTree, points: Floats, facing: Floats, least: Floats) -> Floats:
    """Push strands out of the head."""
    near = tree.query(p)[1]
    height = ((p - points[near]) * facing[near]).sum(axis=1)
    return np.asarray(p + np.maximum(least - height, 0)[:, None] * facing[near])


def _off_the_face(p: Floats) -> Floats:
    """Push strands to the side where they would hang before the face."""
    before = (p[:, 1] < 7.85) & (p[:, 2] > 0.62)
    narrow = 0.66
    x = np.where(before, np.sign(p[:, 0]) * np.maximum(np.abs(p[:, 0]), narrow), p[:, 0])
    z = np.where((p[:, 1] < 7.6) & (p[:, 2] > 0.72), 0.72, p[:, 2])
    return np.stack([x, p[:, 1], z], axis=1)
