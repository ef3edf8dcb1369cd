"""When and where to look for faces nobody follows yet.

The detector sees faces of at least about an eighth of the side of the square it searches. The whole
picture is one such square; smaller ones tile it, down to the size at which the smallest useful face
is found. Tiles cost as much as the whole picture each, so only a few are searched at a time, in
turns; all of them in the first picture and after a cut.
"""

from __future__ import annotations

import math

import numpy as np

from unspoken.face.geometry import overlap
from unspoken.face.nets import Detection, Detector, Region
from unspoken.media.frame import Frame

__all__ = ["FaceSearch", "tiles"]

_SMALLEST_FACE_PX = 88.0  # width of the detector's box around a face with an ICD of 20 px
_SMALLEST_PART = 0.13  # of the square's side
_TILE_STEP = 0.7  # of the tile's side
_LEVEL_RATIO = 2.0  # between the sides of a level and the next, at most
_NEARLY = 0.87  # of the picture's shorter side: a tile so large takes all of it
_TILES_AT_A_TIME = 2
_KNOWN_INTERVAL_S, _UNKNOWN_INTERVAL_S = 1.0, 0.2
_SAME_FACE = 0.5


def tiles(width: int, height: int) -> list[Region]:
    """Squares that, searched one by one, show every useful face large enough.

    Parameters
    ----------
    width, height : int
        Of the picture, pixels.

    Returns
    -------
    list of Region
        Coarse ones first; empty for small pictures, where the whole picture is enough.
    """
    squares: list[Region] = []
    longest, smallest = float(max(width, height)), _SMALLEST_FACE_PX / _SMALLEST_PART
    levels = math.ceil(math.log(longest / smallest, _LEVEL_RATIO) - 1e-9)
    for level in range(1, levels + 1):
        side = longest * (smallest / longest) ** (level / levels)
        if side > _NEARLY * min(width, height):
            side = float(min(width, height))
        columns = _cover(width, side)
        squares += [Region(x, y, side, 0.0) for y in _cover(height, side) for x in columns]
    return squares


def _cover(length: int, side: float) -> list[float]:
    """Centres of squares that cover a length with overlap."""
    count = 1 + math.ceil(max(0.0, length - side) / (side * _TILE_STEP))
    if count == 1:
        return [length / 2.0]
    return [float(c) for c in np.linspace(side / 2.0, length - side / 2.0, count)]


class FaceSearch:
    """Decides in which frames, and where, the detector runs.

    Parameters
    ----------
    detector : Detector
        The net.
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._size = (0, 0)
        self._tiles: list[Region] = []
        self._next_tile = 0
        self._thorough = True
        self._last_s = -math.inf

    def look_everywhere(self) -> None:
        """Search the whole of the next frame, all tiles included."""
        self._thorough = True

    def due(self, time_s: float, known: int, urgent: bool) -> bool:
        """Whether to search now.

        Parameters
        ----------
        time_s : float
            Capture time of the frame, seconds.
        known : int
            Faces that are being followed.
        urgent : bool
            A face was lost or hidden just now.
        """
        if self._thorough:
            return True
        interval = _UNKNOWN_INTERVAL_S if known == 0 or urgent else _KNOWN_INTERVAL_S
        return time_s - self._last_s >= interval - 1e-3

    def run(self, frame: Frame) -> list[Detection]:
        """Search the picture and the tiles whose turn it is.

        Returns
        -------
        list of Detection
            Best first, one per face.
        """
        if (frame.width, frame.height) != self._size:
            self._size = (frame.width, frame.height)
            self._tiles, self._next_tile = tiles(*self._size), 0
        found = self._detector.find(frame)
        count = len(self._tiles) if self._thorough else min(_TILES_AT_A_TIME, len(self._tiles))
        for offset in range(count):
            square = self._tiles[(self._next_tile + offset) % len(self._tiles)]
            found += [
                d for d in self._detector.find(frame, square) if not _clipped(d, square, frame)
            ]
        if self._tiles:
            self._next_tile = (self._next_tile + count) % len(self._tiles)
        self._thorough = False
        self._last_s = frame.time_s
        return _distinct(found)


def _clipped(detection: Detection, square: Region, frame: Frame) -> bool:
    """Whether a tile's edge inside the picture cuts a face; another tile shows it whole."""
    left, top = square.x - square.size / 2.0, square.y - square.size / 2.0
    right, bottom = left + square.size, top + square.size
    box = detection.box
    return bool(
        (box[0] < left and left > 1)
        or (box[1] < top and top > 1)
        or (box[2] > right and right < frame.width - 1)
        or (box[3] > bottom and bottom < frame.height - 1)
    )


def _distinct(found: list[Detection]) -> list[Detection]:
    """One detection per face, the best."""
    kept: list[Detection] = []
    for detection in sorted(found, key=lambda d: -d.score):
        if all(overlap(detection.box, other.box) < _SAME_FACE for other in kept):
            kept.append(detection)
    return kept
