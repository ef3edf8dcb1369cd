"""The canonical frame: every face warped to the same size and place.

The crop is a similarity transform of the picture (shift, turn, scale) that brings points which
expressions barely move (eye corners, nose bridge, nostril base) onto fixed places. It only has
to be roughly right: what is left of the head's movement is measured from the pixels.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.facs.basis import load_basis
from unspoken.media.frame import Frame

__all__ = ["STABLE_POINTS", "canonical_icd_px", "crop_luma", "crop_transform", "to_crop"]

#: Mesh points that expressions move least: eye corners, nose bridge, nostril base.
STABLE_POINTS = np.array([33, 133, 362, 263, 6, 168, 197, 195, 2, 98, 327])
#: The distance between the outer eye corners as a share of the crop's side.
_EYES_SHARE = 78.0 / 160.0
#: Height of the eye line as a share of the crop's side.
_EYE_LINE = 0.36


@lru_cache(maxsize=8)
def _layout(size: int) -> tuple[NDArray[np.float64], float]:
    """Places of the stable points in a crop of a given side, and crop pixels per ICD."""
    points = load_basis().points.astype(np.float64)
    outer = float(np.linalg.norm(points[263, :2] - points[33, :2]))
    scale = _EYES_SHARE * size / outer
    middle = points[[33, 133, 362, 263], :2].mean(axis=0)
    place = (points[STABLE_POINTS, :2] - middle) * scale + size * np.array([0.5, _EYE_LINE])
    return place, scale


def canonical_icd_px(size: int) -> float:
    """Crop pixels per inter-canthal distance of the canonical face, for a crop of side `size`."""
    return _layout(size)[1]


def crop_transform(points: NDArray[np.float32], size: int) -> NDArray[np.float64]:
    """The similarity transform from crop pixels to picture pixels.

    Least squares over :data:`STABLE_POINTS` (Umeyama 1991, doi 10.1109/34.88573, in its
    closed form for the plane).

    Parameters
    ----------
    points : ndarray, shape (478, 2 or 3)
        Mesh in picture pixels.
    size : int
        Side of the crop, pixels.

    Returns
    -------
    ndarray of float64, shape (2, 3)
        Maps crop pixel coordinates to picture pixel coordinates.
    """
    source = _layout(size)[0]
    target = points[STABLE_POINTS, :2].astype(np.float64)
    a, b = source - source.mean(axis=0), target - target.mean(axis=0)
    energy = float((a * a).sum())
    real = float((a * b).sum()) / energy
    imaginary = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / energy
    turn = np.array([[real, -imaginary], [imaginary, real]])
    shift = target.mean(axis=0) - turn @ source.mean(axis=0)
    return np.column_stack((turn, shift))


def to_crop(transform: NDArray[np.float64], points: NDArray[np.float32]) -> NDArray[np.float64]:
    """Carry picture points into the crop.

    Parameters
    ----------
    transform : ndarray, shape (2, 3)
        From :func:`crop_transform`.
    points : ndarray, shape (n, 2 or 3)
        Picture pixels; a third column (depth) is turned into crop pixels by scale alone.

    Returns
    -------
    ndarray of float64, same shape
    """
    inverse = np.linalg.inv(transform[:, :2])
    flat = (points[:, :2].astype(np.float64) - transform[:, 2]) @ inverse.T
    if points.shape[1] == 2:
        return flat
    scale = float(np.hypot(*transform[:, 0]))
    return np.column_stack((flat, points[:, 2] / scale))


def crop_luma(frame: Frame, transform: NDArray[np.float64], size: int) -> NDArray[np.float32]:
    """Cut the aligned face out of a frame as brightness in grey levels 0..255.

    A face much larger than the crop is averaged down first, so that fine texture does not alias
    into apparent movement.

    Returns
    -------
    ndarray of float32, shape (size, size)
        Full-range grey levels; outside the picture 0.
    """
    scale = float(np.hypot(*transform[:, 0]))
    factor = 1 if scale < 2.2 else 2 if scale < 4.4 else 4
    luma, matrix = frame.luma, transform
    if factor > 1:
        luma, matrix = _reduced(frame.luma, transform, size, factor)
    patch = cv2.warpAffine(
        luma,
        matrix,
        (size, size),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderValue=(0.0 if frame.full_range else 16.0,),
    )
    grey = patch.astype(np.float32)
    if frame.full_range:
        return grey
    return np.asarray((grey - 16.0) * np.float32(255.0 / 219.0), dtype=np.float32)


def _reduced(
    luma: NDArray[np.uint8], transform: NDArray[np.float64], size: int, factor: int
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The part of the picture under the crop, averaged down by a whole factor.

    The blocks that are averaged lie on a grid fixed to the picture, so that a face at rest gives
    the same crop in every frame.

    Returns
    -------
    reduced : ndarray of uint8
        At least one block.
    matrix : ndarray, shape (2, 3)
        From crop pixels to pixels of `reduced`.
    """
    edge = np.array([[0.0, size, 0.0, size], [0.0, 0.0, size, size], [1.0] * 4])
    x, y = transform @ edge
    height, width = (side // factor for side in luma.shape)  # whole blocks
    left, right = _blocks_between(x, factor, width)
    top, bottom = _blocks_between(y, factor, height)
    part = luma[top * factor : bottom * factor, left * factor : right * factor]
    small = cv2.resize(part, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    matrix = transform.copy()
    matrix[:, 2] -= np.array([left, top]) * factor + (factor - 1) / 2.0
    return np.asarray(small, dtype=np.uint8), matrix / factor


def _blocks_between(places: NDArray[np.float64], factor: int, blocks: int) -> tuple[int, int]:
    """First and last-plus-one block that cover some pixel places, with one to spare, clipped."""
    first = int(np.floor(places.min() / factor)) - 1
    last = int(np.ceil(places.max() / factor)) + 2
    first = min(max(first, 0), blocks - 1)
    return first, min(max(last, first + 1), blocks)
