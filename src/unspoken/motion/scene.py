"""What the picture around and on a face does that no muscle did: shake, blur, blocks.

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

from unspoken.media.frame import Frame, Plane
from unspoken.motion.backend import Array
from unspoken.motion.covered import Covered
from unspoken.motion.fields import FACE_OVAL

__all__ = ["Scene", "SceneWatcher"]

#: Mesh points that neither lids nor lips move.
_NOSE = np.array([6, 168, 197, 195, 2])
#: Looks at sharpness and shake are at least this far apart, seconds.
_LOOK_S = 0.06
#: Side of the face's thumbnail that sharpness is told from.
_SHARP_PX = 80
#: Usual sharpness: this quantile of the looks of the last seconds.
_USUAL_QUANTILE, _USUAL_LOOKS = 0.75, 450
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
    blocks : float
        Brightness steps at the codec's block borders over those elsewhere, from the last of the
        looks taken twice a second (`unspoken.motion.quality.blockiness`); 1.0 without blocks.
    hidden : bool
        Nets or template say that the face is hidden. What merely looks different may be a broad
        smile: it changes as much of the picture as a hand on the mouth does.
    covered : Covered or None
        What lies behind a hand; None where no hand was seen.
    """

    key_frame: bool
    change: float
    x_px: float
    y_px: float
    shift_x_px: float
    shift_y_px: float
    background: float
    sharpness: float
    blocks: float
    hidden: bool = False
    covered: Covered | None = None


class SceneWatcher:
    """Follows the pictures of one uninterrupted run of one face."""

    def __init__(self) -> None:
        self._next_look_s = -np.inf
        self._details: deque[float] = deque(maxlen=_USUAL_LOOKS)
        self._usual = 0.0
        self._profiles: tuple[Array | None, ...] | None = None
        self._sharpness = 1.0

    def look(
        self,
        frame: Frame,
        crop: Array,
        points: NDArray[np.float32],
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
        blocks : float
            Blockiness at the last look taken at it.
        """
        time_s, shift = frame.time_s, (np.nan, np.nan)
        if time_s >= self._next_look_s:
            self._next_look_s = time_s + _LOOK_S
            shift = self._shift(frame.luma, points)
            self._sharpness = self._relative_sharpness(_reduced(crop, _SHARP_PX))
        middle = points[_NOSE, :2].mean(axis=0)
        return Scene(
            frame.key_frame,
            frame.change,
            float(middle[0]),
            float(middle[1]),
            *shift,
            self._background(),
            self._sharpness,
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
