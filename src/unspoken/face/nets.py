"""The three nets: where a face is, its mesh, and what it is doing.

They are run directly under LiteRT (XNNPACK, one thread each) on pieces cut from the picture, so the
whole picture is never converted to RGB. Conventions follow MediaPipe's face landmarker.

Sources
-------
Bazarevsky et al. 2019, "BlazeFace", arXiv:1907.05047 (detector); Kartynnik et al. 2019, "Real-time
facial surface geometry from monocular video on mobile GPUs", arXiv:1907.06724 (mesh).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unspoken.face.lite import Net, anchor_centres, decode
from unspoken.face.weights import BLENDSHAPE_MEMBER, DETECTOR_MEMBER, MESH_MEMBER
from unspoken.media.frame import Frame

__all__ = [
    "BLENDSHAPES",
    "BLENDSHAPE_INDEX",
    "MESH_POINTS",
    "Blendshapes",
    "Detection",
    "Detector",
    "Mesh",
    "Nets",
    "Region",
]

#: Number of mesh points: 468 on the skin, 5 on each iris.
MESH_POINTS = 478

#: Names of the blendshape scores in the net's order; left and right are the person's own.
BLENDSHAPES: tuple[str, ...] = (
    "_neutral", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft",
    "browOuterUpRight", "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft",
    "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight",
    "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft",
    "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft",
    "mouthPressRight", "mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper",
    "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft",
    "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight", "noseSneerLeft", "noseSneerRight",
)  # fmt: skip

#: Position of each blendshape in the net's output.
BLENDSHAPE_INDEX: dict[str, int] = {name: i for i, name in enumerate(BLENDSHAPES)}

# The mesh points the blendshape net reads, in its order.
_BLENDSHAPE_POINTS = np.array([
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66,
    67, 70, 78, 80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144,
    145, 146, 148, 149, 150, 152, 153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173,
    176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251, 263, 267, 269, 270, 276, 282, 283, 284,
    285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318, 321, 323, 324, 332,
    334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386,
    387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473,
    474, 475, 476, 477,
])  # fmt: skip

_RIGHT_EYE_OUTER, _LEFT_EYE_OUTER = 33, 263
_ROI_MARGIN = 1.5


@dataclass(frozen=True, slots=True)
class Region:
    """A rotated square of the picture.

    Parameters
    ----------
    x, y : float
        Centre, picture pixels.
    size : float
        Side, picture pixels.
    angle : float
        Rotation in radians, clockwise as seen in the picture.
    """

    x: float
    y: float
    size: float
    angle: float

    def to_picture(self, side: int) -> NDArray[np.float64]:
        """Affine map from the pixels of a ``side`` x ``side`` patch to picture pixels.

        Returns
        -------
        ndarray, shape (2, 3)
        """
        scale = self.size / side
        c, s = math.cos(self.angle) * scale, math.sin(self.angle) * scale
        half = side / 2.0
        return np.array(
            [[c, -s, self.x - (c - s) * half], [s, c, self.y - (s + c) * half]], dtype=np.float64
        )

    @classmethod
    def around_points(cls, points: NDArray[np.floating]) -> Region:
        """Where to look for a face whose mesh was seen at `points`.

        Parameters
        ----------
        points : ndarray, shape (n >= 264, 2 or more)
            Mesh in picture pixels.
        """
        xy = points[:, :2].astype(np.float64)
        across = xy[_LEFT_EYE_OUTER] - xy[_RIGHT_EYE_OUTER]
        angle = math.atan2(across[1], across[0])
        c, s = math.cos(angle), math.sin(angle)
        upright = np.array([[c, -s], [s, c]])  # row vectors times this turn by -angle
        centre = (xy.min(axis=0) + xy.max(axis=0)) / 2.0
        turned = (xy - centre) @ upright
        low, high = turned.min(axis=0), turned.max(axis=0)
        x, y = centre + upright @ ((low + high) / 2.0)
        return cls(float(x), float(y), _ROI_MARGIN * float((high - low).max()), angle)


@dataclass(frozen=True, slots=True)
class Detection:
    """One face the detector saw.

    Parameters
    ----------
    score : float
        0..1.
    box : ndarray of float64, shape (4,)
        Left, top, right, bottom, picture pixels; may reach beyond the picture.
    keypoints : ndarray of float64, shape (6, 2)
        Right eye, left eye, nose tip, mouth, right and left ear (the person's own sides).
    """

    score: float
    box: NDArray[np.float64]
    keypoints: NDArray[np.float64]

    @property
    def region(self) -> Region:
        """Where the mesh net should look."""
        left, top, right, bottom = self.box
        across = self.keypoints[1] - self.keypoints[0]
        size = _ROI_MARGIN * max(right - left, bottom - top)
        angle = math.atan2(across[1], across[0])
        return Region((left + right) / 2.0, (top + bottom) / 2.0, size, angle)


class Detector:
    """BlazeFace, short range: finds faces wider than about an eighth of the searched square.

    Parameters
    ----------
    threshold : float
        Lowest score that counts as a face.

    Raises
    ------
    AssetError
        If the weights are missing or altered.
    """

    SIDE = 128

    def __init__(self, threshold: float = 0.5) -> None:
        self._net = Net(DETECTOR_MEMBER)
        self._anchors = anchor_centres((16, 2), (8, 6))
        self._threshold = threshold

    def find(self, frame: Frame, square: Region | None = None) -> list[Detection]:
        """Search a square of the picture; the whole picture, letterboxed, when not given.

        Returns
        -------
        list of Detection
            Best first; empty when there is no face.
        """
        if square is None:
            width, height = frame.width, frame.height
            square = Region(width / 2.0, height / 2.0, float(max(width, height)), 0.0)
        to_picture = square.to_picture(self.SIDE)
        patch = frame.rgb_patch(to_picture, (self.SIDE, self.SIDE))
        regressors, logits = self._net((patch.astype(np.float32) / 127.5 - 1.0)[None])
        found = decode(regressors, logits, self._anchors, self._threshold, self.SIDE)
        corner = to_picture[:, 2]
        linear = to_picture[:, :2] * self.SIDE
        return [
            Detection(
                score,
                np.concatenate((linear @ box[:2] + corner, linear @ box[2:] + corner)),
                keypoints @ linear.T + corner,
            )
            for score, box, keypoints in found
        ]


class Mesh:
    """The 478-point face mesh.

    Raises
    ------
    AssetError
        If the weights are missing or altered.
    """

    SIDE = 256

    def __init__(self) -> None:
        self._net = Net(MESH_MEMBER)

    def run(self, frame: Frame, region: Region) -> tuple[NDArray[np.float32], float]:
        """Lay the mesh over the face in a region.

        Parameters
        ----------
        frame : Frame
            The picture.
        region : Region
            Upright square around the face, 1.5 times the mesh's longer side.

        Returns
        -------
        points : ndarray of float32, shape (478, 3)
            Picture pixels, see `FaceObservation.points`. Meaningless when `presence` is low.
        presence : float
            How sure the net is that this is a face, 0..1.
        """
        to_picture = region.to_picture(self.SIDE)
        patch = frame.rgb_patch(to_picture, (self.SIDE, self.SIDE))
        flat, logit, _tongue = self._net((patch.astype(np.float32) * np.float32(1 / 255))[None])
        local = flat.reshape(MESH_POINTS, 3)
        points = np.empty((MESH_POINTS, 3), dtype=np.float32)
        points[:, :2] = local[:, :2] @ to_picture[:, :2].T + to_picture[:, 2]
        points[:, 2] = local[:, 2] * (region.size / self.SIDE)
        presence = 1.0 / (1.0 + math.exp(-min(max(float(logit.ravel()[0]), -60.0), 60.0)))
        return points, presence


class Blendshapes:
    """What the face is doing, as 52 scores.

    Raises
    ------
    AssetError
        If the weights are missing or altered.
    """

    def __init__(self) -> None:
        self._net = Net(BLENDSHAPE_MEMBER)

    def run(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scores of one mesh.

        Parameters
        ----------
        points : ndarray, shape (478, 3)
            Mesh in picture pixels.

        Returns
        -------
        ndarray of float32, shape (52,)
            0..1, named by :data:`BLENDSHAPES`.
        """
        (scores,) = self._net(points[_BLENDSHAPE_POINTS, :2].astype(np.float32)[None])
        return np.array(scores, dtype=np.float32).ravel()


class Nets:
    """The two that find and follow faces, ready to run.

    Raises
    ------
    AssetError
        If the weights are missing or altered.
    """

    def __init__(self) -> None:
        self.detector = Detector()
        self.mesh = Mesh()
