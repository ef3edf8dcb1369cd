"""Repeated pictures: frames whose pixels stand still while their time goes on.

Cameras, screen recorders and converters fill holes by showing a picture twice. An encoder does not
store such a repeat exactly: it may refine it or blur it a little, so looking for equal pixels
finds few of them. But the change is small everywhere, while between two real pictures some part
has moved or its noise is new. So the busiest part of the picture is compared with how busy
it usually is around that time.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from unspoken.media.blocks import block_means
from unspoken.media.frame import Plane

__all__ = ["PictureChange", "count_repeats", "find_repeats"]

_ROWS = 270
"""Lines compared at most; more would only cost time."""
_BLOCK_PX = 16
_LEAST_GREY = 1.0 / 32.0
"""What a change counts at least, where the busiest blocks are still but some pixel is not."""
_WINDOW = 31
"""Neighbouring pictures that tell how much change is usual (one second at 30 Hz)."""
_AT_ONCE = 100_000
"""Pictures whose surroundings are sorted at once; bounds memory."""
_USUAL_PERCENTILE = 85
"""Survives footage in which five of six pictures are repeats (15 Hz shown at 90 Hz)."""
_MOST_CHANGE_GREY = 1.25
_MOST_SHARE = 0.3


class PictureChange:
    """Measures how much each picture differs from the one before, in its busiest part."""

    def __init__(self) -> None:
        self._before: Plane | None = None

    def measure(self, luma: Plane) -> float:
        """Compare with the picture before.

        Parameters
        ----------
        luma : ndarray of uint8, shape (height, width)
            Kept until the next call, not copied.

        Returns
        -------
        float
            Mean absolute difference, grey levels, in the block of 16 pixels that only one block in
            a hundred exceeds; 0.0 for equal pictures; NaN for the first picture and after a change
            of size.
        """
        lines = luma[:: -(-luma.shape[0] // _ROWS)]
        before, self._before = self._before, lines
        if before is None or before.shape != lines.shape:
            return math.nan
        difference = np.asarray(cv2.absdiff(lines, before), dtype=np.uint8)
        height, width = (min(_BLOCK_PX, n) for n in lines.shape)
        means = block_means(difference, height, width).ravel()
        busiest = means.size - 1 - means.size // 100
        change = float(np.partition(means, busiest)[busiest])
        if change < _LEAST_GREY and cv2.countNonZero(difference):
            return _LEAST_GREY  # a few pixels moved: little, but not nothing
        return change


def find_repeats(changes: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which pictures repeat the one before.

    Parameters
    ----------
    changes : ndarray, shape (n,)
        What `PictureChange` measured, NaN where unknown.

    Returns
    -------
    ndarray of bool, shape (n,)
        True where nothing changed at all, or far less than usual around that time. In a scene
        that truly stands still every picture repeats the one before.
    """
    if changes.size == 0:
        return np.zeros(0, np.bool_)
    known = ~np.isnan(changes)
    filled = np.where(known, changes, 0.0).astype(np.float32)
    usual = _usual(filled)
    little = (filled <= _MOST_CHANGE_GREY) & (filled < _MOST_SHARE * usual)
    return np.asarray(known & ((filled == 0.0) | little), dtype=np.bool_)


def _usual(changes: NDArray[np.float32]) -> NDArray[np.float32]:
    """A percentile of the pictures around each, as `scipy.ndimage.percentile_filter` gives it.

    By hand: that takes as long to load as a hundred pictures to read, when all are read and
    somebody waits.
    """
    around = sliding_window_view(np.pad(changes, _WINDOW // 2, mode="edge"), _WINDOW)
    rank = int(_WINDOW * _USUAL_PERCENTILE / 100.0)
    usual = np.empty_like(changes)
    for start in range(0, len(changes), _AT_ONCE):
        part = np.partition(around[start : start + _AT_ONCE], rank, axis=1)
        usual[start : start + _AT_ONCE] = part[:, rank]
    return usual


def count_repeats(changes: NDArray[np.float32]) -> int:
    """Count the pictures that repeat the one before; see `find_repeats`."""
    return int(np.count_nonzero(find_repeats(changes)))
