"""Whether a hand is before a face, and which part of it that covers.

Looking for a hand costs as much as several frames of everything else, so it is done when something
near the face has changed, and otherwise every few seconds. A hand that was found is followed from
look to look by its own points, which is cheaper and surer than finding it again. What changes near
a face (hair, a turn, somebody behind) only says when to look: whether there is a hand is decided by
the nets alone.
"""

from __future__ import annotations

from collections import deque
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.face.hand_nets import HandMesh, Palm, PalmDetector, around_hand
from unspoken.face.nets import Region
from unspoken.face.observation import HandOverFace
from unspoken.media.frame import Frame

__all__ = ["HandNets", "HandWatcher", "covered_points"]

#: A hand that is not followed yet, and one that is: least score of its points.
_FOUND, _STILL_THERE = 0.8, 0.5
#: Searched squares, taken in turn: side, and height of the middle below the face's, both in the
#: longer sides of the face's box.
_VIEWS = ((2.6, 0.15), (3.2, 0.0))
#: Longest time between searches, and the shortest while something changes; with one hand followed
#: the other is looked for less often. Seconds.
_PATROL_S, _SEARCH_S, _SECOND_S = 5.0, 0.25, 1.0
#: The first search after a face was found, seconds.
_FIRST_S = 1.0
#: A followed hand is looked at this often, seconds.
_FOLLOW_S = 0.15
#: A hand that leaves is out of the picture so long after it last covered anything, seconds.
_GONE_S = 0.3
#: Looks in a row that must agree.
_AGREE = 2
_MOST_HANDS = 2
#: A thumbnail of the face and what is around it is taken this often and compared with the one taken
#: so long before, seconds.
_THUMB_S, _LAG_S = 0.1, 0.3
#: Its side in faces and in pixels, and pixels along a cell's side.
_THUMB_FACES, _THUMB_PX, _CELL_PX = 2.0, 24, 4
#: Something changes when so many cells change by this part of the thumbnail's contrast.
_CELLS, _CHANGE = 4, 0.22
#: Half a finger's breadth, in breadths of the palm at the knuckles or this part of its length.
_FINGER, _BREADTH_OF_LENGTH = 0.22, 0.5
_FINGERS = tuple(range(first, first + 4) for first in (1, 5, 9, 13, 17))
_BONES = np.array([(a, a + 1) for finger in _FINGERS for a in finger[:-1]])
_PALM_OUTLINE = (0, 1, 5, 9, 13, 17)
#: A hand covers a face when it hides this share of the mesh.
_LEAST_SHARE = 0.02
#: Two hands whose middles are nearer than this part of their size are one.
_SAME_HAND = 0.3


class HandNets:
    """Both nets, loaded when the first look is taken."""

    @cached_property
    def palms(self) -> PalmDetector:
        """Finds palms."""
        return PalmDetector()

    @cached_property
    def mesh(self) -> HandMesh:
        """Finds the points of a hand."""
        return HandMesh()


def covered_points(hand: NDArray[np.floating], points: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which points lie behind a hand.

    Parameters
    ----------
    hand : ndarray, shape (21, 2)
        Points of the hand, picture pixels.
    points : ndarray, shape (n, 2 or 3)
        Points asked about, picture pixels.

    Returns
    -------
    ndarray of bool, shape (n,)
        True within the palm's outline or within half a finger's breadth of a bone.
    """
    xy, joints = points[:, :2].astype(np.float64), hand.astype(np.float64)
    breadth = max(
        float(np.hypot(*(joints[5] - joints[17]))),
        _BREADTH_OF_LENGTH * float(np.hypot(*(joints[9] - joints[0]))),
    )
    start, end = joints[_BONES[:, 0]], joints[_BONES[:, 1]]
    along = end - start
    length2 = np.maximum((along**2).sum(axis=1), 1e-9)
    away = xy[:, None] - start[None]
    part = np.clip((away * along).sum(axis=2) / length2, 0.0, 1.0)
    distance = np.linalg.norm(away - part[..., None] * along, axis=2).min(axis=1)
    palm = cv2.convexHull(joints[list(_PALM_OUTLINE)].astype(np.float32))[:, 0].astype(np.float64)
    side = np.roll(palm, -1, axis=0) - palm
    to = xy[:, None] - palm[None]
    turn = side[:, 0] * to[..., 1] - side[:, 1] * to[..., 0]
    inside = (turn >= 0.0).all(axis=1) | (turn <= 0.0).all(axis=1)
    return np.asarray((distance < _FINGER * breadth) | inside)


class _Followed:
    """One hand from look to look."""

    def __init__(self, points: NDArray[np.float32]) -> None:
        self.points = points
        self.looks = 1


class HandWatcher:
    """Watches one face for hands.

    Parameters
    ----------
    nets : HandNets
        May be shared with other faces.
    """

    def __init__(self, nets: HandNets) -> None:
        #: Capture time of the last frame pushed, seconds.
        self.last_s = -np.inf
        self._nets = nets
        self._hands: list[_Followed] = []
        self._thumbs: deque[tuple[float, NDArray[np.float32]]] = deque()
        self._looked_s = self._searched_s = -np.inf
        self._searches = 0
        self._changed = False
        self._clear_s = -np.inf  # the last look that saw no hand before the face
        self._calm_s = -np.inf  # the last thumbnail like the one before
        self._cover: HandOverFace | None = None
        self._free_s = np.inf  # when a hand that has left will be out of the picture

    def push(self, frame: Frame, points: NDArray[np.float32]) -> HandOverFace | None:
        """Take the next frame in which the face is in view.

        Parameters
        ----------
        frame : Frame
            The picture.
        points : ndarray, shape (478, 3)
            The face's mesh, picture pixels.

        Returns
        -------
        HandOverFace or None
            What the last look saw; None when no hand was before the face.
        """
        now = self.last_s = frame.time_s
        if not np.isfinite(self._searched_s):  # the face has only just been found
            self._looked_s = self._clear_s = now
            self._searched_s = now - _PATROL_S + _FIRST_S
        if now >= self._free_s:
            self._cover, self._clear_s, self._free_s = None, now, np.inf
        if not (self._is_due(now) or self._notices(now)):
            return self._cover
        across, down = points[:, 0], points[:, 1]
        left, right = float(across.min()), float(across.max())
        top, bottom = float(down.min()), float(down.max())
        x, y, size = 0.5 * (left + right), 0.5 * (top + bottom), max(right - left, bottom - top)
        if self._notices(now):
            self._notice(frame, Region(x, y, size, 0.0))
        if not self._is_due(now):
            return self._cover
        searching = self._may_search(now)
        if self._may_follow(now):
            lost = self._follow(frame)
            searching |= lost
        if searching and len(self._hands) < _MOST_HANDS:
            scale, below = _VIEWS[self._searches % len(_VIEWS)]
            self._search(frame, Region(x, y + below * size, scale * size, 0.0))
        self._looked_s = now
        self._conclude(points, now)
        return self._cover

    def _is_due(self, now: float) -> bool:
        """Whether it is time for a look."""
        return self._may_follow(now) or self._may_search(now)

    def _may_follow(self, now: float) -> bool:
        """Whether it is time to look at known hands again."""
        return bool(self._hands) and now - self._looked_s >= _FOLLOW_S - 1e-3

    def _may_search(self, now: float) -> bool:
        """Whether it is time to look for new ones."""
        return now - self._searched_s >= self._pause_s() - 1e-3

    def _notices(self, now: float) -> bool:
        """Whether it is time for a thumbnail."""
        return not self._thumbs or now - self._thumbs[-1][0] >= _THUMB_S - 1e-3

    def _pause_s(self) -> float:
        """How long to wait between searches as things are."""
        if self._hands:
            return _SECOND_S
        return _SEARCH_S if self._changed else _PATROL_S

    def _notice(self, frame: Frame, face: Region) -> None:
        """Whether the picture of the face and its surroundings has just changed."""
        view = Region(face.x, face.y + 0.15 * face.size, _THUMB_FACES * face.size, 0.0)
        thumb = _thumbnail(frame, view)
        while len(self._thumbs) > 1 and frame.time_s - self._thumbs[1][0] >= _LAG_S - 1e-3:
            self._thumbs.popleft()
        self._changed = bool(self._thumbs) and _differ(self._thumbs[0][1], thumb)
        if not self._changed:
            self._calm_s = frame.time_s
        self._thumbs.append((frame.time_s, thumb))

    def _follow(self, frame: Frame) -> bool:
        """Look at the hands that are known; whether one was lost."""
        known, self._hands = self._hands, []
        for hand in known:
            points, presence = self._nets.mesh.run(frame, around_hand(hand.points))
            if presence >= _STILL_THERE and not self._is_known(points):
                hand.points, hand.looks = points, hand.looks + 1
                self._hands.append(hand)
        return len(self._hands) < len(known)

    def _search(self, frame: Frame, square: Region) -> None:
        self._searched_s = frame.time_s
        self._searches += 1
        palms: list[Palm] = self._nets.palms.find(frame, square)
        for palm in palms[:_MOST_HANDS]:
            points, presence = self._nets.mesh.run(frame, palm.region)
            if presence >= _FOUND and not self._is_known(points):
                self._hands.append(_Followed(points))
                if self._changed:  # it came with this change, not between two looks
                    self._clear_s = max(self._clear_s, self._calm_s)
        del self._hands[_MOST_HANDS:]

    def _is_known(self, points: NDArray[np.float32]) -> bool:
        """Whether a hand is one of those already followed."""
        size = float(np.ptp(points, axis=0).max())
        middle = points.mean(axis=0)
        return any(
            float(np.hypot(*(hand.points.mean(axis=0) - middle))) < _SAME_HAND * size
            for hand in self._hands
        )

    def _conclude(self, points: NDArray[np.float32], time_s: float) -> None:
        covered = np.zeros(len(points), dtype=np.bool_)
        unsure = False
        for hand in self._hands:
            behind = covered_points(hand.points, points)
            if behind.mean() < _LEAST_SHARE:
                continue
            if hand.looks >= _AGREE:
                covered |= behind
            else:
                unsure = True
        if covered.any():
            since = self._clear_s if self._cover is None else self._cover.since_s
            self._cover, self._free_s = HandOverFace(covered, since), np.inf
        elif self._cover is not None:
            self._free_s = min(self._free_s, time_s + _GONE_S)
        elif not unsure:
            self._clear_s = time_s


def _thumbnail(frame: Frame, view: Region) -> NDArray[np.float32]:
    """A small picture around a face, relative to its own brightness, shape (24, 24)."""
    height, width = frame.luma.shape
    half = 0.5 * view.size
    left, right = (min(max(round(v), 0), width) for v in (view.x - half, view.x + half))
    top, bottom = (min(max(round(v), 0), height) for v in (view.y - half, view.y + half))
    if right - left < _THUMB_PX or bottom - top < _THUMB_PX:
        return np.ones((_THUMB_PX, _THUMB_PX), np.float32)
    # It only says when to look: a few pixels of each cell are enough, and cheap.
    step = max(1, min(right - left, bottom - top) // (4 * _THUMB_PX))
    part = np.ascontiguousarray(frame.luma[top:bottom:step, left:right:step])
    small = cv2.resize(part, (_THUMB_PX, _THUMB_PX), interpolation=cv2.INTER_AREA)
    out = small.astype(np.float32)
    return np.asarray(out / max(float(out.mean()), 1.0), dtype=np.float32)


def _differ(before: NDArray[np.float32], after: NDArray[np.float32]) -> bool:
    """Whether several cells of two thumbnails differ."""
    cells = _THUMB_PX // _CELL_PX
    change = cv2.resize(cv2.absdiff(before, after), (cells, cells), interpolation=cv2.INTER_AREA)
    several = np.partition(change.ravel(), -_CELLS)[-_CELLS]
    return bool(several > _CHANGE * max(float(before.std()), 1e-3))
