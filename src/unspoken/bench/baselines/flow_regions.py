"""How far the regions of a face have moved since a window's first frame: the measuring half.

Lengths are pixels of a crop of 256 x 256 in which the inner eye corners are 64 pixels apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.bench.baselines.flow_peaks import Area
from unspoken.face.geometry import icd_px, inner_eye_corners
from unspoken.media.frame import Frame

__all__ = ["CROP_PX", "REGIONS", "FaceCrop", "RegionFlow", "mean_of_strongest"]

Floats = NDArray[np.float64]
Box = tuple[int, int, int, int]
Pixel = TypeVar("Pixel", np.uint8, np.float32)

CROP_PX = 256
#: The crop reaches so far from midway between the inner eye corners, in halves of their distance.
_UP, _DOWN, _SIDE = 3.0, 5.0, 4.0
#: Half the side of a small region; also how far a whole region reaches past its points.
_REACH = 10
#: Room around the points of a patch, beyond the regions in it: one averaging window of the flow, so
#: that the patch's border is not felt inside.
_ROOM = 15
#: Part of the vectors, strongest first, whose mean is a region's movement (published: 20-30 %) ...
_STRONGEST = 0.25
#: ... and the head's.
_STRONGEST_OF_BRIDGE = 0.7

# Mesh points (MediaPipe numbering); right and left are the person's own.
_RIGHT_BROW = (70, 63, 105, 66, 107, 46, 53, 52, 65, 55)
_LEFT_BROW = (300, 293, 334, 296, 336, 276, 283, 282, 295, 285)
_LIPS = (61, 40, 37, 0, 267, 270, 291, 321, 314, 17, 84, 91)
# From between the eyes to the tip, as the bridge has it in the 68-point scheme of those years.
_BRIDGE = (168, 6, 197, 195, 5, 4)
_WINGS = (48, 278)


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the face whose movement is one signal.

    Parameters
    ----------
    area : {"brow", "mouth", "nose"}
        Sets its threshold.
    patch : str
        In which patch of flow it lies.
    points : tuple of int
        Mesh points.
    whole : bool
        Whether it is the box around all points, or a small box around their mean.
    """

    area: Area
    patch: str
    points: tuple[int, ...]
    whole: bool = False


#: All regions by name, in the order of the signals.
REGIONS: dict[str, Region] = {
    "right brow, inner": Region("brow", "right brow", (107, 55)),
    "right brow, middle": Region("brow", "right brow", (105, 52)),
    "right brow, outer": Region("brow", "right brow", (70, 46)),
    "right brow": Region("brow", "right brow", _RIGHT_BROW, whole=True),
    "left brow, inner": Region("brow", "left brow", (336, 285)),
    "left brow, middle": Region("brow", "left brow", (334, 282)),
    "left brow, outer": Region("brow", "left brow", (300, 276)),
    "left brow": Region("brow", "left brow", _LEFT_BROW, whole=True),
    "right lip corner": Region("mouth", "mouth", (61,)),
    "left lip corner": Region("mouth", "mouth", (291,)),
    "upper lip": Region("mouth", "mouth", (0,)),
    "lower lip": Region("mouth", "mouth", (17,)),
    "mouth": Region("mouth", "mouth", _LIPS, whole=True),
    "right nose wing": Region("nose", "nose", (48,)),
    "left nose wing": Region("nose", "nose", (278,)),
}
#: What flow is computed on: the boxes around these points, with room.
_PATCHES: dict[str, tuple[int, ...]] = {
    "right brow": _RIGHT_BROW,
    "left brow": _LEFT_BROW,
    "mouth": _LIPS,
    "nose": (*_BRIDGE, *_WINGS),
}


@dataclass(frozen=True)
class FaceCrop:
    """Where a window's crop lies: fixed on its first frame, the same for all that follow.

    Parameters
    ----------
    to_picture : ndarray, shape (2, 3)
        From crop pixels to picture pixels; upright, no rotation.
    points : ndarray, shape (478, 2)
        The first frame's mesh in crop pixels.
    """

    to_picture: Floats
    points: Floats

    @classmethod
    def of_mesh(cls, points: NDArray[np.floating]) -> FaceCrop:
        """The crop for a face mesh in picture pixels, shape (478, 3)."""
        right, left = inner_eye_corners(points)
        unit = icd_px(points) / 2.0
        # Pixel centres are whole numbers: the box's edge lies half a pixel before the first.
        scale = (_UP + _DOWN) * unit / CROP_PX
        corner = (right + left) / 2.0 - (_SIDE * unit, _UP * unit)
        start = corner + scale / 2.0
        placed = (points[:, :2].astype(np.float64) - start) / scale
        return cls(np.array([[scale, 0.0, start[0]], [0.0, scale, start[1]]]), placed)

    def cut(self, frame: Frame) -> NDArray[np.uint8]:
        """The crop of a frame, brightness, shape (256, 256); black outside the picture."""
        return frame.luma_patch(self.to_picture, (CROP_PX, CROP_PX))


def mean_of_strongest(vectors: NDArray[np.floating], part: float) -> Floats:
    """Mean of the longest vectors.

    Parameters
    ----------
    vectors : ndarray, shape (..., 2)
        At least one.
    part : float
        How many of them, 0..1; at least one is taken.

    Returns
    -------
    ndarray, shape (2,)
    """
    flat = vectors.reshape(-1, 2)
    count = max(1, round(part * len(flat)))
    length = (flat.astype(np.float64) ** 2).sum(axis=1)
    longest = np.argpartition(length, len(flat) - count)[len(flat) - count :]
    return np.asarray(flat[longest].mean(axis=0, dtype=np.float64))


class RegionFlow:
    """Measures frames against the first frame of a window.

    Farneback flow (doi 10.1007/3-540-45103-X_50) with a pyramid factor of 0.5, 3 levels, a window
    of 15 pixels, 5 iterations, and polynomials over 7 pixels with a spread of 1.5, computed on four
    patches: each brow, the mouth, the nose.

    Parameters
    ----------
    frame : Frame
        The first frame.
    points : ndarray, shape (478, 3)
        The mesh of the face in it, picture pixels.
    """

    def __init__(self, frame: Frame, points: NDArray[np.floating]) -> None:
        self._crop = FaceCrop.of_mesh(points)
        self._first = self._crop.cut(frame)
        mesh = self._crop.points
        self._patches = {
            name: _box(mesh[list(where)], _REACH + _ROOM) for name, where in _PATCHES.items()
        }
        self._bridge = _inside(_box(mesh[list(_BRIDGE)], _REACH), self._patches["nose"])
        self._boxes = {
            name: _inside(_region_box(mesh, region), self._patches[region.patch])
            for name, region in REGIONS.items()
        }

    def measure(self, frame: Frame) -> Floats:
        """How far each region has moved, the head's movement taken off.

        Parameters
        ----------
        frame : Frame
            Any frame of the window.

        Returns
        -------
        ndarray, shape (regions, 2)
            To the right and down, crop pixels, in the order of :data:`REGIONS`.
        """
        crop = self._crop.cut(frame)
        flows = {name: self._flow(crop, box) for name, box in self._patches.items()}
        head = mean_of_strongest(_part(flows["nose"], self._bridge), _STRONGEST_OF_BRIDGE)
        return np.array(
            [
                mean_of_strongest(_part(flows[region.patch], self._boxes[name]) - head, _STRONGEST)
                for name, region in REGIONS.items()
            ]
        )

    def _flow(self, crop: NDArray[np.uint8], box: Box) -> NDArray[np.float32]:
        before, now = _part(self._first, box), _part(crop, box)
        empty = np.zeros((*before.shape, 2), dtype=np.float32)
        flow = cv2.calcOpticalFlowFarneback(before, now, empty, 0.5, 3, 15, 5, 7, 1.5, 0)
        return np.asarray(flow, dtype=np.float32)


def _region_box(mesh: Floats, region: Region) -> Box:
    where = mesh[list(region.points)]
    return _box(where if region.whole else where.mean(axis=0, keepdims=True), _REACH)


def _box(points: Floats, reach: int) -> Box:
    """Left, top, right, bottom around points, whole pixels; at least two pixels of the crop."""
    low, high = points.min(axis=0) - reach, points.max(axis=0) + reach
    left, top = (min(max(math.floor(v), 0), CROP_PX - 2) for v in low.tolist())
    right, bottom = (min(max(math.ceil(v), 2), CROP_PX) for v in high.tolist())
    return left, top, max(right, left + 2), max(bottom, top + 2)


def _inside(box: Box, patch: Box) -> Box:
    """A box of the crop in the pixels of a patch that holds it."""
    return box[0] - patch[0], box[1] - patch[1], box[2] - patch[0], box[3] - patch[1]


def _part(image: NDArray[Pixel], box: Box) -> NDArray[Pixel]:
    left, top, right, bottom = box
    return image[top:bottom, left:right]
