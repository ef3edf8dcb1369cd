"""What the motion stage tells the stages above: how far each action unit moved, and how sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from unspoken.face.observation import Pose
from unspoken.motion.scene import Scene

__all__ = ["GAPS", "EvidenceRow", "Gap"]

Gap = Literal["", "no_face", "pose", "occluded", "blurred", "too_small", "cut"]
GAPS: tuple[Gap, ...] = ("", "no_face", "pose", "occluded", "blurred", "too_small", "cut")


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """Action-unit evidence of one face in one frame.

    Parameters
    ----------
    frame : int
        Frame index.
    time_s : float
        Capture time, seconds.
    face_id : int
        Track number, from 1; 0 when the frame has no face at all.
    run : int
        Grows whenever the track was interrupted; evidence of different runs has no common zero.
    amplitude : ndarray of float32, shape (units,)
        Displacement along each unit of `unspoken.facs.units.UNIT_KEYS`, in parts of the basis'
        full displacement; may be negative (noise, or the opposite movement). NaN in a gap, and for
        units behind a hand (`scene.covered`).
    error : ndarray of float32, shape (units,)
        Standard error of `amplitude`, same unit. NaN where that is.
    pose : Pose or None
        Head pose, degrees; None without a face.
    icd_px : float
        Distance between the inner eye corners in picture pixels; NaN without a face.
    eye_opening, mouth_opening : float
        0 closed .. 1 wide open, from the blendshapes; NaN without a face.
    gaze_x, gaze_y : float
        Gaze direction in the head, -1..1: own left, up; NaN without a face.
    light : float
        Mean brightness of the face relative to the first frame of its run, 1.0 = unchanged; NaN in
        a gap.
    quality : float
        0..1, how far this frame's evidence can be relied on; 0 in a gap.
    gap : Gap
        Why values are missing; "" when they are not.
    scene : Scene or None
        What the picture around the face did; None where nobody looked.
    claimed : ndarray of float32, shape (units,), or None
        Standard error as this picture alone suggests it, before it was compared with how much the
        amplitudes scatter (`unspoken.motion.scatter`); where a mouth talks all the time `error` is
        many times larger. None where they are the same.
    """

    frame: int
    time_s: float
    face_id: int
    run: int
    amplitude: NDArray[np.float32]
    error: NDArray[np.float32]
    pose: Pose | None
    icd_px: float
    eye_opening: float
    mouth_opening: float
    gaze_x: float
    gaze_y: float
    light: float
    quality: float
    gap: Gap
    scene: Scene | None = None
    claimed: NDArray[np.float32] | None = None
