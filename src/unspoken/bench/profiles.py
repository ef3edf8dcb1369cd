"""How strongly something moves at a given second: the time courses of the simulator.

Every function takes seconds and knows nothing of frames, so the same script can be filmed at any
rate, by a steady clock or a jittery one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.units import UNIT_INDEX
from unspoken.timing import Interval

__all__ = ["Blink", "Chewing", "HeadGesture", "PlantedEvent", "Smile", "Speech", "Sway"]
__all__ += ["rise_and_fall"]

#: Weights of a spoken mouth's movements: parts, jaw, rounding, spreading.
_OPENING = {"AU25": 1.0, "AU26": 0.50}


def rise_and_fall(time_s: float, onset_s: float, apex_s: float, offset_s: float) -> float:
    """Raised-cosine rise from onset to apex and fall to offset.

    Returns
    -------
    float
        0.0 outside, 1.0 at the apex exactly.
    """
    if not onset_s < time_s < offset_s:
        return 0.0
    if time_s <= apex_s:
        part = (time_s - onset_s) / (apex_s - onset_s)
    else:
        part = (offset_s - time_s) / (offset_s - apex_s)
    return 0.5 - 0.5 * float(np.cos(np.pi * part))


@dataclass(frozen=True)
class PlantedEvent:
    """An expression put into a picture on purpose.

    Parameters
    ----------
    units : dict of str to float
        Mix of action units, keys of `unspoken.facs.units.UNIT_KEYS`, in relative strengths > 0.
    onset_s, apex_s, offset_s : float
        Seconds, ``onset_s < apex_s < offset_s``.
    peak_icd : float
        Largest displacement anywhere on the face at the apex, picture plane, ICD.

    Raises
    ------
    ValueError
        If times do not rise, or a unit is unknown or not positive.
    """

    units: dict[str, float]
    onset_s: float
    apex_s: float
    offset_s: float
    peak_icd: float

    def __post_init__(self) -> None:
        if not self.onset_s < self.apex_s < self.offset_s:
            raise ValueError(f"times must rise: {self.onset_s}, {self.apex_s}, {self.offset_s}")
        if not self.units or any(k not in UNIT_INDEX or a <= 0 for k, a in self.units.items()):
            raise ValueError(f"need positive strengths of known action units, got {self.units}")

    @property
    def interval(self) -> Interval:
        """Onset to offset."""
        return Interval(self.onset_s, self.offset_s)

    def strength(self, time_s: float) -> float:
        """0..1 at an instant, 1.0 at the apex."""
        return rise_and_fall(time_s, self.onset_s, self.apex_s, self.offset_s)


@dataclass(frozen=True)
class Blink:
    """Both eyes close in a third of the time and open in two thirds.

    Parameters
    ----------
    onset_s, duration_s : float
        Seconds.
    hold_s : float
        How long the lids stay down in between; the duration does not count it. A second or more is
        looking down, or resting, and no blink.
    depth : float
        How far they go down, 0..1.
    """

    onset_s: float
    duration_s: float
    hold_s: float = 0.0
    depth: float = 1.0

    @property
    def interval(self) -> Interval:
        """First to last movement of the lids."""
        return Interval(self.onset_s, self.onset_s + self.duration_s + self.hold_s)

    @property
    def shut_s(self) -> float:
        """When the eyes are closed, seconds."""
        return self.onset_s + 0.35 * self.duration_s

    def closure(self, time_s: float) -> float:
        """0 open .. 1 closed."""
        end_s = self.onset_s + self.duration_s
        if time_s > self.shut_s:
            time_s = max(time_s - self.hold_s, self.shut_s)
        return self.depth * rise_and_fall(time_s, self.onset_s, self.shut_s, end_s)


@dataclass(frozen=True)
class Smile:
    """A slow two-sided smile with cheeks (AU6 + AU12).

    Parameters
    ----------
    onset_s, rise_s, hold_s, fall_s : float
        Start and lengths of its phases, seconds.
    strength : float
        AU12 amplitude while held, parts of the basis' full displacement.
    """

    onset_s: float
    rise_s: float = 0.7
    hold_s: float = 1.2
    fall_s: float = 1.1
    strength: float = 0.35

    @property
    def interval(self) -> Interval:
        """First to last movement."""
        return Interval(self.onset_s, self.onset_s + self.rise_s + self.hold_s + self.fall_s)

    def amplitudes(self, time_s: float) -> dict[str, float]:
        """Amplitude of every unit involved; empty outside the interval."""
        t = time_s - self.onset_s
        if not 0.0 < t < self.interval.duration_s:
            return {}
        rising = min(t / self.rise_s, 1.0)
        falling = min((self.interval.duration_s - t) / self.fall_s, 1.0)
        level = 0.5 - 0.5 * float(np.cos(np.pi * min(rising, falling)))
        mouth, cheek = self.strength * level, 0.8 * self.strength * level
        return {"AU12L": mouth, "AU12R": mouth, "AU6L": cheek, "AU6R": cheek}


@dataclass(frozen=True)
class Speech:
    """Speech-like mouth movement: syllables at 3-7 Hz, each opening, rounding or spreading.

    Parameters
    ----------
    interval : Interval
        When, seconds.
    seed : int
        Which syllables.
    strength : float
        AU25 amplitude of a strong syllable, parts of the basis' full displacement.
    """

    interval: Interval
    seed: int = 0
    strength: float = 0.45

    @cached_property
    def _syllables(self) -> NDArray[np.float64]:
        """Rows of (centre s, half width s, strength 0..1, rounding -1..1)."""
        rng = np.random.default_rng(self.seed)
        rows, t = [], self.interval.start_s + 0.15
        while t < self.interval.end_s - 0.15:
            length = 1.0 / rng.uniform(3.0, 7.0)
            # The mouth overlaps syllables: each movement lasts longer than its share of time.
            rows.append((t + length / 2, 0.75 * length, rng.uniform(0.3, 1.0), rng.uniform(-1, 1)))
            t += length + (rng.uniform(0.15, 0.4) if rng.random() < 0.12 else 0.0)
        return np.array(rows).reshape(-1, 4)

    def amplitudes(self, time_s: float) -> dict[str, float]:
        """Amplitude of every unit involved; empty outside the interval."""
        if not self.interval.contains(time_s) or not len(self._syllables):
            return {}
        centre, half, strong, rounding = self._syllables.T
        inside = np.clip((time_s - centre) / half, -1.0, 1.0)
        pulse = strong * (0.5 + 0.5 * np.cos(np.pi * inside)) * self.strength
        opening, shape = float(pulse.sum()), float((pulse * rounding).sum())
        out = {key: weight * opening for key, weight in _OPENING.items()}
        out["AU18"] = max(0.0, shape) * 0.8
        out["AU20L"] = out["AU20R"] = max(0.0, -shape) * 0.5
        return out


@dataclass(frozen=True)
class Sway:
    """Slow movement of a head that tries to keep still, as sums of sines of 0.07-0.9 Hz.

    Parameters
    ----------
    seed : int
        Which sines.
    shift_icd : float
        Standard deviation of the shift across and along, ICD.
    roll_deg, yaw_deg, pitch_deg : float
        Standard deviations, degrees.
    scale : float
        Standard deviation of the size (moving towards the camera), parts.
    """

    seed: int = 0
    shift_icd: float = 0.05
    roll_deg: float = 0.7
    yaw_deg: float = 1.2
    pitch_deg: float = 1.0
    scale: float = 0.006
    _waves: int = field(default=7, repr=False)

    @cached_property
    def _sines(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        rng = np.random.default_rng(self.seed)
        rate = np.exp(rng.uniform(np.log(0.07), np.log(0.9), (6, self._waves)))
        weight = rng.uniform(0.5, 1.0, rate.shape) * (0.07 / rate) ** 0.6
        weight /= np.sqrt(0.5 * (weight**2).sum(axis=1, keepdims=True))
        return rate, weight, rng.uniform(0, 2 * np.pi, rate.shape)

    def pose(self, time_s: float) -> NDArray[np.float64]:
        """Head movement at an instant.

        Returns
        -------
        ndarray, shape (6,)
            Shift right and down (ICD), roll, yaw, pitch (radians), size change (parts).
        """
        rate, weight, phase = self._sines
        unit = (weight * np.sin(2 * np.pi * rate * time_s + phase)).sum(axis=1)
        angles = np.deg2rad([self.roll_deg, self.yaw_deg, self.pitch_deg])
        return np.asarray(unit * np.r_[self.shift_icd, self.shift_icd, angles, self.scale])


@dataclass(frozen=True)
class HeadGesture:
    """A nod, a shake or a turn on top of the sway.

    Parameters
    ----------
    kind : {"head_nod", "head_shake", "head_turn"}
        Up and down, side to side, or once to a side.
    onset_s : float
        First movement, seconds.
    degrees : float
        Size of a swing.
    rate_hz : float
        Swings to and fro a second; for a turn, half of one takes ``0.5 / rate_hz`` seconds.
    times : int
        How often to and fro; a turn has none and stays.
    """

    kind: Literal["head_nod", "head_shake", "head_turn"]
    onset_s: float
    degrees: float = 5.0
    rate_hz: float = 2.0
    times: int = 2

    @property
    def interval(self) -> Interval:
        """First to last movement."""
        swings = 0.5 if self.kind == "head_turn" else float(self.times)
        return Interval(self.onset_s, self.onset_s + swings / self.rate_hz)

    def pose(self, time_s: float) -> NDArray[np.float64]:
        """Head movement at an instant, as `Sway.pose`."""
        t = min(max(time_s - self.onset_s, 0.0), self.interval.duration_s)
        part = 0.5 - 0.5 * float(np.cos(2 * np.pi * self.rate_hz * t))
        out = np.zeros(6)
        out[4 if self.kind == "head_nod" else 3] = np.deg2rad(self.degrees) * part
        return out


@dataclass(frozen=True)
class Chewing:
    """The jaw goes round evenly behind closed lips.

    Parameters
    ----------
    interval : Interval
        When, seconds.
    rate_hz : float
        Chews a second.
    strength : float
        AU26 amplitude, parts of the basis' full displacement.
    """

    interval: Interval
    rate_hz: float = 1.3
    strength: float = 0.12

    def amplitudes(self, time_s: float) -> dict[str, float]:
        """Amplitude of every unit involved; empty outside the interval."""
        if not self.interval.contains(time_s):
            return {}
        edge = min(time_s - self.interval.start_s, self.interval.end_s - time_s)
        phase = 2 * np.pi * self.rate_hz * (time_s - self.interval.start_s)
        open_ = min(edge / 0.3, 1.0) * self.strength * (0.5 - 0.5 * float(np.cos(phase)))
        return {"AU26": open_, "AU17": 0.8 * open_, "AU24": 0.3 * open_}
