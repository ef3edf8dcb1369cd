"""One followed face: its mesh, its movement, and when the nets must look again."""

from __future__ import annotations

import math
from collections import deque
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.face.appearance import Appearance, likeness
from unspoken.face.follow import Follower, Motion
from unspoken.face.geometry import bounding_box, icd_px
from unspoken.face.nets import Region
from unspoken.face.observation import FaceObservation, HandOverFace, Pose
from unspoken.face.pose import head_pose
from unspoken.media.frame import Frame

__all__ = ["State", "Track"]

# Unexplained brightness change, in parts of the face's contrast, that calls for the nets at once.
# Chosen on 1351 frames of six clips, where the eye limit fired in about one frame in ten and at all
# 32 changes of a blink score by more than 0.15 against the last mesh.
_EYES_CHANGED, _EYES_OVER_SKIN = 0.12, 1.5
_MOUTH_CHANGED, _MOUTH_OVER_SKIN = 0.16, 1.0
_SKIN_CHANGED = 0.25
_LEAST_CONTRAST_GREY = 6.0
_MOUTH_INTERVAL_S = 0.06
_FAR_MOVED = 0.12  # of the face's size since the mesh was laid

# A face that was still does not travel this far in one frame: somebody cut the picture.
_JUMP_ICD, _JUMP_OVER_RECENT, _JUMP_STEP_S, _JUMP_MEMORY_S = 0.35, 3.0, 0.1, 0.4

_GALLERY, _GALLERY_INTERVAL_S, _GALLERY_YAW_DEG = 6, 0.7, 50.0
_LEAST_LIKENESS = 0.25  # a look less like all others is not this face, or is covered


class State(Enum):
    """What is known of a track right now."""

    SEEN = "seen"
    WEAK = "weak"  # the mesh net doubts that there is a face
    HIDDEN = "hidden"  # another face is in front of it


class Track:
    """One face from when it was found.

    Parameters
    ----------
    frame : Frame
        The picture it was found in.
    points : ndarray, shape (478, 3)
        Its mesh.
    presence : float
        Score of that mesh.
    """

    def __init__(self, frame: Frame, points: NDArray[np.float32], presence: float) -> None:
        self.face_id = 0  # given by the tracker
        self.run = 0
        self.first_s = frame.time_s
        self.forget_movement()
        self.looks: list[Appearance] = []
        self._last_look_s = -np.inf
        self.lay(frame, points, presence)

    def forget_movement(self) -> None:
        """Start afresh after an interruption; who it is stays known."""
        self.state = State.SEEN
        self.state_since_s = 0.0
        self.velocity = np.zeros(2)
        self._moves: deque[tuple[float, float]] = deque()
        self._last: tuple[float, NDArray[np.float32]] | None = None

    def enter(self, state: State, time_s: float) -> None:
        """Change state and note when."""
        if state is not self.state:
            self.state, self.state_since_s = state, time_s

    # -- the mesh ------------------------------------------------------------------------------

    def lay(self, frame: Frame, points: NDArray[np.float32], presence: float) -> None:
        """Take a mesh the net has just found for this face."""
        self._place(points)
        self.presence = presence
        self.pose = head_pose(points)
        self.measured = True
        self.mesh_s = frame.time_s
        self.seen_s = frame.time_s
        self._laid_points, self._laid_pose = points, self.pose
        self._follower = Follower(frame, points)

    def _place(self, points: NDArray[np.float32]) -> None:
        self.points = points
        #: Left, top, right, bottom of the mesh, picture pixels.
        self.box = bounding_box(points)

    @property
    def size(self) -> float:
        """Longer side of the mesh's upright box, picture pixels."""
        left, top, right, bottom = self.box
        return float(max(right - left, bottom - top))

    def carry(self, frame: Frame) -> Motion:
        """Move the mesh along with the picture, without the nets."""
        motion = self._follower.follow(frame)
        linear = motion.to_now[:, :2]
        (a, b), (c, d) = linear.tolist()
        solid = np.array(((a, b, 0), (c, d, 0), (0, 0, math.sqrt(abs(a * d - b * c)))), np.float32)
        shift = np.array((*motion.to_now[:, 2], 0.0), np.float32)
        moved = self._laid_points @ solid.T + shift
        turned = math.degrees(math.atan2(c, a))
        laid = self._laid_pose
        self.pose = Pose(laid.yaw_deg, laid.pitch_deg, laid.roll_deg + turned)
        self._place(moved)
        self.measured = False
        self.seen_s = frame.time_s
        return motion

    def needs_mesh(self, motion: Motion, time_s: float, interval_s: float) -> bool:
        """Whether the nets must look at this frame.

        Parameters
        ----------
        motion : Motion
            What :meth:`carry` found in this frame.
        time_s : float
            Capture time of this frame, seconds.
        interval_s : float
            Longest time between looks at a calm face, seconds.
        """
        waited = time_s - self.mesh_s
        if not motion.settled or waited >= interval_s - 1e-3:
            return True
        contrast = max(motion.contrast, _LEAST_CONTRAST_GREY)
        if motion.skin > _SKIN_CHANGED * contrast:
            return True
        if motion.eyes - _EYES_OVER_SKIN * motion.skin > _EYES_CHANGED * contrast:
            return True
        mouth = motion.mouth - _MOUTH_OVER_SKIN * motion.skin > _MOUTH_CHANGED * contrast
        if mouth and waited >= _MOUTH_INTERVAL_S - 1e-3:
            return True
        moved = math.hypot(*self._travel(self._laid_points).tolist())
        return moved > _FAR_MOVED * self.size

    def _travel(self, since: NDArray[np.float32]) -> NDArray[np.float64]:
        change = cv2.mean((self.points - since)[:, None, :])
        return np.array(change[:2])

    # -- movement ------------------------------------------------------------------------------

    def settle(self, time_s: float) -> bool:
        """Close this frame's bookkeeping.

        Returns
        -------
        bool
            True when the face travelled further since the last frame than a head can.
        """
        last, self._last = self._last, (time_s, self.points)
        if last is None or time_s <= last[0]:
            return False
        step_s = time_s - last[0]
        travel = self._travel(last[1])
        distance = math.hypot(*travel.tolist()) / max(icd_px(self.points, self.pose), 1.0)
        recent = max((d for _, d in self._moves), default=np.inf)
        self.velocity = 0.5 * self.velocity + 0.5 * travel / step_s
        self._moves.append((time_s, distance))
        while time_s - self._moves[0][0] > _JUMP_MEMORY_S:
            self._moves.popleft()
        return step_s < _JUMP_STEP_S and distance > max(_JUMP_ICD, _JUMP_OVER_RECENT * recent)

    @property
    def region(self) -> Region:
        """Where the mesh net should look next."""
        return Region.around_points(self.points)

    def expected_box(self, time_s: float, longest_s: float = 0.5) -> NDArray[np.float64]:
        """Where the face would be now had it kept its velocity, at most for some time."""
        ahead = self.velocity * min(max(time_s - self.seen_s, 0.0), longest_s)
        return self.box + np.concatenate((ahead, ahead))

    # -- appearance ----------------------------------------------------------------------------

    def like(self, look: Appearance) -> float:
        """How much a look resembles this face, at best; -1..1, 0 when it was never seen well."""
        return max((likeness(look, known) for known in self.looks), default=0.0)

    def remember(self, frame: Frame) -> None:
        """Add this frame's look to the few that are kept, when it is time and it looks right."""
        early = frame.time_s - self._last_look_s < _GALLERY_INTERVAL_S
        if not self.measured or early or abs(self.pose.yaw_deg) > _GALLERY_YAW_DEG:
            return
        self._last_look_s = frame.time_s
        look = Appearance.of(frame, self.points)
        if self.looks and self.like(look) < _LEAST_LIKENESS:
            return
        if len(self.looks) == _GALLERY:
            # Keep variety: of each look and its nearest neighbour, drop the most redundant one.
            redundancy = [
                max(likeness(a, b) for b in (*self.looks, look) if b is not a) for a in self.looks
            ]
            self.looks.pop(int(np.argmax(redundancy)))
        self.looks.append(look)

    # -- result --------------------------------------------------------------------------------

    def observation(self, hand: HandOverFace | None = None) -> FaceObservation:
        """What the stages above are told."""
        return FaceObservation(
            face_id=self.face_id,
            points=self.points,
            pose=self.pose,
            presence=self.presence,
            measured=self.measured,
            run=self.run,
            hand=hand,
        )
