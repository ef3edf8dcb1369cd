"""What the picture around and on a face does that no muscle did: shake, blur, cover, blocks.

A few cheap looks at every frame, on thumbnails of the aligned face and on three strips along the
picture's edges. They measure; what an artefact is and what it does to events is decided in
`unspoken.spotting`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.face.observation import Pose
from unspoken.media.frame import Frame, Plane
from unspoken.motion.backend import Array
from unspoken.motion.fields import FACE_OVAL

__all__ = ["Scene", "SceneWatcher"]

#: Mesh points that neither lids nor lips move.
_NOSE = np.array([6, 168, 197, 195, 2])
#: Looks at sharpness and shake are at least this far apart, looks for cover that far, seconds.
_LOOK_S, _COVER_S = 0.06, 0.19
#: Thumbnails of the face: side for sharpness, side for cover, cells of the latter per side.
_SHARP_PX, _COVER_PX, _CELLS = 80, 40, 8
#: Usual sharpness: this quantile of the looks of the last seconds.
_USUAL_QUANTILE, _USUAL_LOOKS = 0.75, 450
#: A cell is covered when its brightness differs by this part of the face's, or its texture is not
#: the reference's although one of them has some (grey levels).
_OTHER_LIGHT, _OTHER_TEXTURE, _TEXTURE_GREY = 0.18, 0.3, 5.0
#: A reference serves poses within this angle, degrees; what covers it longer becomes usual.
_POSE_REACH_DEG, _BECOMES_USUAL_S = 10.0, 20.0
#: How fast the reference follows where nothing covers it, seconds.
_FOLLOW_S = 2.0
#: Room left beside the face for hair and shoulders, in faces, and places on which strips may end.
_ROOM, _PLACES = 0.5, 16
#: Width of the strips along the edges, part of the picture, and their least contrast, grey levels.
_STRIP, _LEAST_CONTRAST = 0.12, 1.5


@dataclass(frozen=True, slots=True)
class Scene:
    """One frame's picture, apart from the expression.

    Parameters
    ----------
    key_frame : bool
        The codec stored this picture by itself.
    change : float
        How much the picture differs from the one before, grey levels; NaN if unknown.
    x_px, y_px : float
        Middle of the nose bridge and base, picture pixels: where the head is.
    shift_x_px, shift_y_px : float
        How far the background moved since the last look, picture pixels; NaN where it has no
        texture or none is in view.
    background : float
        Mean brightness of the picture's edges, grey levels; NaN where the face fills them.
    sharpness : float
        Fine contrast of the face relative to what is usual for it, 1.0 = usual.
    covered : float
        Share of the face (0..1) that looks like something else than shortly before.
    blocks : float
        Brightness steps at the codec's block borders over those elsewhere, from the last of the
        looks taken twice a second (`unspoken.motion.quality.blockiness`); 1.0 without blocks.
    """

    key_frame: bool
    change: float
    x_px: float
    y_px: float
    shift_x_px: float
    shift_y_px: float
    background: float
    sharpness: float
    covered: float
    blocks: float


class SceneWatcher:
    """Follows the pictures of one uninterrupted run of one face."""

    def __init__(self) -> None:
        self._next_look_s = self._next_cover_s = -np.inf
        self._details: deque[float] = deque(maxlen=_USUAL_LOOKS)
        self._usual = 0.0
        self._profiles: tuple[Array | None, ...] | None = None
        self._reference: Array | None = None
        self._reference_pose: Pose | None = None
        self._face = np.zeros((_CELLS, _CELLS), np.bool_)
        self._cells_since = np.full((_CELLS, _CELLS), np.inf)
        self._last_cover_s = -np.inf
        self._sharpness, self._covered = 1.0, 0.0

    def look(
        self,
        frame: Frame,
        crop: Array,
        points: NDArray[np.float32],
        transform: NDArray[np.float64],
        pose: Pose,
        blocks: float,
    ) -> Scene:
        """Look at one frame.

        Parameters
        ----------
        frame : Frame
            The picture.
        crop : ndarray of float32, shape (size, size)
            The aligned face, grey levels 0..255.
        points : ndarray, shape (478, 3)
            Mesh in picture pixels.
        transform : ndarray, shape (2, 3)
            From crop pixels to picture pixels.
        pose : Pose
            Head pose, degrees.
        blocks : float
            Blockiness at the last look taken at it.
        """
        time_s, shift = frame.time_s, (np.nan, np.nan)
        if time_s >= self._next_look_s:
            self._next_look_s = time_s + _LOOK_S
            shift = self._shift(frame.luma, points)
            small = _reduced(crop, _SHARP_PX)
            self._sharpness = self._relative_sharpness(small)
            if time_s >= self._next_cover_s:
                self._next_cover_s = time_s + _COVER_S
                oval = _to_thumbnail(points[FACE_OVAL, :2], transform, crop.shape[0])
                self._covered = self._cover(small, oval, pose, time_s)
        middle = points[_NOSE, :2].mean(axis=0)
        return Scene(
            frame.key_frame,
            frame.change,
            float(middle[0]),
            float(middle[1]),
            *shift,
            self._background(),
            self._sharpness,
            self._covered,
            blocks,
        )

    def _relative_sharpness(self, small: Array) -> float:
        """Contrast between neighbouring pixels over the usual one, free of the light's level."""
        inner = small[_SHARP_PX // 8 : -_SHARP_PX // 8, _SHARP_PX // 6 : -_SHARP_PX // 6]
        level = max(cv2.mean(inner)[0], 1.0)
        detail = cv2.mean(cv2.absdiff(inner, cv2.blur(inner, (3, 3))))[0] / level
        self._details.append(detail)
        if len(self._details) % 8 == 0:
            self._usual = float(np.quantile(self._details, _USUAL_QUANTILE))
        return detail / self._usual if self._usual > 0.0 else 1.0

    def _shift(self, luma: Plane, points: NDArray[np.float32]) -> tuple[float, float]:
        """Movement of the background since the last look, from brightness profiles of strips."""
        before, self._profiles = self._profiles, _profiles(luma, points)
        if before is None:
            return np.nan, np.nan
        moved = [
            _moved(a, b) if a is not None and b is not None and a.shape == b.shape else np.nan
            for a, b in zip(before, self._profiles, strict=True)
        ]
        # Both sides have to agree: one alone may be somebody walking by.
        return _agreed(moved[0], moved[1]), _agreed(moved[2], moved[3])

    def _background(self) -> float:
        seen = [p for p in self._profiles or () if p is not None]
        return sum(cv2.mean(p)[0] for p in seen) / len(seen) if seen else float("nan")

    def _cover(self, small: Array, oval: NDArray[np.float64], pose: Pose, time_s: float) -> float:
        """Share of the face's cells that do not look like the reference."""
        now = _reduced(small, _COVER_PX)
        known = self._reference_pose
        if (
            self._reference is None
            or known is None
            or np.hypot(known.yaw_deg - pose.yaw_deg, known.pitch_deg - pose.pitch_deg)
            > _POSE_REACH_DEG
        ):
            self._take_reference(now, oval, pose)
            self._last_cover_s = time_s
            return 0.0
        odd = self._face & _differs(self._reference, now)
        self._cells_since = np.where(odd, np.minimum(self._cells_since, time_s), np.inf)
        follow = ~odd | (time_s - self._cells_since > _BECOMES_USUAL_S)
        share = 1.0 - float(np.exp(-(time_s - self._last_cover_s) / _FOLLOW_S))
        self._last_cover_s = time_s
        rate = np.where(follow, np.float32(share), np.float32(0.0))
        wide = cv2.resize(rate, (_COVER_PX, _COVER_PX), interpolation=cv2.INTER_NEAREST)
        self._reference += np.asarray(wide, dtype=np.float32) * (now - self._reference)
        return float(odd.sum() / max(self._face.sum(), 1))

    def _take_reference(self, now: Array, oval: NDArray[np.float64], pose: Pose) -> None:
        self._reference, self._reference_pose = now.copy(), pose
        self._cells_since[:] = np.inf
        mask = np.zeros((_COVER_PX, _COVER_PX), np.uint8)
        cv2.fillConvexPoly(mask, np.round(oval).astype(np.int32), (255,))
        inside = cv2.resize(mask, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA)
        self._face = np.asarray(inside > 150)


def _to_thumbnail(
    points: NDArray[np.float32], transform: NDArray[np.float64], crop_px: int
) -> NDArray[np.float64]:
    """Picture points in pixels of the thumbnail in which cover is looked for."""
    inverse = np.linalg.inv(transform[:, :2])
    return np.asarray((points - transform[:, 2]) @ inverse.T * (_COVER_PX / crop_px))


def _profiles(luma: Plane, points: NDArray[np.float32]) -> tuple[Array | None, ...]:
    """Brightness along the strip above and beside the head, left and right, and along both sides.

    None where the head, with some room for hair and shoulders, reaches into a strip.
    """
    height, width = luma.shape
    grid = width / _PLACES
    x = points[FACE_OVAL, 0]
    left, right = float(x.min()), float(x.max())
    room = _ROOM * (right - left)
    side, top = max(8, int(_STRIP * width)), max(8, int(_STRIP * height))
    # Ends lie on a coarse grid, so that profiles of neighbouring frames can be compared.
    first, last = int(int((left - room) / grid) * grid), int(np.ceil((right + room) / grid) * grid)
    strips = (
        (luma[:top, : max(first, 0)], 0, first >= side),
        (luma[:top, last:], 0, width - last >= side),
        (luma[:, :side], 1, left > side),
        (luma[:, width - side :], 1, right < width - side),
    )
    return tuple(_profile(strip, axis) if clear else None for strip, axis, clear in strips)


def _profile(strip: Plane, axis: int) -> Array:
    """Mean across a strip, lightly smoothed, from every second pixel along it."""
    lines = strip[:, ::2] if axis == 0 else strip[::2]
    mean = cv2.reduce(lines, axis, cv2.REDUCE_AVG, dtype=cv2.CV_32F).reshape(1, -1)
    return np.asarray(cv2.blur(mean, (3, 1))[0], dtype=np.float32)


def _reduced(picture: Array, side: int) -> Array:
    """A square thumbnail by averaging."""
    small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.float32)


def _agreed(one: float, other: float) -> float:
    """Mean of two shifts, NaN unless they are much alike."""
    alike = abs(one - other) < 0.3 + 0.3 * abs(one + other)
    return 0.5 * (one + other) if alike else float("nan")


def _moved(before: Array, after: Array) -> float:
    """Shift of a profile by least squares, picture pixels; NaN where it has no contrast.

    One Gauss-Newton step (Lucas & Kanade 1981), and a second one after its whole part has been
    undone.
    """
    slope = 0.5 * (before[2:] - before[:-2])
    energy = float(slope @ slope)
    if energy < _LEAST_CONTRAST**2 * slope.size * 0.01:
        return np.nan
    change = after - before
    step = -float(slope @ change[1:-1] - slope.sum() * change.mean()) / energy
    whole = round(step)
    if whole:
        reach = min(abs(whole), 8)
        moved, kept = (after[reach:], before[:-reach])
        rest = slope[: kept.size - 2]
        if whole < 0:
            moved, kept, rest = after[:-reach], before[reach:], slope[reach:]
        left = moved - kept
        energy = max(float(rest @ rest), 1e-6)
        rest_step = float(rest @ left[1:-1] - rest.sum() * left.mean()) / energy
        step = float(np.sign(whole)) * reach - rest_step
    return 2.0 * step


def _differs(reference: Array, now: Array) -> NDArray[np.bool_]:
    """Which cells look like something else, shape (cells, cells)."""

    def mean(values: Array) -> Array:
        return _reduced(values, _CELLS)

    was, is_ = mean(reference), mean(now)
    gain = float(np.median(is_) / max(float(np.median(was)), 1.0))
    level = max(float(np.median(is_)), 8.0)
    var_was = np.maximum(mean(reference * reference) - was * was, 0.0) * gain * gain
    var_is = np.maximum(mean(now * now) - is_ * is_, 0.0)
    both = (mean(reference * now) - was * is_) * gain
    alike = both / np.maximum(np.sqrt(var_was * var_is), 1.0)
    textured = np.maximum(var_was, var_is) > _TEXTURE_GREY**2
    return np.asarray(
        (np.abs(is_ - gain * was) > _OTHER_LIGHT * level) | (textured & (alike < _OTHER_TEXTURE))
    )
