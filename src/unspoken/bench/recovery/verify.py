"""Measure back what was planted, by other means than those that planted it.

Dense inverse search (Kroeger et al. 2016, doi 10.1007/978-3-319-46493-0_29) between the untouched
and the planted picture of the same instant, before anything is encoded. It knows nothing of faces,
meshes or action units.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.media.frame import Plane

__all__ = ["measured_share"]

Floats = NDArray[np.float64]
#: Points that move at least this part of the largest displacement are compared.
_STRONG = 0.6
#: The picture is enlarged by this factor: the search's own resolution is limited at sub-pixel steps.
_ENLARGE = 3
#: Room around the face for the search, pixels of the picture.
_ROOM_PX = 12


@lru_cache(maxsize=1)
def _search() -> cv2.DISOpticalFlow:
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(0)
    search.setPatchSize(12)
    search.setPatchStride(3)
    search.setGradientDescentIterations(40)
    search.setVariationalRefinementIterations(10)
    return search


def measured_share(untouched: Plane, planted: Plane, points: Floats, moved: Floats) -> float:
    """How much of the intended displacement another method finds.

    Parameters
    ----------
    untouched, planted : ndarray of uint8, shape (h, w)
        Brightness of the same frame without and with the movement.
    points, moved : ndarray, shape (478, 2)
        Mesh points and their intended displacement, picture pixels.

    Returns
    -------
    float
        Measured over intended displacement at the points that move most (least squares along the
        intended direction); 1.0 is perfect. NaN when nothing was to move.
    """
    length = np.linalg.norm(moved, axis=1)
    if not length.max() > 0.0:
        return float("nan")
    h, w = untouched.shape
    low = np.maximum(np.floor(points.min(axis=0)).astype(int) - _ROOM_PX, 0)
    high = np.minimum(np.ceil(points.max(axis=0)).astype(int) + _ROOM_PX, [w, h])
    box = (slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0])))
    before, after = (_enlarged(plane[box]) for plane in (untouched, planted))
    flow = _search().calc(before, after, np.empty(0, dtype=np.float32))
    strong = length >= _STRONG * length.max()
    # Pixel centres: enlarged pixel u shows place (u + 0.5) / factor - 0.5.
    at = ((points[strong] - low + 0.5) * _ENLARGE - 0.5).astype(np.float32)
    found = cv2.remap(np.asarray(flow), at[:, None, :], np.empty(0, np.float32), cv2.INTER_LINEAR)
    found = np.asarray(found, dtype=np.float64).reshape(-1, 2) / _ENLARGE
    goal = moved[strong]
    return float((found * goal).sum() / (goal * goal).sum())


def _enlarged(plane: Plane) -> Plane:
    h, w = plane.shape
    size = (w * _ENLARGE, h * _ENLARGE)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
