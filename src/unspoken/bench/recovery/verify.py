"""Measure back what was planted, by other means than those that planted it.

Dense inverse search (Kroeger et al. 2016, doi 10.1007/978-3-319-46493-0_29) between the untouched
and the planted picture of the same instant, before anything is encoded. It knows nothing of faces,
meshes or action units. Below `RELIABLE_PX` the search itself reads low, because half-pixel steps
blur the grain it holds on to; such readings are reported but judge nothing.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.media.frame import Plane

__all__ = ["RELIABLE_PX", "measured_share"]

Floats = NDArray[np.float64]
Flow = NDArray[np.float32]
#: Smallest displacement, pixels, from which the search is accurate to a few percent.
RELIABLE_PX = 0.8
#: Pixels that move at least this part of the largest displacement are compared.
_STRONG = 0.6
#: Enlargement before, and passes of, the search: each pass measures what the last one left over.
_ENLARGE, _PASSES = 2, 4
#: Room around the strong pixels, pixels of the picture.
_ROOM_PX = 24


@lru_cache(maxsize=1)
def _search() -> cv2.DISOpticalFlow:
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(0)
    search.setPatchSize(8)
    search.setPatchStride(2)
    search.setGradientDescentIterations(40)
    search.setVariationalRefinementIterations(10)
    search.setVariationalRefinementAlpha(5.0)
    return search


def measured_share(
    untouched: Plane, planted: Plane, corner: tuple[int, int], shift: Floats
) -> float:
    """How much of the intended displacement another method finds.

    Parameters
    ----------
    untouched, planted : ndarray of uint8, shape (h, w)
        Brightness of the same frame without and with the movement.
    corner, shift
        As `unspoken.bench.recovery.planter.Planter.displacement` gives them.

    Returns
    -------
    float
        Measured over intended displacement where the face moves most (least squares along the
        intended direction); 1.0 is perfect. NaN when nothing was to move.
    """
    length = np.linalg.norm(shift, axis=2)
    if not length.max() > 0.0:
        return float("nan")
    strong = length >= _STRONG * length.max()
    rows, columns = np.flatnonzero(strong.any(axis=1)), np.flatnonzero(strong.any(axis=0))
    part = (
        slice(max(int(rows[0]) - _ROOM_PX, 0), int(rows[-1]) + _ROOM_PX),
        slice(max(int(columns[0]) - _ROOM_PX, 0), int(columns[-1]) + _ROOM_PX),
    )
    x0, y0 = corner
    h, w = length.shape
    after, before = (p[y0 : y0 + h, x0 : x0 + w][part] for p in (planted, untouched))
    found = _flow(after, before)[strong[part]]
    goal = shift[part][strong[part]]
    return float((found * goal).sum() / (goal * goal).sum())


def _flow(one: Plane, other: Plane) -> Floats:
    """Where the pixels of one picture are in the other, relative to their own place, pixels."""
    h, w = one.shape
    size = (w * _ENLARGE, h * _ENLARGE)
    large, other_large = (cv2.resize(p, size, interpolation=cv2.INTER_CUBIC) for p in (one, other))
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    total: Flow = np.zeros((size[1], size[0], 2), dtype=np.float32)
    none: Flow = np.empty(0, dtype=np.float32)
    for _ in range(_PASSES):
        pulled = cv2.remap(other_large, x + total[..., 0], y + total[..., 1], cv2.INTER_CUBIC)
        total = total + np.asarray(_search().calc(large, pulled, none), dtype=np.float32)
    return np.asarray(cv2.resize(total, (w, h), interpolation=cv2.INTER_AREA) / _ENLARGE)
