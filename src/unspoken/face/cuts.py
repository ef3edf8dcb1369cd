"""Camera cuts, found online from a thumbnail of each frame.

A cut changes the picture more, from one frame to the next, than the scene's own movement did just
before. Brightness is normalised locally first, so a lamp or the camera's exposure control changes
little. Frames with next to no contrast (a flash, black) are passed over and what follows is
compared with what came before them. A modest shift of the whole picture is a pan.
"""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.media.blocks import block_means
from unspoken.media.frame import Frame

__all__ = ["CutDetector"]

_WIDTH = 64
_NEIGHBOURHOOD = 7  # side of the local normalisation, thumbnail pixels
_SQUARE = np.ones((_NEIGHBOURHOOD, _NEIGHBOURHOOD), dtype=np.uint8)
_NOISE_GREY = 4.0  # contrast below this is taken for noise, grey levels
_MEMORY_S = 0.5
_FLOOR = 0.05  # change that noise, key frames and compression make in a still scene
_RATIO = 1.5  # a cut exceeds the strongest recent change by this
_SURE_CHANGE, _SURE_RATIO = 0.45, 1.4  # nothing of the old picture is left
_SATURATED_GREY = 232.0  # white in limited range is 235
_LEAST_USABLE = 0.3  # part of the picture that must not be saturated
_WASHED_OUT = 0.35  # contrast below this part of the last good frame's
_PAN_EXPLAINS = 0.6  # part of the change left when a shift of the whole picture is undone
_PAN_JOLT = 0.05  # of the picture's width from one frame to the next: no camera starts faster


class CutDetector:
    """Says of every frame whether a camera cut lies before it.

    Splices inside one take are found when enough of the picture moves; a face that alone jumps over
    a still background is the tracker's business (`unspoken.face.track.Track.settle`).
    """

    def __init__(self) -> None:
        self._last: _Thumb | None = None
        self._recent: deque[tuple[float, float]] = deque()  # time and change per usual step
        self._usual_step_s = 0.0

    def push(self, frame: Frame) -> bool:
        """Take the next frame in order of time.

        Returns
        -------
        bool
            True when a cut lies between the last frame and this one; False for the first frame.
        """
        now = _Thumb(frame)
        last = self._last
        if last is None:
            self._last = now
            return False
        if now.contrast < max(_NOISE_GREY, _WASHED_OUT * last.contrast):
            return False
        usable = cv2.bitwise_and(now.usable, last.usable)
        if cv2.countNonZero(usable) < _LEAST_USABLE * usable.size:
            return False
        change = cv2.mean(cv2.absdiff(now.normal, last.normal), mask=usable)[0]
        cut = self._is_cut(last, now, change)
        if cut:
            self._recent.clear()
        else:
            self._remember(now.time_s, now.time_s - last.time_s, change)
        self._last = now
        return cut

    def _is_cut(self, last: _Thumb, now: _Thumb, change: float) -> bool:
        """Compare the change with what movement did just before."""
        usual = max((c for _, c in self._recent), default=0.1)
        if self._usual_step_s > 0.0:  # more may happen where frames are missing
            usual *= min(max((now.time_s - last.time_s) / self._usual_step_s, 1.0), 3.0)
        sure = change > max(_SURE_CHANGE, _SURE_RATIO * usual)
        suspicious = change > _RATIO * (usual + _FLOOR)
        if not (sure or suspicious):
            return False
        return not _is_pan(last.normal, now.normal, change)

    def _remember(self, time_s: float, step_s: float, change: float) -> None:
        first = self._usual_step_s == 0.0
        self._usual_step_s = step_s if first else 0.9 * self._usual_step_s + 0.1 * step_s
        self._recent.append((time_s, change))
        while time_s - self._recent[0][0] > _MEMORY_S:
            self._recent.popleft()


class _Thumb:
    """What is kept of a frame."""

    __slots__ = ("contrast", "normal", "time_s", "usable")

    def __init__(self, frame: Frame) -> None:
        thumb = thumbnail(frame)
        self.time_s = frame.time_s
        self.contrast = float(cv2.meanStdDev(thumb)[1][0, 0])
        self.normal = _normalised(thumb)
        brightest = cv2.dilate(thumb, _SQUARE)
        self.usable = np.asarray(cv2.inRange(brightest, (-1.0,), (_SATURATED_GREY,)))


def thumbnail(frame: Frame) -> NDArray[np.float32]:
    """The brightness of a frame, 64 pixels wide, from a sample of its rows.

    Returns
    -------
    ndarray of float32, shape (height, 64)
    """
    height = max(8, round(_WIDTH * frame.height / frame.width))
    rows = frame.luma[:: max(1, frame.height // (height * 4))]
    if rows.shape[0] >= height and rows.shape[1] >= _WIDTH:
        means = block_means(rows, rows.shape[0] // height, rows.shape[1] // _WIDTH)
        return means[:height, :_WIDTH]
    return cv2.resize(rows, (_WIDTH, height), interpolation=cv2.INTER_AREA).astype(np.float32)


def _normalised(thumb: NDArray[np.float32]) -> NDArray[np.float32]:
    """Local mean removed, local contrast brought to one."""
    mean = cv2.blur(thumb, (_NEIGHBOURHOOD, _NEIGHBOURHOOD))
    variance = cv2.blur(thumb * thumb, (_NEIGHBOURHOOD, _NEIGHBOURHOOD)) - mean * mean
    return np.asarray(
        (thumb - mean) / np.sqrt(np.maximum(variance, 0.0) + _NOISE_GREY**2), dtype=np.float32
    )


def _is_pan(before: NDArray[np.float32], after: NDArray[np.float32], change: float) -> bool:
    """Whether a modest shift of the whole picture explains most of the change."""
    height, width = before.shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    # OpenCV 5 multiplies the window into its arguments, so it gets copies.
    (x, y), _response = cv2.phaseCorrelate(before.copy(), after.copy(), window)
    if max(abs(x), abs(y)) > _PAN_JOLT * width:
        return False
    shift = np.array([[1.0, 0.0, -x], [0.0, 1.0, -y]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(before, shift, (width, height), flags=flags)
    inner = np.s_[4 : height - 4, 4 : width - 4]
    left = float(np.abs(moved[inner] - after[inner]).mean())
    return left < _PAN_EXPLAINS * change
