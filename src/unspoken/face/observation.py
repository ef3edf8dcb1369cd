"""What the face stage tells the stages above about one face in one frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["FaceObservation", "FacesInFrame", "HandOverFace", "Pose", "Role"]

Role = Literal["customer", "staff", "bystander", "unknown"]


@dataclass(frozen=True, slots=True)
class Pose:
    """Head pose in degrees. Zero is a face looking straight into the camera.

    Parameters
    ----------
    yaw_deg : float
        Positive when the person turns to their own left (towards the right of the picture).
    pitch_deg : float
        Positive when the person looks up.
    roll_deg : float
        Positive when the head tilts clockwise as seen in the picture.
    """

    yaw_deg: float
    pitch_deg: float
    roll_deg: float


@dataclass(frozen=True, slots=True)
class HandOverFace:
    """A hand before a face, as the last look at it saw it.

    Parameters
    ----------
    covered : ndarray of bool, shape (478,)
        Mesh points behind the hand.
    since_s : float
        When the face was last looked at and free, seconds: the hand came after that.
    """

    covered: NDArray[np.bool_]
    since_s: float


@dataclass(frozen=True, slots=True)
class FaceObservation:
    """One face in one frame.

    Parameters
    ----------
    face_id : int
        Session-local track number, from 1; never an identity.
    points : ndarray of float32, shape (478, 3)
        Mesh in picture pixels (x right, y down, z towards the camera negative, same scale).
        Points 468-477 are the irises.
    pose : Pose
        Head pose, degrees.
    presence : float
        The mesh net's own face score, 0..1.
    measured : bool
        True when the mesh net ran on this very frame; False when the points of the last such frame
        were moved along with the picture.
    run : int
        Counts interruptions of this track (loss, camera cut), from 0; a new run means that the
        motion stage must not compare with what came before.
    hand : HandOverFace or None
        A hand before this face; None when none was seen or nobody looked.
    """

    face_id: int
    points: NDArray[np.float32]
    pose: Pose
    presence: float
    measured: bool
    run: int = 0
    hand: HandOverFace | None = None


@dataclass(frozen=True, slots=True)
class FacesInFrame:
    """All faces of one frame.

    Parameters
    ----------
    cut : bool
        A camera cut lies between the previous frame and this one.
    faces : tuple of FaceObservation
        Ordered by face_id; empty when there is none.
    """

    cut: bool
    faces: tuple[FaceObservation, ...]
