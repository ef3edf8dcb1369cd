"""What happens to pictures on their way that no face did: hands, shake, light, blur, lost frames.

Each disturbance is a function of the picture and its time, so it can be put on any footage, filmed
or simulated, and on what the injection bench plants into.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.timing import Interval

__all__ = ["Blur", "Disturbance", "Flicker", "Hand", "JumpCut", "LightStep", "Shake", "repeats"]

RGB = NDArray[np.uint8]
#: Makes the picture that is stored from the one that was seen, and its time in seconds.
Disturbance = Callable[[RGB, float], RGB]


def _eased(time_s: float, interval: Interval, ramp_s: float) -> float:
    """0 outside, 1 inside, with smooth ramps within the interval."""
    edge = min(time_s - interval.start_s, interval.end_s - time_s)
    part = min(max(edge / ramp_s, 0.0), 1.0)
    return 0.5 - 0.5 * float(np.cos(np.pi * part))


@dataclass(frozen=True)
class Hand:
    """A hand comes up from below, rests on mouth and cheek, and goes again.

    Parameters
    ----------
    interval : Interval
        First to last sight of it, seconds.
    x, y : float
        Where its finger tips rest, picture pixels.
    icd_px : float
        Inner-eye-corner distance: a hand is about 2.6 of them wide.
    """

    interval: Interval
    x: float
    y: float
    icd_px: float

    def __call__(self, picture: RGB, time_s: float) -> RGB:
        """Draw four fingers and the back of a hand, shaded, with creases."""
        up = _eased(time_s, self.interval, 0.3)
        if up <= 0.0:
            return picture
        u = self.icd_px
        rise = (1.0 - up) * 5.0 * u
        mask = np.zeros(picture.shape[:2], np.float32)
        for i in range(4):
            tip = (self.x + (i - 1.5) * 0.62 * u, self.y + (0.25, 0.0, 0.05, 0.3)[i] * u + rise)
            root = (self.x + (i - 1.5) * 0.5 * u, self.y + 1.9 * u + rise)
            ends = [tuple(np.round(p).astype(int).tolist()) for p in (tip, root)]
            cv2.line(mask, ends[0], ends[1], (0.82 + 0.06 * i,), round(0.55 * u), cv2.LINE_AA)
        palm = (round(self.x), round(self.y + 2.9 * u + rise))
        cv2.ellipse(
            mask, palm, (round(1.3 * u), round(1.4 * u)), 0, 0, 360, (0.9,), -1, cv2.LINE_AA
        )
        shade = cv2.GaussianBlur(mask, (0, 0), 0.08 * u)[..., None]
        cover = np.clip(mask * 4.0, 0.0, 1.0)[..., None]
        skin = np.array([196.0, 148.0, 122.0], np.float32) * (0.55 + 0.5 * shade)
        return np.asarray(np.clip(picture + cover * (skin - picture), 0, 255), dtype=np.uint8)


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
        size = self.size_px * _eased(time_s, self.interval, 0.1)
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
        sigma = self.sigma_px * _eased(time_s, self.interval, 0.2)
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
