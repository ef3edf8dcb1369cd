"""The two nets that see hands: where a palm is, and the 21 points of one hand.

Source
------
Zhang et al. 2020, "MediaPipe Hands: on-device real-time hand tracking", arXiv:2006.10214.
Conventions follow MediaPipe's hand landmarker.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unspoken.face.lite import Net, anchor_centres, decode
from unspoken.face.nets import Region
from unspoken.face.weights import HAND_BUNDLE, HAND_MEMBER, PALM_MEMBER
from unspoken.media.frame import Frame

__all__ = ["HAND_POINTS", "HandMesh", "Palm", "PalmDetector", "around_hand"]

#: Wrist, then four points of thumb, index, middle, ring and little finger, root to tip.
HAND_POINTS = 21
_WRIST, _MIDDLE_ROOT = 0, 9
#: Wrist, thumb, and the lower two points of each finger.
_STEADY = np.array([0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18])
#: Side of the searched square over a palm's or a hand's box, and how far towards the finger tips
#: its middle lies, in sides of the box.
_PALM_MARGIN, _PALM_AHEAD = 2.6, 0.5
_HAND_MARGIN, _HAND_AHEAD = 2.0, 0.1
#: The palm's keypoints at the wrist and at the root of the middle finger.
_PALM_WRIST, _PALM_MIDDLE = 0, 2


def _ahead(
    middle: NDArray[np.float64],
    side: float,
    along: NDArray[np.float64],
    ahead: float,
    margin: float,
) -> Region:
    """A square turned so that `along` (wrist to fingers) points up in it."""
    angle = 0.5 * math.pi - math.atan2(-along[1], along[0])
    x = middle[0] + ahead * side * math.sin(angle)
    y = middle[1] - ahead * side * math.cos(angle)
    return Region(float(x), float(y), margin * side, angle)


def around_hand(points: NDArray[np.floating]) -> Region:
    """Where to look for a hand whose points were seen a moment ago.

    Parameters
    ----------
    points : ndarray, shape (21, 2)
        Picture pixels.
    """
    xy = points.astype(np.float64)
    roots = 0.5 * (0.5 * (xy[5] + xy[13]) + xy[_MIDDLE_ROOT])
    along = roots - xy[_WRIST]
    length = float(np.hypot(*along)) or 1.0
    up = along / length
    turn = np.array([[-up[1], up[0]], [up[0], up[1]]])  # across the hand, along it
    steady = xy[_STEADY] @ turn.T
    low, high = steady.min(axis=0), steady.max(axis=0)
    middle = turn.T @ (0.5 * (low + high))
    return _ahead(middle, float((high - low).max()), along, _HAND_AHEAD, _HAND_MARGIN)


@dataclass(frozen=True, slots=True)
class Palm:
    """One palm the detector saw.

    Parameters
    ----------
    score : float
        0..1.
    region : Region
        Square that should hold the whole hand, fingers up.
    """

    score: float
    region: Region


class PalmDetector:
    """Finds palms in a square of the picture.

    Parameters
    ----------
    threshold : float
        Lowest score that counts.

    Raises
    ------
    AssetError
        If the weights are missing or altered.
    """

    SIDE = 192

    def __init__(self, threshold: float = 0.4) -> None:
        self._net = Net(PALM_MEMBER, HAND_BUNDLE)
        self._anchors = anchor_centres((24, 2), (12, 6))
        self._threshold = threshold

    def find(self, frame: Frame, square: Region) -> list[Palm]:
        """Search an upright square of the picture.

        Returns
        -------
        list of Palm
            Best first; empty when there is none.
        """
        to_picture = square.to_picture(self.SIDE)
        patch = frame.rgb_patch(to_picture, (self.SIDE, self.SIDE))
        regressors, logits = self._net((patch.astype(np.float32) * np.float32(1 / 255))[None])
        found = decode(regressors, logits, self._anchors, self._threshold, self.SIDE)
        linear, corner = to_picture[:, :2] * self.SIDE, to_picture[:, 2]
        palms = []
        for score, box, places in found:
            sides = box[2:] - box[:2]
            along = linear @ (places[_PALM_MIDDLE] - places[_PALM_WRIST])
            middle = linear @ (0.5 * (box[:2] + box[2:])) + corner
            side = float(sides.max()) * square.size
            palms.append(Palm(score, _ahead(middle, side, along, _PALM_AHEAD, _PALM_MARGIN)))
        return palms


class HandMesh:
    """The 21 points of a hand.

    Raises
    ------
    AssetError
        If the weights are missing or altered.
    """

    SIDE = 224

    def __init__(self) -> None:
        self._net = Net(HAND_MEMBER, HAND_BUNDLE)

    def run(self, frame: Frame, region: Region) -> tuple[NDArray[np.float32], float]:
        """Find the points of the hand in a region.

        Parameters
        ----------
        frame : Frame
            The picture.
        region : Region
            Of a palm, or around the points seen before (:func:`around_hand`).

        Returns
        -------
        points : ndarray of float32, shape (21, 2)
            Picture pixels. Meaningless when `presence` is low.
        presence : float
            How sure the net is that this is a hand, 0..1.
        """
        to_picture = region.to_picture(self.SIDE)
        patch = frame.rgb_patch(to_picture, (self.SIDE, self.SIDE))
        flat, presence, _side, _world = self._net(
            (patch.astype(np.float32) * np.float32(1 / 255))[None]
        )
        local = flat.reshape(HAND_POINTS, 3)[:, :2].astype(np.float64)
        points = local @ to_picture[:, :2].T + to_picture[:, 2]
        return points.astype(np.float32), float(presence.ravel()[0])
