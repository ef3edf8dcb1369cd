"""Made-up evidence with a known answer: a face at rest, a talker, a template switch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unspoken.face.observation import Pose
from unspoken.facs.units import UNIT_INDEX, UNIT_KEYS, unit_of
from unspoken.motion.evidence import EvidenceRow, Gap

Array = NDArray[np.float64]
LOWER = [i for i, k in enumerate(UNIT_KEYS) if unit_of(k)[0].region in ("nose", "mouth", "jaw")]


def rise_and_fall(t: Array, onset: float, apex: float, offset: float, hold: float = 0.0) -> Array:
    """Raised-cosine movement of unit height; the apex is held for `hold` seconds."""
    up = np.clip((t - onset) / (apex - onset), 0, 1)
    down = np.clip((t - apex - hold) / (offset - apex - hold), 0, 1)
    return 0.5 - 0.5 * np.cos(np.pi * up) - (0.5 - 0.5 * np.cos(np.pi * down))


class Face:
    """Evidence of one face; every method adds something and returns the face itself."""

    def __init__(
        self,
        seconds: float,
        fps: float = 30.0,
        seed: int = 0,
        noise: float = 0.02,
        times: Array | None = None,
        start: float = 0.0,
    ) -> None:
        self.rng = np.random.default_rng(seed)
        self.noise = noise
        regular = start + np.arange(round(seconds * fps)) / fps
        self.times: Array = np.asarray(regular if times is None else times, dtype=np.float64)
        n = len(self.times)
        self.sigma = noise * np.exp(0.3 * np.sin(np.arange(len(UNIT_KEYS)) * 2.3))
        self.amplitude: Array = self.rng.normal(size=(n, len(UNIT_KEYS))) * self.sigma
        self.error: Array = np.tile(self.sigma, (n, 1))
        self.run = np.zeros(n, dtype=np.int64)
        self.gap: list[Gap] = [""] * n
        self.pose: Array = np.zeros((n, 3))
        self.eye: Array = np.full(n, 0.8)
        self.mouth: Array = np.full(n, 0.05)
        self.gaze: Array = np.zeros((n, 2))
        self.light: Array = np.ones(n)

    def move(
        self,
        keys: str,
        onset: float,
        apex: float,
        offset: float,
        size: float = 0.3,
        hold: float = 0.0,
    ) -> Face:
        """Plant a movement of the units named (space between)."""
        shape = size * rise_and_fall(self.times, onset, apex, offset, hold)
        for key in keys.split():
            self.amplitude[:, UNIT_INDEX[key]] += shape
        return self

    def drift(self, size: float = 0.03) -> Face:
        """1/f wander, common in part to all units."""
        n = len(self.times)
        f = np.fft.rfftfreq(n, float(np.median(np.diff(self.times))))
        shape = np.where(f > 0, 1 / np.maximum(f, 0.02), 0.0) ** 0.5
        white = self.rng.normal(size=(len(f), len(UNIT_KEYS) + 1, 2)) @ [1, 1j]
        slow = np.fft.irfft(shape[:, None] * white, n, axis=0)
        slow /= slow.std(axis=0) + 1e-12
        self.amplitude += size * (slow[:, :-1] + slow[:, -1:]) / np.sqrt(2)
        return self

    def talk(self, start: float, stop: float, factor: float = 7.0) -> Face:
        """Strongly correlated, syllable-paced noise of the lower face, and a moving mouth."""
        n = len(self.times)
        step = float(np.median(np.diff(self.times)))
        f = np.fft.rfftfreq(n, step)
        band = np.exp(-0.5 * ((f - 3.0) / 1.6) ** 2)
        sources = np.fft.irfft(
            band[:, None] * (self.rng.normal(size=(len(f), 4, 2)) @ [1, 1j]), n, axis=0
        )
        sources /= sources.std(axis=0)
        mix = self.rng.normal(size=(4, len(LOWER))) / 2
        on = np.clip((self.times - start) / 0.15, 0, 1) * np.clip((stop - self.times) / 0.15, 0, 1)
        self.amplitude[:, LOWER] += factor * self.noise * on[:, None] * (sources @ mix)
        self.mouth += on * np.clip(0.12 + 0.1 * sources[:, 0], 0, 1)
        return self

    def blink(self, at: float, total: float = 0.25) -> Face:
        """Both eyes close; lids leak into AU5, 6, 7."""
        shape = rise_and_fall(self.times, at - 0.4 * total, at, at + 0.6 * total)
        self.eye -= 0.7 * shape
        for key, size in {"AU45": 0.6, "AU7": 0.2, "AU5": -0.3, "AU6": 0.08}.items():
            for side in "LR":
                self.amplitude[:, UNIT_INDEX[key + side]] += size * shape
        return self

    def turn(self, at: float, degrees: float = 15.0, seconds: float = 0.5) -> Face:
        """The head turns; what the nuisance model leaves leaks into every unit."""
        ramp = np.clip((self.times - at) / seconds, 0, 1)
        self.pose[:, 0] += degrees * ramp
        leak = self.rng.normal(size=len(UNIT_KEYS)) * 0.08
        bump = rise_and_fall(self.times, at, at + seconds / 2, at + seconds)
        self.amplitude += np.outer(bump + 0.3 * ramp, leak)
        return self

    def step(self, at: float, size: float = 0.15, light: float = 0.0) -> Face:
        """Every unit jumps for good (template switch, light)."""
        jump = self.rng.normal(size=len(UNIT_KEYS)) * size
        self.amplitude[self.times >= at] += jump
        self.light[self.times >= at] += light
        return self

    def lose(self, start: float, stop: float, why: Gap = "no_face", new_run: bool = True) -> Face:
        """No evidence for a while; afterwards another zero."""
        inside = (self.times >= start) & (self.times < stop)
        for i in np.flatnonzero(inside):
            self.gap[i] = why
        if new_run:
            after = self.times >= stop
            self.run[after] += 1
            self.amplitude[after] += self.rng.normal(size=len(UNIT_KEYS)) * 0.2
        return self

    def rows(self) -> list[EvidenceRow]:
        """The evidence as the motion stage would hand it over."""
        out = []
        for i, time in enumerate(self.times):
            lost = self.gap[i] != ""
            nothing = np.full(len(UNIT_KEYS), np.nan, np.float32)
            out.append(
                EvidenceRow(
                    frame=i,
                    time_s=float(time),
                    face_id=1,
                    run=int(self.run[i]),
                    amplitude=nothing if lost else self.amplitude[i].astype(np.float32),
                    error=nothing if lost else self.error[i].astype(np.float32),
                    pose=None if lost else Pose(*map(float, self.pose[i])),
                    icd_px=float("nan") if lost else 60.0,
                    eye_opening=float("nan") if lost else float(self.eye[i]),
                    mouth_opening=float("nan") if lost else float(self.mouth[i]),
                    gaze_x=float(self.gaze[i, 0]),
                    gaze_y=float(self.gaze[i, 1]),
                    light=float("nan") if lost else float(self.light[i]),
                    quality=0.0 if lost else 1.0,
                    gap=self.gap[i],
                )
            )
        return out
