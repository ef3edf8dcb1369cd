"""Which picture a face is compared with, and when that picture is replaced.

Displacement is measured against a template, so a template must look like the face does now. It
is replaced when the head has turned away from it, when the face is much larger or smaller, or
when the face is no longer explained as well as at first (light, glasses, a new expression that
lasts). Old ones are kept and taken up again when the head comes back, so that the zero of the
amplitudes does not wander off.
A picture with a hand in it is not taken where that can be helped, and never kept when the hand
has gone.
On every change the new template is lined up on several past crops at once, and the offset between
the two is carried over.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from unspoken.face.geometry import eye_opening
from unspoken.face.observation import Pose
from unspoken.facs.units import UNIT_KEYS
from unspoken.motion.backend import Array, Backend, Measurement
from unspoken.motion.rough import UNREST, rough_change

__all__ = ["Look", "MakeBackend", "Reading", "TemplatePolicy", "TemplatePool", "TemplateState"]

#: A template has gone stale when its residual, averaged over this many seconds, exceeds what it
#: was in its first half second by this factor and this many grey levels.
_STALE_AVERAGE_S, _STALE_FACTOR, _STALE_GREY, _FRESH_S = 0.25, 1.7, 1.2, 0.5
#: A template serves light up to this much brighter or darker, as a factor: cameras bend brightness
#: (gamma, clipping), and the model of light is straight.
_LIGHT_REACH = 1.1
#: Offsets fade with this time constant, seconds: errors of many changes must not add up, and
#: what lasts for minutes is a posture, not an expression.
_OFFSET_FADE_S = 20.0
#: Crops used to line up a new template with the old one, spread over this many seconds.
_ALIGN_CROPS, _ALIGN_SPAN_S = 7, 0.4
#: Eyes less open than this are closing: never the picture that later ones are compared with.
_OPEN = 0.45
#: Templates kept per face.
_KEPT = 5
#: Seconds a template must have served before it may be replaced for misfit.
_SHORTEST_SERVICE_S = 0.8


@dataclass(frozen=True, slots=True)
class TemplatePolicy:
    """When a template is replaced.

    Parameters
    ----------
    pose_reach_deg : float
        It serves poses within this angle, degrees, and is looked for again within half of it.
    scale_reach : float
        It serves faces up to this much larger or smaller, as a factor.
    stale : bool
        It is replaced when the face is no longer explained as well as at first.
    again : bool
        Old ones are taken up again when the head comes back.
    unrest : float
        Changes of a blendshape's score below this do not free a unit.
    """

    pose_reach_deg: float = 8.0
    scale_reach: float = 1.35
    stale: bool = True
    again: bool = True
    unrest: float = UNREST


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen of a face in one frame.

    Parameters
    ----------
    crop : ndarray of float32, shape (size, size)
        Grey levels.
    points : ndarray, shape (478, 3)
        Mesh in picture pixels.
    transform : ndarray, shape (2, 3)
        From crop pixels to picture pixels.
    pose : Pose
        Head pose, degrees.
    icd_px : float
        Inter-canthal distance in the picture, pixels.
    blendshapes : ndarray of float32, shape (52,)
        Scores of the blendshape net.
    time_s : float
        Capture time, seconds.
    covered_since_s : float
        Since when a hand has been before the face, seconds; infinite where none is.
    """

    crop: Array
    points: Array
    transform: NDArray[np.float64]
    pose: Pose
    icd_px: float
    blendshapes: Array
    time_s: float
    covered_since_s: float = np.inf

    @property
    def covered(self) -> bool:
        """Whether a hand is before the face."""
        return self.covered_since_s <= self.time_s


class MakeBackend(Protocol):
    """Makes a back end whose template is what is seen; a plain function does."""

    def __call__(self, look: Look) -> Backend:
        """Make it."""
        ...


@dataclass(slots=True)
class TemplateState:
    """One template in the pool: its back end, what it was taken from, its zero, its service.

    `hidden` says that there is a hand in it.
    """

    backend: Backend
    taken: Look
    offset: Array
    since_s: float
    used_s: float
    brightness: float
    fresh: list[float] = field(default_factory=list)
    residual: float = 0.0
    unrest: float = UNREST
    hidden: bool = False
    _looked: Array | None = None
    _freedom: Array | None = None

    def measure(self, look: Look) -> Measurement:
        """Compare what is seen with this template."""
        if look.blendshapes is not self._looked:  # the net does not run on every frame
            self._looked = look.blendshapes
            self._freedom = rough_change(self.taken.blendshapes, look.blendshapes, self.unrest)
        return self.backend.measure(look.crop, self._freedom)

    def is_stale(self, residual: float, time_s: float) -> bool:
        """Follow the residual (grey levels); whether the template no longer looks like the face."""
        elapsed = max(time_s - self.used_s, 1e-3)
        share = 1.0 - float(np.exp(-elapsed / _STALE_AVERAGE_S))
        self.residual += share * (residual - self.residual)
        if time_s - self.since_s < _FRESH_S or not self.fresh:
            self.fresh.append(residual)
            return False
        usual = float(np.median(self.fresh))
        stale = self.residual > _STALE_FACTOR * usual + _STALE_GREY
        return stale and time_s - self.since_s >= _SHORTEST_SERVICE_S

    def turn_deg(self, look: Look) -> float:
        """Degrees between the template's pose and another; the crop removes roll."""
        mine, other = self.taken.pose, look.pose
        return float(np.hypot(mine.yaw_deg - other.yaw_deg, mine.pitch_deg - other.pitch_deg))

    def light(self, look: Look) -> float:
        """How many times brighter or darker the face is now, at least 1."""
        dark, bright = sorted((self.brightness, float(look.crop.mean())))
        return (bright + 1.0) / (max(dark, 0.0) + 1.0)

    def scale(self, look: Look) -> float:
        """How many times larger or smaller the face is now, at least 1."""
        small, large = sorted((self.taken.icd_px, look.icd_px))
        return large / max(small, 1e-6)


@dataclass(frozen=True, slots=True)
class Reading:
    """Measured amplitudes with the template's offset added."""

    amplitude: Array
    error: Array
    measurement: Measurement
    changed: bool


@dataclass
class TemplatePool:
    """The templates of one uninterrupted run of one face.

    Parameters
    ----------
    make : callable
        Makes a back end from what is seen.
    policy : TemplatePolicy
        When templates are replaced.
    """

    make: MakeBackend
    policy: TemplatePolicy = field(default_factory=TemplatePolicy)
    active: TemplateState | None = None
    _rest: list[TemplateState] = field(default_factory=list)
    _past: deque[tuple[Look, Array]] = field(default_factory=lambda: deque(maxlen=_ALIGN_CROPS))

    def read(self, look: Look) -> Reading:
        """Measure against the best template; change templates where needed."""
        if self.active is None:
            self.active = self._new(look)
        self._watch_hands(self.active, look)
        state = self.active
        measured = state.measure(look)
        total = measured.amplitude + state.offset
        changed = self._change_if_needed(look, measured, total)
        if changed:
            state = self.active
            measured = state.measure(look)
            total = measured.amplitude + state.offset
        elapsed = max(look.time_s - state.used_s, 0.0)
        state.offset *= np.float32(np.exp(-elapsed / _OFFSET_FADE_S))
        state.used_s = look.time_s
        if look.covered:
            return Reading(total, measured.error, measured, changed)
        if not self._past or look.time_s - self._past[-1][0].time_s >= _ALIGN_SPAN_S / _ALIGN_CROPS:
            self._past.append((look, total))
        return Reading(total, measured.error, measured, changed)

    def _watch_hands(self, active: TemplateState, look: Look) -> None:
        """Note which template holds a hand, and replace it when the hand has gone.

        A hand is known a little after it came, so the template may be older than that knowledge.
        What was measured against a hand is no zero to go on from.
        """
        if look.covered:
            active.hidden |= active.taken.time_s >= look.covered_since_s
            return
        self._rest = [state for state in self._rest if not state.hidden]
        if active.hidden:
            self._past.clear()
            self.active = self._again(look) or self._new(look)

    def _new(self, look: Look) -> TemplateState:
        zero = np.zeros(len(UNIT_KEYS), np.float32)
        brightness = float(look.crop.mean())
        return TemplateState(
            self.make(look),
            look,
            zero,
            look.time_s,
            look.time_s,
            brightness,
            unrest=self.policy.unrest,
        )

    def _change_if_needed(self, look: Look, measured: Measurement, total: Array) -> bool:
        state = self.active
        assert state is not None
        away = (
            state.turn_deg(look) > self.policy.pose_reach_deg
            or state.scale(look) > self.policy.scale_reach
            or state.light(look) > _LIGHT_REACH
        )
        stale = state.is_stale(measured.residual, look.time_s)
        if eye_opening(look.blendshapes) < _OPEN or look.covered:  # no face looks so for long
            stale = False
        if not (away or (stale and self.policy.stale)):
            return False
        kept = self._again(look) if away else None
        if kept is None:
            kept = self._new(look)
            kept.offset = self._line_up(kept, look, total)
        self._rest.append(state)
        if len(self._rest) > _KEPT - 1:
            self._rest.remove(min(self._rest, key=lambda s: s.used_s))
        self.active = kept
        return True

    def _again(self, look: Look) -> TemplateState | None:
        """Take the nearest old template up again, if there is one."""
        kept = self._nearest(look) if self.policy.again else None
        if kept is not None:
            self._rest.remove(kept)
            kept.since_s = kept.used_s = look.time_s
            kept.fresh, kept.residual = [], 0.0
        return kept

    def _nearest(self, look: Look) -> TemplateState | None:
        fits = [
            state
            for state in self._rest
            if state.turn_deg(look) <= self.policy.pose_reach_deg / 2
            and state.scale(look) <= np.sqrt(self.policy.scale_reach)
            and state.light(look) <= np.sqrt(_LIGHT_REACH)
        ]
        return min(fits, key=lambda state: state.turn_deg(look), default=None)

    def _line_up(self, state: TemplateState, look: Look, total: Array) -> Array:
        """Offset of a new template: median over past crops of old total minus new amplitude."""
        pairs = [(look, total), *reversed(self._past)]
        differences = [before - state.measure(past).amplitude for past, before in pairs]
        return np.median(np.stack(differences), axis=0).astype(np.float32)
