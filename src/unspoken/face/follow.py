"""Carry a face's mesh along between runs of the nets, and notice when it needs a new run.

A small brightness patch of the face (the template, taken when the mesh was last laid) is registered
with each new frame: a similarity transform plus gain and offset of the light, by inverse
compositional Gauss-Newton. What the registration cannot explain, around the eyes and the mouth
apart, tells that the face itself is changing.

Source: Baker & Matthews 2004, "Lucas-Kanade 20 years on", doi:10.1023/B:VISI.0000011205.11775.fd.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.face.nets import Region
from unspoken.media.frame import Frame

__all__ = ["EYE_POINTS", "MOUTH_POINTS", "OVAL_POINTS", "Follower", "Motion"]

SIDE = 48
_ITERATIONS = 4
_SETTLED_PX = 0.05
_LEAST_CONTRAST_GREY = 1.0  # with less there is nothing to hold on to
_INNER = SIDE * np.array([[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]])
_CENTRE = np.array((SIDE / 2.0, SIDE / 2.0))
_Y, _X = np.mgrid[:SIDE, :SIDE].astype(np.float32) - np.float32(SIDE / 2.0)
_PATCH_OF_ROI = 0.72  # the mesh itself fills 1/1.5 of its region of interest

#: Outline of the face, in order.
OVAL_POINTS = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
#: Lids, of the right and the left eye.
EYE_POINTS = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
    (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
)
#: Outer border of the lips.
MOUTH_POINTS = (
    61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Motion:
    """How a face moved since its template was taken.

    Parameters
    ----------
    to_now : ndarray, shape (2, 3)
        Similarity from template-time picture pixels to pixels of this frame.
    skin, eyes, mouth : float
        Unexplained brightness change (mean absolute), grey levels: on the face without eyes and
        mouth, at the eye that changed more, at the mouth.
    contrast : float
        Standard deviation of the template on the face, grey levels.
    moved : float
        Mean displacement of the face in this frame against the one before, in parts of the face's
        size.
    settled : bool
        Whether the registration converged inside the picture.
    """

    to_now: NDArray[np.float64]
    skin: float
    eyes: float
    mouth: float
    contrast: float
    moved: float
    settled: bool


class Follower:
    """Follows one face from the frame in which its mesh was laid.

    Parameters
    ----------
    frame : Frame
        That frame.
    points : ndarray, shape (478, 3)
        The mesh, picture pixels.
    """

    def __init__(self, frame: Frame, points: NDArray[np.float32]) -> None:
        roi = Region.around_points(points)
        region = Region(roi.x, roi.y, roi.size * _PATCH_OF_ROI, roi.angle)
        self._size = region.size
        self._warp = region.to_picture(SIDE)  # from patch pixels to those of the newest frame
        self._then_to_patch = _invert(self._warp)
        template = _Source(frame, self._warp, self._size).patch(self._warp)
        skin, eyes, mouth = _masks(points, self._then_to_patch)
        self._regions = np.stack((skin, *eyes, mouth)) if skin.any() else None
        if self._regions is None:
            return
        counts = self._regions.sum(axis=1, keepdims=True).clip(1.0)
        self._regions = (self._regions / counts).astype(np.float32)
        self._template = template.ravel()
        weight = skin + 0.25 * (eyes[0] + eyes[1] + mouth)
        self._jacobian = _jacobian(template)
        weighted = self._jacobian * weight[:, None]
        hessian = (self._jacobian.T @ weighted).astype(np.float64) + np.eye(6) * 1e-3
        self._solve = np.linalg.inv(hessian).astype(np.float32) @ weighted.T
        inside = skin > 0
        self._contrast = float(self._template[inside].std())

    def follow(self, frame: Frame) -> Motion:
        """Register a further frame; frames come in order of time.

        Returns
        -------
        Motion
        """
        before = self._warp
        if self._regions is None:
            return Motion(np.eye(2, 3), 0.0, 0.0, 0.0, 0.0, 0.0, settled=False)
        source = _Source(frame, before, self._size)
        warp = before
        settled = False
        featureless = self._contrast < _LEAST_CONTRAST_GREY
        for _ in range(_ITERATIONS):
            difference = source.patch(warp).ravel() - self._template
            step = self._solve @ difference
            warp = _compose_inverse(warp, step)
            if (
                max(abs(step[0]), abs(step[1])) * SIDE / 2 + max(abs(step[2]), abs(step[3]))
                < _SETTLED_PX
            ):
                settled = True
                break
        left_over = np.abs(difference - self._jacobian @ step)
        skin, right_eye, left_eye, mouth = (float(v) for v in self._regions @ left_over)
        self._warp = warp
        return Motion(
            to_now=_compose(warp, self._then_to_patch),
            skin=skin,
            eyes=max(right_eye, left_eye),
            mouth=mouth,
            contrast=self._contrast,
            moved=_displacement(before, warp) / self._size,
            settled=settled and not featureless,
        )


class _Source:
    """The part of a picture around a face, averaged down to about the patch's resolution."""

    def __init__(self, frame: Frame, warp: NDArray[np.float64], size: float) -> None:
        self._step = step = max(1, int(size / SIDE + 0.5))
        reach = size * 0.8  # half the patch's diagonal and some room to move
        x, y = warp[:, :2] @ _CENTRE + warp[:, 2]
        left, top = max(0, int(x - reach)), max(0, int(y - reach))
        self._corner = np.array((left, top), dtype=np.float64)
        cut = frame.luma[top : max(top, int(y + reach)), left : max(left, int(x + reach))]
        height, width = cut.shape[0] // step, cut.shape[1] // step
        if height < 2 or width < 2:  # the face has left the picture
            self._small = np.zeros((2, 2), dtype=np.uint8)
        elif step == 1:
            self._small = cut
        else:
            whole = cut[: height * step, : width * step]
            small = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
            self._small = np.asarray(small, dtype=np.uint8)

    def patch(self, warp: NDArray[np.float64]) -> NDArray[np.float32]:
        """The patch a warp cuts out, shape (SIDE, SIDE)."""
        to_small = warp / self._step
        to_small[:, 2] -= (self._corner + (self._step - 1) / 2.0) / self._step
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(
            self._small, to_small, (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE
        ).astype(np.float32)


def _masks(
    points: NDArray[np.float32], to_patch: NDArray[np.float64]
) -> tuple[NDArray[np.float32], list[NDArray[np.float32]], NDArray[np.float32]]:
    """Flat masks of the patch: skin, the two eyes, mouth."""
    xy = points[:, :2] @ to_patch[:, :2].T + to_patch[:, 2]

    def fill(indices: tuple[int, ...], grow: float = 1.0) -> NDArray[np.float32]:
        outline = xy[list(indices)]
        centre = outline.mean(axis=0)
        mask = np.zeros((SIDE, SIDE), dtype=np.uint8)
        hull = cv2.convexHull(((outline - centre) * grow + centre).round().astype(np.int32))
        cv2.fillConvexPoly(mask, hull, (1,))
        return mask.ravel().astype(np.float32)

    eyes = [fill(indices, 1.3) for indices in EYE_POINTS]
    mouth = fill(MOUTH_POINTS, 1.15)
    skin = fill(OVAL_POINTS, 0.95) * (1.0 - np.maximum.reduce([*eyes, mouth]))
    return skin, eyes, mouth


def _jacobian(template: NDArray[np.float32]) -> NDArray[np.float32]:
    """Change of the patch with (scale, turn, shift x, shift y, gain, offset); shape (n, 6)."""
    smooth = cv2.GaussianBlur(template, (3, 3), 0.8)
    grad_x = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=1, scale=0.5)
    grad_y = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=1, scale=0.5)
    columns = np.empty((6, SIDE, SIDE), dtype=np.float32)
    columns[0] = grad_x * _X + grad_y * _Y
    columns[1] = grad_y * _X - grad_x * _Y
    columns[2] = grad_x
    columns[3] = grad_y
    columns[4] = smooth - smooth.mean()
    columns[5] = 1.0
    return np.ascontiguousarray(columns.reshape(6, -1).T)


def _compose(outer: NDArray[np.float64], inner: NDArray[np.float64]) -> NDArray[np.float64]:
    """The affine map `inner` followed by `outer`."""
    linear = outer[:, :2] @ inner[:, :2]
    shift = outer[:, :2] @ inner[:, 2] + outer[:, 2]
    return np.column_stack((linear, shift))


def _invert(affine: NDArray[np.float64]) -> NDArray[np.float64]:
    """The affine map undone."""
    (a, b, x), (c, d, y) = affine.tolist()
    k = 1.0 / (a * d - b * c)
    a, b, c, d = d * k, -b * k, -c * k, a * k
    return np.array(((a, b, -a * x - b * y), (c, d, -c * x - d * y)))


def _compose_inverse(warp: NDArray[np.float64], step: NDArray[np.float32]) -> NDArray[np.float64]:
    """The warp after the inverse of an incremental similarity about the patch centre."""
    scale, turn, shift_x, shift_y = step[:4].tolist()
    half, grown = SIDE / 2.0, 1.0 + scale
    x = shift_x + half - (grown - turn) * half
    y = shift_y + half - (turn + grown) * half
    return _compose(warp, _invert(np.array(((grown, -turn, x), (turn, grown, y)))))


def _displacement(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Mean distance between two warps over the inner part of the patch, picture pixels."""
    change = _INNER @ (after - before)[:, :2].T + (after - before)[:, 2]
    return float(np.hypot(change[:, 0], change[:, 1]).mean())
