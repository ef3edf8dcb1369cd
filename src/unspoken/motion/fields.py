"""From points to pixels: displacement fields over the crop for one face in one pose.

A field says where each crop pixel goes when something moves by one unit: an action unit at full
amplitude, a pixel of head translation, a radian of head turn. The linear combination of fields
that explains a picture is what the back ends solve for.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.facs.basis import AUBasis
from unspoken.motion.crop import canonical_icd_px

__all__ = [
    "EYE_LEFT",
    "EYE_RIGHT",
    "FACE_OVAL",
    "HEAD_MODES",
    "FieldSet",
    "build_fields",
    "face_mask",
    "spread",
]

Array = NDArray[np.float32]

#: Outline of the mesh, in order round the face.
FACE_OVAL = np.array(
    [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377]
    + [152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109]
)
#: Outlines of the eye openings in the mesh, in order round them.
EYE_RIGHT = np.array([33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246])
EYE_LEFT = np.array(
    [263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466]
)
#: Nuisance motions: flat ones, then parallax of small turns from mesh depth, then the eyeballs.
HEAD_MODES: tuple[str, ...] = (
    "shift_x",
    "shift_y",
    "stretch_xx",
    "stretch_xy",
    "stretch_yx",
    "stretch_yy",
    "yaw",
    "pitch",
    "nearer",
    "yaw_perspective",
    "pitch_perspective",
    "gaze_x",
    "gaze_y",
)


@dataclass(frozen=True, slots=True)
class FieldSet:
    """Displacement fields over the crop.

    Parameters
    ----------
    units : ndarray of float32, shape (units, size, size, 2)
        Crop pixels (x, y) at amplitude 1.0, in the order of `UNIT_KEYS`.
    head : ndarray of float32, shape (modes, size, size, 2)
        Crop pixels per unit of each of :data:`HEAD_MODES`. Modes are scaled so that 1.0 moves the
        face by about one crop pixel.
    mask : ndarray of bool, shape (size, size)
        Pixels on the face that may be used.
    """

    units: Array
    head: Array
    mask: NDArray[np.bool_]


def face_mask(points: NDArray[np.float64], size: int) -> NDArray[np.bool_]:
    """Pixels inside the face outline, a little inside its edge.

    Parameters
    ----------
    points : ndarray, shape (478, 2 or 3)
        Mesh in crop pixels.
    size : int
        Side of the crop, pixels.
    """
    mask = np.zeros((size, size), np.uint8)
    outline = np.round(points[FACE_OVAL, :2]).astype(np.int32)
    cv2.fillPoly(mask, [outline], (1,))
    rim = max(1, round(size / 53))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1, 2 * rim + 1))
    mask = np.asarray(cv2.erode(mask, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=(0,)))
    return mask.astype(bool)


def spread(
    points: NDArray[np.float64], vectors: NDArray[np.float64], size: int, smooth_px: float
) -> Array:
    """Interpolate point displacements linearly over the triangles between the points.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        Crop pixels.
    vectors : ndarray, shape (n, m)
        m numbers per point.
    size : int
        Side of the crop, pixels.
    smooth_px : float
        Gaussian smoothing afterwards, crop pixels.

    Returns
    -------
    ndarray of float32, shape (m, size, size)
        Zero outside the hull of the points.
    """
    # Slow to load; by the time of the first template, pictures are being read meanwhile.
    from scipy.spatial import Delaunay

    mesh = Delaunay(points)
    y, x = np.mgrid[0:size, 0:size]
    pixels = np.column_stack((x.ravel(), y.ravel())).astype(np.float64)
    triangle = mesh.find_simplex(pixels)
    inside = triangle >= 0
    hit = triangle[inside]
    affine = mesh.transform[hit]
    first = np.einsum("nij,nj->ni", affine[:, :2], pixels[inside] - affine[:, 2])
    weights = np.column_stack((first, 1.0 - first.sum(axis=1)))
    # Triangles without area (closed lids and lips) have no barycentric coordinates.
    weights[~np.isfinite(weights).all(axis=1)] = 1.0 / 3.0
    np.clip(weights, 0.0, 1.0, out=weights)
    corners = mesh.simplices[hit]
    values = np.einsum("nc,ncm->nm", weights, vectors[corners])
    out = np.zeros((size * size, vectors.shape[1]), np.float32)
    out[inside] = values
    planes = np.ascontiguousarray(out.reshape(size, size, -1).transpose(2, 0, 1))
    for plane in planes:
        cv2.GaussianBlur(plane, (0, 0), smooth_px, dst=plane)
    return planes


def _eyeball_weight(points: NDArray[np.float64], size: int) -> Array:
    """1 inside the eye openings, 0 elsewhere, softly."""
    opening = np.zeros((size, size), np.uint8)
    for ring in (EYE_RIGHT, EYE_LEFT):
        cv2.fillPoly(opening, [np.round(points[ring, :2]).astype(np.int32)], (255,))
    soft = cv2.GaussianBlur(opening.astype(np.float32) / 255.0, (0, 0), size / 133.0)
    return np.asarray(soft, dtype=np.float32)


def _head_fields(points: NDArray[np.float64], size: int) -> Array:
    """The nuisance motions of :data:`HEAD_MODES` over the crop."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    half = np.float32(size / 4.0)
    x, y = (x - size / 2.0) / half, (y - size / 2.0) / half
    zero, one = np.zeros_like(x), np.ones_like(x)
    flat = [(one, zero), (zero, one), (x, zero), (y, zero), (zero, x), (zero, y)]
    px, py = ((points[:, i] - size / 2.0) / half for i in (0, 1))
    z = (points[:, 2] - points[:, 2].mean()) / half
    none = np.zeros_like(z)
    # A turn by a small angle moves a point at depth z by z times the angle; with a camera close
    # by, also by the products of its position and depth.
    curved = [(z, none), (none, z), (px * z, py * z), (px * px, px * py), (px * py, py * py)]
    vectors = np.stack([np.column_stack(c) for c in curved], axis=1).reshape(len(z), -1)
    planes = spread(points[:, :2], vectors, size, size / 40.0)
    curved_fields = planes.reshape(len(curved), 2, size, size).transpose(0, 2, 3, 1)
    eye = _eyeball_weight(points, size)
    flat_fields = np.stack([np.dstack(f) for f in flat])
    gaze = np.stack([np.dstack((eye, zero)), np.dstack((zero, eye))])
    return np.concatenate((flat_fields, curved_fields, gaze)).astype(np.float32)


def build_fields(
    basis: AUBasis, points: NDArray[np.float64], rotation: NDArray[np.float64], size: int
) -> FieldSet:
    """Action-unit and nuisance fields for one face in one pose.

    Parameters
    ----------
    basis : AUBasis
        Displacements of the canonical face.
    points : ndarray, shape (478, 3)
        The person's mesh in crop pixels, z towards the camera negative.
    rotation : ndarray, shape (3, 3)
        Head rotation left in the crop (yaw and pitch; roll is removed by the crop), in picture
        axes: x right, y down, z away from the camera.
    size : int
        Side of the crop, pixels.

    Returns
    -------
    FieldSet
    """
    icd = canonical_icd_px(size)
    axes = np.array([1.0, 1.0, -1.0])  # the basis' z points towards the camera
    moved = (basis.fields.astype(np.float64) * axes) @ rotation.T * icd  # (units, 478, 3)
    vectors = moved[:, :, :2].transpose(1, 0, 2).reshape(points.shape[0], -1)
    planes = spread(points[:, :2], vectors, size, size / 92.0)
    units = planes.reshape(len(basis.fields), 2, size, size).transpose(0, 2, 3, 1)
    return FieldSet(
        units=np.ascontiguousarray(units),
        head=_head_fields(points, size),
        mask=face_mask(points, size),
    )
