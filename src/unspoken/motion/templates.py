"""Which picture a face is compared with, and when that picture is replaced.

Displacement is measured against a template, so a template must look like the face does now. It
is replaced when the head has turned away from it, when the face is much larger or smaller, or
when the face is no longer explained as well as at first (light, glasses, a new expression that
lasts). Old ones are kept and taken up again when the head comes back, so that the zero of the
amplitudes does not wander off.
On every change the new template is lined up on several past crops at once, and the offset between
the two is carried over.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from unspoken.face.observation import Pose
from unspoken.motion.backend import Array, Backend, Measurement

__all__ = ["MakeBackend", "Reading", "TemplatePool", "TemplateState"]

#: A template serves poses within this angle, degrees, and is looked for again within half of it.
_POSE_REACH_DEG = 8.0
#: A template serves faces up to this much larger or smaller.
_SCALE_REACH = 1.35
#: A template has gone stale when its residual, averaged over this many seconds, exceeds what it
#: was in its first half second by this factor and this many grey levels.
_STALE_AVERAGE_S, _STALE_FACTOR, _STALE_GREY, _FRESH_S = 0.25, 1.7, 1.2, 0.5
#: Offsets fade with this time constant, seconds: errors of many changes must not add up, and
#: what lasts for minutes is a posture, not an expression.
_OFFSET_FADE_S = 20.0
#: Crops used to line up a new template with the old one, spread over this many seconds.
_ALIGN_CROPS, _ALIGN_SPAN_S = 7, 0.4
#: Templates kept per face.
_KEPT = 5
#: Seconds a template must have served before it may be replaced for misfit.
_SHORTEST_SERVICE_S = 0.8


class MakeBackend(Protocol):
    """Makes a back end whose template is a given crop; a plain function does."""

    def __call__(self, crop: Array, mesh: NDArray[np.float64], pose: Pose) -> Backend:
        """Mesh in crop pixels, shape (478, 3); pose in degrees."""
        ...


@dataclass(slots=True)
class TemplateState:
    """One template in the pool."""

    backend: Backend
    pose: Pose
    icd_px: float
    offset: Array
    since_s: float
    used_s: float
    fresh: list[float] = field(default_factory=list)
    residual: float = 0.0

    def is_stale(self, residual: float, time_s: float) -> bool:
        """Follow the residual (grey levels); whether the template no longer looks like the face."""
        elapsed = max(time_s - self.used_s, 1e-3)
        share = 1.0 - float(np.exp(-elapsed / _STALE_AVERAGE_S))
        self.residual += share * (residual - self.residual)
        if time_s - self.since_s < _FRESH_S or not self.fresh:
            self.fresh.append(residual)
            return False
        usual = float(np.median(self.fresh))
        return self.residual > _STALE_FACTOR * usual + _STALE_GREY


@dataclass(frozen=True, slots=True)
class Reading:
    """Measured amplitudes with the template's offset added."""

    amplitude: Array
    error: Array
    measurement: Measurement
    changed: bool


def _turn(a: Pose, b: Pose) -> float:
    """Degrees between two poses, roll left out because the crop removes it."""
    return float(np.hypot(a.yaw_deg - b.yaw_deg, a.pitch_deg - b.pitch_deg))


@dataclass
class TemplatePool:
    """The templates of one uninterrupted run of one face.

    Parameters
    ----------
    make : callable
        Makes a back end from a crop and the mesh in crop pixels under a pose.
    """

    make: MakeBackend
    active: TemplateState | None = None
    _rest: list[TemplateState] = field(default_factory=list)
    _past: deque[tuple[float, Array, Array]] = field(
        default_factory=lambda: deque(maxlen=_ALIGN_CROPS)
    )

    def read(
        self, crop: Array, mesh: NDArray[np.float64], pose: Pose, icd_px: float, time_s: float
    ) -> Reading:
        """Measure a crop against the best template; change templates where needed.

        Parameters
        ----------
        crop : ndarray of float32, shape (size, size)
            Grey levels.
        mesh : ndarray, shape (478, 3)
            Mesh in crop pixels.
        pose : Pose
            Head pose, degrees.
        icd_px : float
            Inter-canthal distance in the picture, pixels.
        time_s : float
            Capture time, seconds.
        """
        if self.active is None:
            zero = np.zeros(0, np.float32)
            self.active = TemplateState(
                self.make(crop, mesh, pose), pose, icd_px, zero, time_s, time_s
            )
        state = self.active
        measured = state.backend.measure(crop)
        if state.offset.size == 0:
            state.offset = np.zeros_like(measured.amplitude)
        total = measured.amplitude + state.offset
        changed = self._change_if_needed(crop, mesh, pose, icd_px, time_s, measured, total)
        if changed:
            measured = self.active.backend.measure(crop)
            total = measured.amplitude + self.active.offset
        fade = np.float32(np.exp(-max(time_s - self.active.used_s, 0.0) / _OFFSET_FADE_S))
        self.active.offset *= fade
        self.active.used_s = time_s
        if not self._past or time_s - self._past[-1][0] >= _ALIGN_SPAN_S / _ALIGN_CROPS:
            self._past.append((time_s, crop, total))
        return Reading(total, measured.error, measured, changed)

    def _change_if_needed(
        self,
        crop: Array,
        mesh: NDArray[np.float64],
        pose: Pose,
        icd_px: float,
        time_s: float,
        measured: Measurement,
        total: Array,
    ) -> bool:
        state = self.active
        assert state is not None
        scale = max(icd_px, state.icd_px) / max(min(icd_px, state.icd_px), 1e-6)
        away = _turn(pose, state.pose) > _POSE_REACH_DEG or scale > _SCALE_REACH
        stale = state.is_stale(measured.residual, time_s)
        if not away and (not stale or time_s - state.since_s < _SHORTEST_SERVICE_S):
            return False
        kept = self._nearest(pose, icd_px) if away else None
        if kept is None:
            offset = np.zeros_like(total)
            kept = TemplateState(self.make(crop, mesh, pose), pose, icd_px, offset, time_s, time_s)
            kept.offset = self._line_up(kept.backend, crop, total)
        else:
            self._rest.remove(kept)
            kept.since_s = time_s
        self._rest.append(state)
        if len(self._rest) > _KEPT - 1:
            self._rest.remove(min(self._rest, key=lambda s: s.used_s))
        self.active = kept
        return True

    def _nearest(self, pose: Pose, icd_px: float) -> TemplateState | None:
        fits = [
            s
            for s in self._rest
            if _turn(pose, s.pose) <= _POSE_REACH_DEG / 2
            and max(icd_px, s.icd_px) / min(icd_px, s.icd_px) <= np.sqrt(_SCALE_REACH)
        ]
        return min(fits, key=lambda s: _turn(pose, s.pose), default=None)

    def _line_up(self, backend: Backend, crop: Array, total: Array) -> Array:
        """Offset of a new template: median over past crops of old total minus new amplitude."""
        pairs = [(c, t) for _, c, t in self._past] + [(crop, total)]
        differences = [t - backend.measure(c).amplitude for c, t in reversed(pairs)]
        return np.median(np.stack(differences), axis=0).astype(np.float32)
