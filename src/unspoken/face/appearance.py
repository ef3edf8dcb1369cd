"""Is this face the one that was here before? Asked only inside one recording, only in memory.

A face is sampled into a small grey picture in the frame of the canonical face, so pose and
expression are largely taken out; two such pictures are compared by their local structure. What is
kept lives in a `FaceTracker` object and dies with it: it is never stored, never returned and cannot
be read from outside, and it is far too coarse to tell who somebody is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.face.canonical import SKIN_POINTS, canonical_face
from unspoken.face.pose import fit_canonical
from unspoken.media.frame import Frame

__all__ = ["Appearance", "likeness", "prepare"]

_WIDTH, _HEIGHT = 50, 56
_LEFT, _TOP, _CM = -7.0, -7.6, 0.28  # corner and pixel size of the grid, centimetres
_NEIGHBOURHOOD = 5
_NOISE_GREY = 4.0


@dataclass(frozen=True, slots=True)
class Appearance:
    """How one face looks in one frame.

    Parameters
    ----------
    texture : ndarray of float32, shape (pixels,)
        Brightness on the canonical face, locally normalised.
    weight : ndarray of float32, shape (pixels,)
        How well each pixel was seen, 0..1.
    """

    texture: NDArray[np.float32]
    weight: NDArray[np.float32]

    @classmethod
    def of(cls, frame: Frame, points: NDArray[np.float32]) -> Appearance:
        """Look at a face whose mesh is known.

        Parameters
        ----------
        frame : Frame
            The picture.
        points : ndarray, shape (478, 3)
            Its mesh, picture pixels.
        """
        grid = _grid()
        fit = fit_canonical(points)
        skin = points[:SKIN_POINTS].astype(np.float64)
        place = np.einsum("ijk,ij->ik", skin[grid.corners, :2], grid.shares)
        luma, place = _reduced(frame, place, fit.scale * _CM)
        across, down = place.astype(np.float32).T.reshape(2, _HEIGHT, _WIDTH)
        sampled = np.asarray(
            cv2.remap(luma, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
            dtype=np.float32,
        )
        facing = -(grid.normals @ fit.rotation.T)[:, 2]
        inside = (place >= 0).all(axis=1) & (place < luma.shape[::-1]).all(axis=1)
        weight = grid.weight * np.clip((facing - 0.2) / 0.5, 0.0, 1.0) * inside
        return cls(_normalised(sampled).ravel(), weight.astype(np.float32))


def likeness(a: Appearance, b: Appearance) -> float:
    """How alike two looks at a face are.

    Returns
    -------
    float
        Correlation of the parts both looks show, -1..1; 0 when they share too little.
    """
    weight = a.weight * b.weight
    total = float(weight.sum())
    if total < 0.25 * float(_grid().weight.sum()):
        return 0.0
    x = a.texture - float(weight @ a.texture) / total
    y = b.texture - float(weight @ b.texture) / total
    power = float(weight @ (x * x)) * float(weight @ (y * y))
    return float(weight @ (x * y)) / float(np.sqrt(power)) if power > 0.0 else 0.0


def _normalised(texture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Local mean removed, local contrast brought to one."""
    side = (_NEIGHBOURHOOD, _NEIGHBOURHOOD)
    mean = cv2.blur(texture, side)
    variance = cv2.blur(texture * texture, side) - mean * mean
    scale = np.sqrt(np.maximum(variance, 0.0) + _NOISE_GREY**2)
    return np.asarray((texture - mean) / scale, dtype=np.float32)


def _reduced(
    frame: Frame, place: NDArray[np.float64], pixels_per_cell: float
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The picture around a face at about the grid's resolution, and the places in it."""
    step = max(1, int(pixels_per_cell + 0.5))
    low, high = place.min(axis=0) - 2 * step, place.max(axis=0) + 2 * step
    left, top = (max(0, int(v)) for v in low)
    cut = frame.luma[top : max(top, int(high[1])), left : max(left, int(high[0]))]
    height, width = cut.shape[0] // step, cut.shape[1] // step
    if height < 2 or width < 2:
        return np.zeros((2, 2), dtype=np.uint8), np.full_like(place, -1.0)
    if step > 1:
        cut = np.asarray(
            cv2.resize(
                cut[: height * step, : width * step], (width, height), interpolation=cv2.INTER_AREA
            ),
            dtype=np.uint8,
        )
    return cut, (place - (left, top) - (step - 1) / 2.0) / step


@dataclass(frozen=True, slots=True)
class _Grid:
    """The grid on the canonical face: for each pixel a triangle and the shares of its corners."""

    corners: NDArray[np.int64]
    shares: NDArray[np.float64]
    normals: NDArray[np.float64]
    weight: NDArray[np.float64]


def prepare() -> None:
    """Work out now what the first look would have to wait for; it is kept for the process."""
    _grid()


@lru_cache(maxsize=1)
def _grid() -> _Grid:
    face = canonical_face()
    x = _LEFT + _CM * np.arange(_WIDTH)
    y = _TOP + _CM * np.arange(_HEIGHT)
    pixels = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    best_depth = np.full(len(pixels), np.inf)
    corners = np.zeros((len(pixels), 3), dtype=np.int64)
    shares = np.tile([1.0, 0.0, 0.0], (len(pixels), 1))
    normals = np.tile([0.0, 0.0, 1.0], (len(pixels), 1))  # facing away: weight zero
    origin, across, down = (face.points[face.triangles[:, corner]] for corner in range(3))
    across, down = across - origin, down - origin
    area = across[:, 0] * down[:, 1] - across[:, 1] * down[:, 0]
    normal = np.cross(across, down)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    normal *= np.where(normal[:, 2:] < 0, 1.0, -1.0)
    for number in np.flatnonzero(np.abs(area) >= 1e-9):
        triangle = face.triangles[number]
        low, high = face.points[triangle, :2].min(axis=0), face.points[triangle, :2].max(axis=0)
        near = np.flatnonzero(((pixels >= low - 1e-6) & (pixels <= high + 1e-6)).all(axis=1))
        offset = pixels[near] - origin[number, :2]
        u = (offset[:, 0] * down[number, 1] - offset[:, 1] * down[number, 0]) / area[number]
        v = (offset[:, 1] * across[number, 0] - offset[:, 0] * across[number, 1]) / area[number]
        share = np.stack((1.0 - u - v, u, v), axis=1)
        depth = share @ face.points[triangle, 2]
        hit = (share >= -1e-9).all(axis=1) & (depth < best_depth[near])
        inside = near[hit]
        normals[inside] = normal[number]
        corners[inside], shares[inside], best_depth[inside] = triangle, share[hit], depth[hit]
    weight = np.isfinite(best_depth).astype(np.float64)
    weight[_inside_mouth_or_eyes(pixels)] *= 0.2
    return _Grid(corners, shares, normals, weight)


def _inside_mouth_or_eyes(pixels: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Pixels of the canonical face that expressions change most."""
    face = canonical_face().points
    inside = np.zeros(len(pixels), dtype=np.bool_)
    for left, right, top, bottom in ((33, 133, 159, 145), (362, 263, 386, 374), (61, 291, 0, 17)):
        centre = (face[left, :2] + face[right, :2]) / 2.0
        half_width = np.linalg.norm(face[left, :2] - face[right, :2]) / 2.0
        half_height = max(abs(face[top, 1] - face[bottom, 1]) / 2.0, 0.3)
        offset = (pixels - centre) / (half_width, half_height)
        inside |= (offset**2).sum(axis=1) < 1.0
    return inside
