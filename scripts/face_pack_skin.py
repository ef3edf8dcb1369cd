"""Textures of the face pack: skin colour of every person and maps of wrinkles, all procedural.

Both cover the canonical face (`face_pack_mesh.cylinder`). Lines are drawn on a canvas of 1024 by
1024 points with y downwards; the person's left is on the right.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.spatial import cKDTree

from face_pack_hair import hair_mask
from face_pack_people import TONES, Person

__all__ = ["CHANNELS", "WRINKLES_OF", "pore_tile", "skin_colour", "wrinkle_maps"]

SIZE = 1024
Picture = NDArray[np.float32]
Line = tuple[list[tuple[float, float]], float]

#: Channels of the wrinkle maps, four to a picture.
CHANNELS = (
    "forehead_inner", "forehead_outer", "glabella", "crow",
    "under_eye", "nose", "nasolabial", "smile",
    "dimple", "corner_down", "chin", "lips",
)  # fmt: skip
#: Which action unit shows in which channel, and how much.
WRINKLES_OF: dict[str, dict[str, float]] = {
    "AU1": {"forehead_inner": 1.0},
    "AU2": {"forehead_outer": 1.0, "forehead_inner": 0.3},
    "AU4": {"glabella": 1.0},
    "AU6": {"crow": 1.0, "under_eye": 0.6},
    "AU7": {"under_eye": 0.5, "crow": 0.2},
    "AU9": {"nose": 1.0, "nasolabial": 0.75, "glabella": 0.35},
    "AU10": {"nasolabial": 1.0},
    "AU12": {"smile": 0.55, "crow": 0.15},
    "AU14": {"dimple": 1.0, "smile": 0.25},
    "AU15": {"corner_down": 1.0},
    "AU17": {"chin": 1.0},
    "AU18": {"lips": 0.7},
    "AU20": {"corner_down": 0.35, "smile": 0.3},
    "AU23": {"lips": 1.0},
    "AU24": {"corner_down": 0.25, "lips": 0.3, "chin": 0.3},
}


def _blur(picture: Picture, sigma: float, across: float = 1.0) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigmaX=sigma * across, sigmaY=sigma))


def _noise(sigma: float, seed: int, size: int = SIZE) -> Picture:
    grain = np.random.default_rng(seed).standard_normal((size, size)).astype(np.float32)
    grain = _blur(grain, sigma)
    return np.asarray(grain / grain.std(), dtype=np.float32)


def _spot(x: float, y: float, rx: float, ry: float, soft: float) -> Picture:
    """A soft ellipse and its mirror image, 0-1."""
    out = np.zeros((SIZE, SIZE), np.float32)
    for centre in {x, SIZE - x}:
        box = (int(centre), int(y)), (int(rx), int(ry))
        cv2.ellipse(out, box[0], box[1], 0, 0, 360, (1.0,), -1)
    return _blur(out, soft)


def _both(lines: Sequence[Line]) -> list[Line]:
    return [*lines, *[([(SIZE - x, y) for x, y in points], s) for points, s in lines]]


def _furrows(
    lines: Sequence[Line], width: float, waviness: float, seed: int, ridge: float
) -> Picture:
    """Heights of furrows along lines: a groove with a ridge on either side, fading at the ends."""
    height = np.zeros((SIZE, SIZE), np.float32)
    rng = np.random.default_rng(seed)
    t = np.linspace(0, 1, 400)
    for points, strength in lines:
        p = np.array(points, float)
        knots = np.linspace(0, 1, len(p))
        path = np.stack([PchipInterpolator(knots, p[:, k])(t) for k in (0, 1)], axis=1)
        sway = np.interp(t, np.linspace(0, 1, 9), rng.standard_normal(9)) * waviness
        along = np.gradient(path, axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
        path += np.stack([-along[:, 1], along[:, 0]], axis=1) * sway[:, None]
        low = np.clip(np.floor(path.min(axis=0) - 8 * width).astype(int), 0, SIZE)
        high = np.clip(np.ceil(path.max(axis=0) + 8 * width).astype(int), 0, SIZE)
        rows, columns = np.mgrid[low[1] : high[1], low[0] : high[0]]
        far, nearest = cKDTree(path).query(np.stack([columns, rows], axis=-1).reshape(-1, 2))
        taper = np.sin(np.pi * nearest / 399.0) ** 0.6
        shape = -np.exp(-((far / width) ** 2)) + ridge * np.exp(
            -(((far - 2.2 * width) / (1.3 * width)) ** 2)
        )
        new = (shape * taper * strength).reshape(rows.shape).astype(np.float32)
        old = height[low[1] : high[1], low[0] : high[0]]
        height[low[1] : high[1], low[0] : high[0]] = np.where(np.abs(new) > np.abs(old), new, old)
    return height


def _channels() -> dict[str, Picture]:
    levels = [232.0, 268.0, 303.0, 338.0]
    inner: list[Line] = [
        ([(440, y + 8), (475, y - 2), (512, y - 4), (549, y - 2), (584, y + 8)], s)
        for y, s in zip(levels, [0.7, 1, 1, 0.8], strict=True)
    ]
    outer: list[Line] = [
        ([(375, y + 24), (400, y + 8), (435, y + 2), (475, y + 8)], s)
        for y, s in zip(levels, [0.5, 0.8, 1, 0.9], strict=True)
    ]
    dimpled = np.clip(
        _spot(512, 850, 45, 34, 12) * np.minimum(_noise(4.6, 21), 0.2) * 0.7, -0.8, 0.3
    )
    upper: list[Line] = [
        ([(512 + x, 700), (512 + x * 0.9, 722)], 0.7) for x in (-44, -30, -15, 0, 14, 31, 45)
    ]
    lower: list[Line] = [
        ([(512 + x, 762), (512 + x * 1.05, 786)], 0.5) for x in (-38, -22, -5, 12, 27, 40)
    ]
    return {
        "forehead_inner": _furrows(inner, 3.4, 1.4, 1, 0.45),
        "forehead_outer": _furrows(_both(outer), 3.4, 1.4, 2, 0.45),
        "glabella": _furrows(
            [
                *_both([([(497, 450), (494, 428), (491, 404), (495, 380)], 1.0)]),
                *_both([([(506, 432), (505, 416), (505, 400)], 0.4)]),
                ([(488, 458), (512, 464), (536, 458)], 0.6),
            ],
            3.4, 0.6, 3, 0.55,
        ),
        "crow": _furrows(
            _both(
                [
                    ([(383, 468), (368, 462), (350, 450), (340, 438)], 0.7),
                    ([(382, 474), (364, 474), (342, 470)], 1.0),
                    ([(382, 481), (364, 487), (344, 492)], 1.0),
                    ([(386, 488), (370, 500), (354, 512)], 0.7),
                ]
            ),
            2.4, 0.8, 4, 0.45,
        ),
        "under_eye": _furrows(
            _both(
                [
                    ([(398, 500), (415, 508), (440, 510), (462, 500)], 1.0),
                    ([(392, 508), (412, 520), (440, 523), (466, 512)], 0.6),
                ]
            ),
            2.6, 0.6, 5, 0.45,
        ),
        "nose": _furrows(
            [
                *_both([([(497, 452), (486, 462), (478, 478)], 1.0)]),
                *_both([([(499, 470), (488, 482), (480, 498)], 1.0)]),
                *_both([([(500, 488), (490, 500), (482, 514)], 0.7)]),
                ([(494, 462), (512, 466), (530, 462)], 0.8),
                ([(495, 448), (512, 451), (529, 448)], 0.6),
            ],
            2.8, 0.6, 6, 0.5,
        ),
        "nasolabial": _furrows(
            _both(
                [([(464, 612), (455, 635), (444, 662), (437, 690), (434, 715), (433, 735)], 1.0)]
            ),
            6.0, 0.6, 7, 0.35,
        ),
        "smile": _furrows(
            _both(
                [([(462, 612), (449, 632), (436, 655), (426, 682), (422, 708), (424, 730)], 1.0)]
            ),
            7.0, 0.5, 8, 0.28,
        ),
        "dimple": _furrows(_both([([(440, 722), (434, 743), (438, 766)], 1.0)]), 4.0, 0.5, 9, 0.6),
        "corner_down": _furrows(
            _both([([(446, 756), (441, 775), (442, 797), (448, 815)], 1.0)]), 4.0, 0.6, 10, 0.45
        ),
        "chin": dimpled
        + _furrows(
            [([(470, 822), (490, 812), (512, 810), (534, 812), (554, 822)], 0.8)],
            4.0, 0.4, 11, 0.45,
        ),
        "lips": _furrows([*upper, *lower], 2.4, 0.4, 12, 0.4),
    }  # fmt: skip


def wrinkle_maps() -> list[NDArray[np.uint8]]:
    """Heights of all channels, four to a picture: uint8, 128 is flat, shape (1024, 1024, 4)."""
    channels = _channels()
    stacked = [np.clip(128 + 80 * channels[name], 1, 255).astype(np.uint8) for name in CHANNELS]
    return [np.stack(stacked[k : k + 4], axis=-1) for k in range(0, len(stacked), 4)]


def pore_tile(size: int = 256) -> NDArray[np.uint8]:
    """A tile of pores and fine texture, heights, 128 is flat; it repeats without a seam."""
    rng = np.random.default_rng(3)

    def wrapped(picture: Picture, x: float, y: float) -> Picture:
        big = cv2.GaussianBlur(np.tile(picture, (3, 3)), (0, 0), sigmaX=x, sigmaY=y)
        return np.asarray(big[size : 2 * size, size : 2 * size], dtype=np.float32)

    holes = (rng.random((size, size)) < 0.012) * rng.uniform(0.5, 1, (size, size))
    pores = wrapped(holes.astype(np.float32), 1.2, 1.7)
    pores /= pores.max()
    fine = np.zeros((size, size), np.float32)
    for sigma, share in ((1.2, 0.8), (2.5, 0.9), (5.0, 0.8)):
        grain = rng.standard_normal((size, size)).astype(np.float32)
        fine += wrapped(grain, sigma, sigma) * sigma * share
    height = -1.5 * pores + 0.35 * fine
    return np.asarray(np.clip(128 + 55 * height, 0, 255), dtype=np.uint8)


def _linear(colour: NDArray[np.generic] | Sequence[float]) -> Picture:
    return (np.asarray(colour, np.float32) / 255.0) ** 2.2


def skin_colour(person: Person, lips: Picture) -> NDArray[np.uint8]:
    """Colour of one person's skin, scalp and lips, sRGB, shape (1024, 1024, 3).

    Parameters
    ----------
    person : Person
        Whose.
    lips : ndarray, shape (1024, 1024)
        1 on the red of the lips.
    """
    tone = _linear(TONES[person.tone])
    depth = float(np.clip(1 - tone.mean() / 0.62, 0, 1))  # 0 light to 1 dark
    seed = sum(ord(c) * 31**k for k, c in enumerate(person.name))
    old = (person.age - 0.5) / 0.5
    skin = np.ones((SIZE, SIZE, 3), np.float32) * tone
    mottle = 0.03 * _noise(22, seed) + 0.022 * _noise(7, seed + 1) + 0.018 * _noise(2, seed + 2)
    skin *= (1 + (0.8 + 1.2 * old) * (mottle + 0.012 * _noise(0.8, seed + 3)))[..., None]
    cheeks, nose = _spot(425, 600, 50, 56, 24), _spot(512, 600, 40, 50, 16)
    blood = (
        cheeks * 0.8 + nose * 0.6 + _spot(512, 850, 50, 35, 20) * 0.35 + 0.10 * _noise(12, seed + 4)
    )
    _tint(skin, blood * (0.6 + 0.6 * old), (1.03, 0.80 + 0.12 * depth, 0.80 + 0.12 * depth))
    _tint(skin, _spot(432, 506, 38, 15, 9) * (0.35 + 0.5 * old), (0.84, 0.78, 0.82))
    _tint(skin, _spot(432, 448, 42, 13, 8) * 0.8, (0.90, 0.85, 0.86))
    _tint(skin, _spot(512, 300, 140, 70, 40) * 0.5, (1.02, 1.03, 1.04))
    if person.freckles:
        _freckle(skin, seed, person.freckles, np.clip(cheeks + nose, 0, 1))
    if old > 0.4:
        _freckle(skin, seed + 9, 0.14 * old, np.clip(_spot(420, 400, 110, 230, 50), 0, 1), 4.5)
    red = (0.82 + 0.04 * depth, 0.56 + 0.14 * depth, 0.58 + 0.14 * depth)
    if person.sex == "male" or old > 0.4:
        red = (0.55 * red[0] + 0.45, 0.55 * red[1] + 0.405, 0.55 * red[2] + 0.405)
    _tint(skin, lips * (1 + 0.10 * _noise(3, seed + 6)), red)
    if person.beard:
        _tint(skin, _beard(seed) * person.beard, (0.42, 0.43, 0.46))
    scalp = hair_mask(person.hair, old, _canvas(), seed).reshape(SIZE, SIZE).astype(np.float32)
    root = np.asarray(person.hair_colour, np.float32) * 0.7
    cover = {"buzz": 0.90, "ring": 0.6}.get(person.hair, 0.97)
    fine = np.clip(0.9 + 0.25 * _blur(_noise(0.7, seed + 7), 0.6, 1.0), 0.3, 1.0)
    share = (scalp * cover * fine)[..., None]
    skin = skin * (1 - share) + root * share
    return np.asarray(np.clip(skin, 0, 1) ** (1 / 2.2) * 255 + 0.5).astype(np.uint8)


def _canvas() -> NDArray[np.float64]:
    """Angle and height of every point of the canvas, shape (1024 * 1024, 2)."""
    from face_pack_mesh import HALF_ANGLE, HIGH_Y, LOW_Y

    u = (np.arange(SIZE) + 0.5) / SIZE
    angle, high = np.meshgrid((2 * u - 1) * HALF_ANGLE, LOW_Y + (1 - u) * (HIGH_Y - LOW_Y))
    return np.stack([angle.ravel(), high.ravel()], axis=-1)


def _tint(skin: Picture, share: Picture, colour: Sequence[float]) -> None:
    """Multiply by a colour where the share is 1, in place."""
    skin *= 1 - np.clip(share, 0, 1.2)[..., None] * (1 - np.asarray(colour, np.float32))


def _freckle(skin: Picture, seed: int, amount: float, where: Picture, size: float = 1.6) -> None:
    rng = np.random.default_rng(seed + 50)
    seeds = (rng.random((SIZE, SIZE)) < 0.0016 / size * amount * 3) * rng.uniform(
        0.3, 1, (SIZE, SIZE)
    )
    dots = _blur(seeds.astype(np.float32), size)
    dots = np.clip(dots / (dots.max() + 1e-6) * 1.4, 0, 1) * where
    _tint(skin, dots, (0.72, 0.58, 0.52))


def _beard(seed: int) -> Picture:
    rng = np.random.default_rng(seed + 60)
    area = np.clip(
        _spot(512, 815, 120, 90, 20) + _spot(405, 760, 50, 90, 22) + _spot(512, 690, 62, 14, 9),
        0,
        1,
    )
    area = area * (1 - np.clip(_spot(512, 745, 60, 30, 7), 0, 1))
    hairs = (rng.random((SIZE, SIZE)) < 0.06).astype(np.float32)
    hairs = np.asarray(cv2.GaussianBlur(hairs, (0, 0), sigmaX=0.7, sigmaY=1.5))
    return np.asarray(area * (0.35 + 0.65 * np.clip(hairs / hairs.max() * 1.6, 0, 1)))
