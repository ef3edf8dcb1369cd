"""Distances and states of a face that other floors use, from mesh and blendshapes.

Left and right are the person's own throughout.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from unspoken.face.nets import BLENDSHAPE_INDEX
from unspoken.face.observation import Pose

__all__ = [
    "bounding_box",
    "eye_opening",
    "gaze",
    "icd_px",
    "inner_eye_corners",
    "mouth_opening",
    "overlap",
]

_RIGHT_INNER, _LEFT_INNER = 133, 362
_LEAST_COSINE = 0.5


def inner_eye_corners(
    points: NDArray[np.floating],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Inner corners of the right and the left eye, picture pixels.

    Parameters
    ----------
    points : ndarray, shape (478, 3)
        Mesh in picture pixels.

    Returns
    -------
    right, left : ndarray, shape (2,)
    """
    xy = points[[_RIGHT_INNER, _LEFT_INNER], :2].astype(np.float64)
    return xy[0], xy[1]


def icd_px(points: NDArray[np.floating], pose: Pose | None = None) -> float:
    """Distance between the inner eye corners, picture pixels.

    Parameters
    ----------
    points : ndarray, shape (478, 3)
        Mesh in picture pixels.
    pose : Pose, optional
        When given, foreshortening is undone: the distance in the picture divided by the cosine of
        the yaw, up to 60 degrees. The mesh's own depth is too coarse to be used for it. Without it
        the distance is as seen, which is the resolution the picture really offers.
    """
    right, left = inner_eye_corners(points)
    seen = math.dist(left.tolist(), right.tolist())
    if pose is None:
        return seen
    return seen / max(_LEAST_COSINE, math.cos(math.radians(pose.yaw_deg)))


def _score(blendshapes: NDArray[np.floating], name: str) -> float:
    return float(blendshapes[BLENDSHAPE_INDEX[name]])


def eye_opening(blendshapes: NDArray[np.floating]) -> float:
    """How far the eyes are open, mean of both: 0 closed .. 1 wide open.

    A relaxed open eye is near 0.9. Looking down lowers the lids and the value with them.
    """
    sides = []
    for side in ("Left", "Right"):
        closed = _score(blendshapes, f"eyeBlink{side}")
        wide = _score(blendshapes, f"eyeWide{side}")
        sides.append(min(max((1.0 - closed) * (0.9 + 0.1 * wide), 0.0), 1.0))
    return 0.5 * (sides[0] + sides[1])


def mouth_opening(blendshapes: NDArray[np.floating]) -> float:
    """How far the mouth is open: 0 closed .. 1 wide open."""
    jaw, together = _score(blendshapes, "jawOpen"), _score(blendshapes, "mouthClose")
    return min(max(jaw - together, 0.0), 1.0)


def gaze(blendshapes: NDArray[np.floating]) -> tuple[float, float]:
    """Direction of the eyes in the head.

    Returns
    -------
    x : float
        -1 the person's own right .. 1 their own left.
    y : float
        -1 down .. 1 up.
    """
    left = _score(blendshapes, "eyeLookOutLeft") + _score(blendshapes, "eyeLookInRight")
    right = _score(blendshapes, "eyeLookInLeft") + _score(blendshapes, "eyeLookOutRight")
    up = _score(blendshapes, "eyeLookUpLeft") + _score(blendshapes, "eyeLookUpRight")
    down = _score(blendshapes, "eyeLookDownLeft") + _score(blendshapes, "eyeLookDownRight")
    x, y = (left - right) / 2.0, (up - down) / 2.0
    return min(max(x, -1.0), 1.0), min(max(y, -1.0), 1.0)


def bounding_box(points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Left, top, right and bottom of a mesh, picture pixels; shape (4,)."""
    xy = points[:, :2]
    return np.concatenate((xy.min(axis=0), xy.max(axis=0))).astype(np.float64)


def overlap(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Shared area of two boxes over the smaller box's area, 0..1."""
    left_a, top_a, right_a, bottom_a = a.tolist()
    left_b, top_b, right_b, bottom_b = b.tolist()
    width = min(right_a, right_b) - max(left_a, left_b)
    height = min(bottom_a, bottom_b) - max(top_a, top_b)
    if width <= 0.0 or height <= 0.0:
        return 0.0
    area_a = (right_a - left_a) * (bottom_a - top_a)
    area_b = (right_b - left_b) * (bottom_b - top_b)
    return float(width * height / min(area_a, area_b))
