"""What happens to pictures on their way that no face did: shake, light, blur, lost frames.

Each disturbance is a function of the picture and its time, so it can be put on any footage, filmed
or simulated, and on what the injection bench plants into. Hands are in `unspoken.bench.hand`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.bench.hand import eased
from unspoken.timing import Interval

__all__ = ["Blur", "Disturbance", "Flicker", "JumpCut", "LightStep", "Shake", "Sheet", "repeats"]

RGB = NDArray[np.uint8]
#: Makes the picture that is stored from the one that was seen, and its time in seconds.
Disturbance = Callable[[RGB, float], RGB]


@dataclass(frozen=True)
class Sheet:
    """A sheet of paper is held before the face and taken away again.

    Parameters
    ----------
    interval : Interval
        First to last sight of it, seconds.
    left, top, right, bottom : float
        Where it is held, picture pixels; it comes from below.
    """

    interval: Interval
    left: float
    top: float
    right: float
    bottom: float

    def __call__(self, picture: RGB, time_s: float) -> RGB:
        """Draw it, with a few lines of text."""
        up = eased(time_s, self.interval, 0.3)
        if up <= 0.0:
            return picture
        out = picture.copy()
        top = round(self.top + (1.0 - up) * (picture.shape[0] - self.top))
        left, right = round(self.left), round(self.right)
        bottom = min(round(self.bottom) + top - round(self.top), picture.shape[0])
        out[top:bottom, left:right] = (222, 220, 214)
        for line in range(top + 12, bottom - 4, 14):
            out[line : line + 3, left + 12 : right - 12 - (37 * line) % 60] = (70, 70, 76)
        return out


@dataclass(frozen=True)
class Shake:
    """Somebody knocks against the camera: the whole picture jolts.

    Parameters
    ----------
    interval : Interval
        When, seconds.
    size_px, rate_hz : float
        Swing in pixels, and swings a second.
    """

    interval: Interval
    size_px: float = 4.0
    rate_hz: float = 5.0

    def __call__(self, picture: RGB, time_s: float) -> RGB:
        """Shift the picture; its edge is continued."""
        size = self.size_px * eased(time_s, self.interval, 0.1)
        if size <= 0.0:
            return picture
        phase = 2 * np.pi * self.rate_hz * (time_s - self.interval.start_s)
        x, y = size * np.sin(phase), 0.8 * size * np.sin(1.3 * phase + 0.5)
        view = np.array([[1.0, 0.0, x], [0.0, 1.0, y]])
        shape = (picture.shape[1], picture.shape[0])
        moved = cv2.warpAffine(
            picture, view, shape, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
        )
        return np.asarray(moved, dtype=np.uint8)


@dataclass(frozen=True)
class Flicker:
    """Mains light, as a frame rate that does not divide it makes it: a slow pulse.

    Parameters
    ----------
    interval : Interval
        When, seconds.
    rate_hz, depth : float
        Pulses a second in the recording, and their relative size.
    """

    interval: Interval
    rate_hz: float = 5.0
    depth: float = 0.02

    def __call__(self, picture: RGB, time_s: float) -> RGB:
        """Brighten and darken."""
        if not self.interval.contains(time_s):
            return picture
        gain = 1.0 + self.depth * float(np.sin(2 * np.pi * self.rate_hz * time_s))
        return np.asarray(cv2.convertScaleAbs(picture, alpha=gain), dtype=np.uint8)


@dataclass(frozen=True)
class LightStep:
    """A lamp goes on, or the camera's exposure steps.

    Parameters
    ----------
    at_s, gain : float
        When, seconds, and the brightness after it.
    """

    at_s: float
    gain: float = 1.08

    def __call__(self, picture: RGB, time_s: float) -> RGB:
        """Brighten what comes after."""
        if time_s < self.at_s:
            return picture
        return np.asarray(cv2.convertScaleAbs(picture, alpha=self.gain), dtype=np.uint8)


@dataclass(frozen=True)
class Blur:
    """The focus is lost and found again.

    Parameters
    ----------
    interval : Interval
        When, seconds.
    sigma_px : float
        Standard deviation of the blur at its worst, pixels.
    """

    interval: Interval
    sigma_px: float = 5.0

    def __call__(self, picture: RGB, time_s: float) -> RGB:
        """Blur the whole picture."""
        sigma = self.sigma_px * eased(time_s, self.interval, 0.2)
        if sigma < 0.3:
            return picture
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), dtype=np.uint8)


@dataclass(frozen=True)
class JumpCut:
    """A piece of one take is missing: the same framing, the face a little elsewhere.

    Parameters
    ----------
    at_s : float
        First picture after the cut, seconds.
    x_px, y_px : float
        How far everything lies from where it was.
    """

    at_s: float
    x_px: float
    y_px: float = 0.0

    def __call__(self, picture: RGB, time_s: float) -> RGB:
        """Shift what comes after."""
        if time_s < self.at_s:
            return picture
        view = np.array([[1.0, 0.0, self.x_px], [0.0, 1.0, self.y_px]])
        shape = (picture.shape[1], picture.shape[0])
        moved = cv2.warpAffine(
            picture, view, shape, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
        )
        return np.asarray(moved, dtype=np.uint8)


def repeats(times_s: NDArray[np.float64], interval: Interval, every: int) -> NDArray[np.float64]:
    """The moments a camera shows when it repeats pictures.

    Parameters
    ----------
    times_s : ndarray, shape (n,)
        Capture times, seconds.
    interval : Interval
        When it repeats.
    every : int
        One of so many pictures repeats the one before, at least 2.

    Returns
    -------
    ndarray, shape (n,)
        What is seen at each capture time, seconds.
    """
    seen = times_s.copy()
    for i in range(1, seen.size):
        if interval.contains(times_s[i]) and i % every == 0:
            seen[i] = seen[i - 1]
    return seen
