"""Macro-expressions: a unit leaves its usual level and stays away for half a second to a minute.

Such a movement fits no fixed shape (a smile may be held), so it is found by hysteresis. Evidence is
averaged over 0.3 s and compared with the face's own recent level (a low quantile of the last 30 s
outside movements) in units of how much it usually wanders about that level. What the way the head
is held pretends is taken off first, and what is not known of it counts as wandering.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.basis import load_basis
from unspoken.facs.units import UNIT_INDEX, UNIT_KEYS
from unspoken.spotting.calibration import FLOOR
from unspoken.spotting.channels import AREAS, CHANNEL_AREA, CHANNELS, Area
from unspoken.spotting.posture import Posture, learn_posture

__all__ = [
    "HOLD_S",
    "MIN_DISPLACEMENT_ICD",
    "MIN_TOTAL_S",
    "STEP_S",
    "Excursion",
    "ExcursionDetector",
    "displacement_icd",
]

#: Spacing of the averaged samples, seconds.
STEP_S = 0.1
#: Longest movement followed; what stays away longer becomes the new usual level.
HOLD_S = 60.0
#: Smaller excursions are not called expressions, peak skin displacement in ICD. Published spotters
#: put the smallest detectable expression at 0.02-0.035.
MIN_DISPLACEMENT_ICD = 0.02
#: Shorter ones are left to the filter bank, seconds.
MIN_TOTAL_S = 0.5
_MEMORY_S = 30.0
_WARM_UP_S = 1.5
_QUANTILE = 0.35
#: With less footage than this the face may have been moving most of the time: the usual level is
#: taken lower and the spread from changes within 0.3 s, which a held movement does not disturb.
_SETTLED_S = 10.0
_BRIEF_S = 3.0
#: How much further a level wanders in seconds than in 0.3 s, with a margin.
_EARLY = 2.5
#: Quantile distance to standard deviation for a Gaussian: median minus lower quartile.
_QUARTILE = 1.4826
_EXIT_SHARE = 0.2
_EXIT_Z = 1.5
_PATIENCE = 3

Array = NDArray[np.float64]
_N = len(UNIT_KEYS)
_MEMBERS = np.zeros((len(CHANNELS), _N))
for _i, _c in enumerate(CHANNELS):
    _MEMBERS[_i, list(_c.units)] = 1.0 / np.sqrt(len(_c.units))


def displacement_icd(units: dict[str, float]) -> float:
    """Largest peak skin displacement among some units, ICD; 0.0 for none.

    Parameters
    ----------
    units : dict of str to float
        Amplitude by key of `UNIT_KEYS`.
    """
    peak = load_basis().peak_icd[:, 0]
    return max((float(a * peak[UNIT_INDEX[key]]) for key, a in units.items()), default=0.0)


@dataclass(slots=True)
class Excursion:
    """One stay away from the usual level, in one part of the face.

    Parameters
    ----------
    area : {"upper", "lower"}
        Part of the face.
    channel : int
        Channel that stood out most.
    start_s, stop_s, peak_s : float
        First and last sample above the exit level, and the highest.
    statistic : float
        Highest signal-to-noise.
    z, amplitude, base : ndarray, shape (units,)
        Signal-to-noise, amplitude over the usual level and that level, at the highest sample.
    long : bool
        Followed for `HOLD_S` without an end.
    """

    area: Area
    channel: int
    start_s: float
    stop_s: float
    peak_s: float
    statistic: float
    z: Array
    amplitude: Array
    base: Array
    long: bool = False
    below: int = 0


@dataclass(slots=True)
class ExcursionDetector:
    """Online hysteresis over all channels. Feed it negated evidence for decoys."""

    _history: list[Array] = field(default_factory=list)
    _poses: list[Array] = field(default_factory=list)
    _spread: list[Array] = field(default_factory=list)
    _posture: Posture | None = None
    _stale: bool = False
    _base: Array | None = None
    _sigma: Array | None = None
    _channel_sigma: Array | None = None
    _active: dict[Area, Excursion | None] = field(
        default_factory=lambda: dict.fromkeys(AREAS, None)
    )

    def restart(self) -> list[Excursion]:
        """The track was interrupted: close what is open and forget the level, keep the spread."""
        closed = [e for e in self._active.values() if e is not None]
        self._active = dict.fromkeys(AREAS, None)
        self._history, self._poses, self._base = [], [], None
        return closed

    @property
    def posture(self) -> Posture | None:
        """How this evidence follows the head; None while too little is known."""
        return self._posture

    def active(self, area: Area) -> Excursion | None:
        """The excursion going on now in one part of the face."""
        return self._active[area]

    def push(
        self, times_s: Array, values: Array, ahead: Array, error: Array, pose: Array | None = None
    ) -> list[Excursion]:
        """Take in about a second of averaged evidence.

        Parameters
        ----------
        times_s : ndarray, shape (n,)
            Seconds.
        values : ndarray, shape (n, units)
            Averaged evidence; NaN where nothing was measured.
        ahead : ndarray, shape (m, units)
            Averaged evidence already seen beyond these samples; helps to know the level early.
        error : ndarray, shape (units,)
            Standard error of one averaged sample.
        pose : ndarray, shape (n + m, 2), optional
            Yaw and pitch of the head at all of them, degrees; NaN where unknown.

        Returns
        -------
        list of Excursion
            Those that ended.
        """
        values = np.where(np.isfinite(values), values, np.nan)
        if pose is None:
            pose = np.full((len(values) + len(ahead), 2), np.nan)
        own, beyond = pose[: len(values)], pose[len(values) :]
        busy = np.zeros(len(values), dtype=bool)
        if not self._level(values, ahead, error, own, beyond):
            self._remember(values, own, busy)
            return []
        assert self._base is not None and self._sigma is not None and self._posture is not None
        pretended, variance = self._posture.explains(own)
        rest = values - pretended
        z_unit = (rest - self._base) / np.sqrt(self._sigma**2 + variance)
        z = z_unit @ _MEMBERS.T
        if self._channel_sigma is not None:
            z = z / self._channel_sigma
        z[~np.isfinite(z)] = 0.0
        closed = []
        for area in AREAS:
            closed += self._follow(area, times_s, rest, z, busy)
        self._remember(values, own, busy)
        if not busy.any():
            self._remember_spread(z_unit)
        return closed

    def _level(
        self, values: Array, ahead: Array, error: Array, pose: Array, pose_ahead: Array
    ) -> bool:
        """Update the usual level and spread; False while too little is known.

        During a movement its samples say nothing about the usual level: only calm ones count.
        """
        if self._stale:
            self._base, self._history, self._poses, self._stale = None, [], [], False
        moving = any(e is not None for e in self._active.values())
        seen = np.concatenate(
            [*self._history, *([] if moving else [values, ahead])] or [values[:0]]
        )
        held = np.concatenate([*self._poses, *([] if moving else [pose, pose_ahead])] or [pose[:0]])
        known = np.isfinite(seen).any(axis=1)
        seen, held = seen[known], held[known]
        if len(seen) * STEP_S < _WARM_UP_S:
            return self._base is not None
        seen = np.where(np.isfinite(seen), seen, 0.0)
        error = np.maximum(error, 1e-6)
        _, spread = _usual(seen, error)
        # The spread holds what the head pretends: with that off, it can be told better once more.
        for _ in range(2):
            self._posture = learn_posture(held, seen, spread**2, STEP_S)
            self._base, spread = _usual(seen - self._posture.explains(held)[0], error)
        self._sigma = spread
        return True

    def _remember(self, values: Array, pose: Array, busy: NDArray[np.bool_]) -> None:
        self._history.append(values[~busy])
        self._poses.append(pose[~busy])
        while sum(map(len, self._history)) > _MEMORY_S / STEP_S and len(self._history) > 1:
            self._history.pop(0)
            self._poses.pop(0)

    def _remember_spread(self, z_unit: Array) -> None:
        """How much sums wander compared with their members, from samples without movements."""
        calm = np.clip(np.where(np.isfinite(z_unit), z_unit, 0.0), -4.0, 4.0)
        self._spread.append(np.mean((calm @ _MEMBERS.T) ** 2, axis=0))
        if len(self._spread) > _MEMORY_S:
            self._spread.pop(0)
        if len(self._spread) >= 3:
            spread = np.sqrt(np.median(np.stack(self._spread), axis=0))
            self._channel_sigma = np.maximum(spread, 1.0)

    def _follow(
        self, area: Area, times: Array, values: Array, z: Array, busy: NDArray[np.bool_]
    ) -> list[Excursion]:
        """Hysteresis over one part of the face."""
        members = CHANNEL_AREA[area]
        best = members[np.argmax(z[:, members], axis=1)]
        closed = []
        for i, time in enumerate(times):
            now = self._active[area]
            if now is None:
                if z[i, best[i]] >= FLOOR:
                    now = self._begin(area, int(best[i]), float(time), values[i], z[i])
                    self._active[area] = now
            else:
                self._continue(now, int(best[i]), float(time), values[i], z[i])
            if now is not None:
                busy[i] = True
                now.long = float(time) - now.start_s > HOLD_S
                if now.below >= _PATIENCE or now.long:
                    closed.append(now)
                    self._active[area] = None
                    if now.long:
                        self._stale = True
                        break
        return closed

    def _begin(self, area: Area, channel: int, time: float, value: Array, z: Array) -> Excursion:
        assert self._base is not None
        amplitude = np.nan_to_num(value - self._base)
        base = self._base.copy()
        top = float(z[channel])
        return Excursion(area, channel, time, time, time, top, z[:_N].copy(), amplitude, base)

    def _continue(self, now: Excursion, best: int, time: float, value: Array, z: Array) -> None:
        if z[best] > now.statistic:
            now.channel, now.statistic, now.peak_s = best, float(z[best]), time
            now.z, now.amplitude = z[:_N].copy(), np.nan_to_num(value - now.base)
        if z[now.channel] < max(_EXIT_Z, _EXIT_SHARE * now.statistic):
            now.below += 1
        else:
            now.below, now.stop_s = 0, time


def _usual(seen: Array, error: Array) -> tuple[Array, Array]:
    """Usual level and spread of samples, shape (n, units); the spread is at least the error."""
    known_s = len(seen) * STEP_S
    trust = min(1.0, known_s / _SETTLED_S)
    ordered = np.sort(seen, axis=0)
    at = [int(q * (len(seen) - 1)) for q in (_QUANTILE * trust, 0.5, 0.25, 0.1)]
    base, middle, quarter, tenth = (ordered[i] for i in at)
    wander = np.maximum(_QUARTILE * (middle - quarter), 0.78 * (middle - tenth))
    steps = 1.4826 / 1.414 * np.median(np.abs(seen[3:] - seen[:-3]), axis=0)
    share = float(np.clip((known_s - _BRIEF_S) / (_SETTLED_S - _BRIEF_S), 0.0, 1.0))
    spread = np.sqrt(share * wander**2 + (1.0 - share) * (_EARLY * steps) ** 2)
    return base, np.maximum(spread, error)
