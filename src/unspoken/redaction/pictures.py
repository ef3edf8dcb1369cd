"""Making faces unrecognisable: coarse squares, then blur; or nothing but the moving outline."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.redaction.faces import FacesAt

__all__ = ["blur_faces", "blur_picture", "draw_landmarks"]

Picture = NDArray[np.uint8]
#: Room around a face, parts of its size: hair, ears and chin go too.
_ROOM = 0.45
#: Squares across a face; what is finer is gone for good. With 3 or more, the face detector itself
#: still saw something like a face in some pictures.
_SQUARES = 2
#: Squares across the shorter side of a picture that is blurred as a whole.
_SQUARES_IN_PICTURE = 10
_GROUND, _INK = (250, 248, 244), (40, 60, 90)


def blur_faces(picture: Picture, faces: FacesAt) -> Picture:
    """Make every face unrecognisable; where faces may be missing, the whole picture.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width, 3)
        RGB.
    faces : FacesAt
        Of this picture.
    """
    if not faces.safe:
        return blur_picture(picture)
    out = picture.copy()
    height, width = picture.shape[:2]
    for left, top, right, bottom in faces.boxes:
        grow_x, grow_y = _ROOM * (right - left), _ROOM * (bottom - top)
        x0, y0 = max(0, int(left - grow_x)), max(0, int(top - grow_y))
        x1, y1 = min(width, int(right + grow_x) + 1), min(height, int(bottom + grow_y) + 1)
        if x1 - x0 < 1 or y1 - y0 < 1:
            continue
        # Taken from the original: faces that overlap are not blurred twice, only over each other.
        patch = picture[y0:y1, x0:x1]
        out[y0:y1, x0:x1] = _coarse(patch, (right - left) / _SQUARES)
    return out


def blur_picture(picture: Picture) -> Picture:
    """Leave nothing but patches of colour."""
    return _coarse(picture, min(picture.shape[:2]) / _SQUARES_IN_PICTURE)


def _coarse(patch: Picture, square: float) -> Picture:
    height, width = patch.shape[:2]
    size = max(1, round(width / max(square, 1.0))), max(1, round(height / max(square, 1.0)))
    small = cv2.resize(patch, size, interpolation=cv2.INTER_AREA)
    return np.asarray(
        cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8
    )


def draw_landmarks(size: tuple[int, int], faces: FacesAt) -> Picture:
    """Draw the meshes' points on an empty ground; no pixel of the recording is used.

    Parameters
    ----------
    size : tuple of int
        Width and height, pixels.
    faces : FacesAt
        Without faces the ground stays empty.
    """
    out = np.full((size[1], size[0], 3), _GROUND, dtype=np.uint8)
    for mesh in faces.meshes:
        extent = float(np.ptp(mesh[:, 0]))
        radius = max(1, round(extent / 150.0))
        for x, y in mesh[:, :2]:
            cv2.circle(out, (round(float(x)), round(float(y))), radius, _INK, -1, cv2.LINE_AA)
    return out
