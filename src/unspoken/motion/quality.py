"""The footage of a face in figures: noise, sharpness, codec blocks.

These are measured on pictures sampled about twice a second; they explain to a person why little
or much could be seen. The evidence itself does not use them, its errors come from the pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.media.frame import Frame
from unspoken.motion.backend import Array
from unspoken.motion.fields import FACE_OVAL

__all__ = ["FootageMeter", "blockiness", "edge_width", "noise_level"]

#: Seconds between two sampled pictures, and how many values are kept for the medians.
_EVERY_S, _KEPT = 0.5, 4096
#: What the gradient operator itself adds to the width of an edge, squared pixels.
_SOBEL_VARIANCE = 0.5


def noise_level(crop: Array) -> float:
    """Standard deviation of the picture noise.

    Convolves with the difference of two Laplacians, which is blind to slopes and edges of second
    order, and takes the mean magnitude (Immerkaer 1996, doi 10.1006/cviu.1996.0060).

    Parameters
    ----------
    crop : ndarray of float32, shape (height, width)
        Grey levels 0..255; NaN is returned for fewer than 3 x 3 pixels.
    """
    if min(crop.shape) < 3:
        return float("nan")
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = cv2.filter2D(crop.astype(np.float32), cv2.CV_32F, kernel)[1:-1, 1:-1]
    # The median instead of the mean keeps brows and lashes from counting as noise.
    return float(np.median(np.abs(response)) / (6.0 * 0.6745))


def edge_width(crop: Array) -> float:
    """Width of the sharpest edges: standard deviation of the blur, pixels of the crop.

    Gradient before over gradient after a known extra blur (Zhuo & Sim 2011, doi
    10.1016/j.patcog.2011.03.009), median over the steepest 2 % of the pixels.

    Returns
    -------
    float
        Pixels; infinite for a picture without edges.
    """

    def gradient(image: Array) -> Array:
        gx = cv2.Sobel(image, cv2.CV_32F, 1, 0, ksize=3)
        gy = cv2.Sobel(image, cv2.CV_32F, 0, 1, ksize=3)
        return np.asarray(cv2.magnitude(gx, gy), dtype=np.float32)

    before = gradient(crop)
    after = gradient(np.asarray(cv2.GaussianBlur(crop, (0, 0), 1.0), dtype=np.float32))
    steep = before >= max(float(np.quantile(before, 0.98)), 1e-3)
    if not steep.any():
        return float("inf")
    ratio = float(np.median(before[steep] / np.maximum(after[steep], 1e-3)))
    variance = 1.0 / max(ratio * ratio - 1.0, 1e-6)
    return float(np.sqrt(max(variance - _SOBEL_VARIANCE, 0.0)))


def blockiness(luma: NDArray[np.uint8], box: tuple[int, int, int, int]) -> float:
    """Brightness steps at multiples of 8 picture pixels over steps elsewhere.

    Parameters
    ----------
    luma : ndarray of uint8, shape (height, width)
        Picture as decoded.
    box : tuple of int
        Left, top, right, bottom of the face, picture pixels.

    Returns
    -------
    float
        1.0 without visible blocks; NaN for a box narrower than 24 pixels.
    """
    left, top, right, bottom = box
    left, top = max(left, 0), max(top, 0)
    right, bottom = min(right, luma.shape[1]), min(bottom, luma.shape[0])
    if right - left < 24 or bottom - top < 24:
        return float("nan")
    patch = luma[top:bottom, left:right].astype(np.int16)
    steps = np.abs(np.diff(patch, axis=1)).mean(axis=0)
    border = (np.arange(left + 1, right) % 8) == 0
    return float((steps[border].mean() + 0.05) / (steps[~border].mean() + 0.05))


class FootageMeter:
    """Collects the figures over a recording; constant memory."""

    def __init__(self) -> None:
        self._next_s = -np.inf
        self._values: list[tuple[float, float, float]] = []

    @property
    def blocks(self) -> float:
        """Blockiness at the last look; NaN before the first."""
        return self._values[-1][2] if self._values else float("nan")

    def push(self, frame: Frame, crop: Array, points: NDArray[np.float32], time_s: float) -> None:
        """Look at one frame, if half a second has passed since the last one looked at.

        Parameters
        ----------
        frame : Frame
            The picture.
        crop : ndarray of float32, shape (size, size)
            The aligned face.
        points : ndarray, shape (478, 3)
            Mesh in picture pixels.
        time_s : float
            Capture time, seconds.
        """
        if time_s < self._next_s:
            return
        self._next_s = time_s + _EVERY_S
        low = points[FACE_OVAL, :2].min(axis=0).astype(int)
        high = points[FACE_OVAL, :2].max(axis=0).astype(int)
        box = (int(low[0]), int(low[1]), int(high[0]), int(high[1]))
        middle = crop[crop.shape[0] // 5 : -crop.shape[0] // 5]
        self._values.append((noise_level(middle), edge_width(middle), blockiness(frame.luma, box)))
        if len(self._values) >= _KEPT:
            self._values = self._values[::2]

    def medians(self) -> tuple[float, float, float]:
        """Noise in grey levels, edge width in crop pixels, blockiness; NaN before any picture."""
        if not self._values:
            return float("nan"), float("nan"), float("nan")
        noise, width, blocks = np.nanmedian(np.array(self._values), axis=0)
        return float(noise), float(width), float(blocks)
