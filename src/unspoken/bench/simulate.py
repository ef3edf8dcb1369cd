"""A simulated camera on a still portrait: known expressions in pictures that look filmed.

The truth about a recording of a person is never known to the millisecond; here it is. A script says
what happens when; `FaceSimulator.render` gives the picture at any second, with the script's head
sway, blinks, speech and planted expressions in one warp, and the camera's noise on top.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.bench.profiles import (
    Blink,
    Chewing,
    HeadGesture,
    PlantedEvent,
    Smile,
    Speech,
    Sway,
)
from unspoken.bench.warp import FaceWarp, personal_fields
from unspoken.errors import UsageError
from unspoken.facs.basis import MESH_POINTS, load_basis
from unspoken.facs.units import UNIT_INDEX, UNIT_KEYS

__all__ = ["Camera", "FaceSimulator", "Script"]

RGB = NDArray[np.uint8]


@dataclass(frozen=True)
class Camera:
    """What the camera adds to the picture.

    Parameters
    ----------
    read_noise : float
        Standard deviation in the dark, grey levels of 255.
    shot_noise : float
        Variance per grey level of brightness.
    flicker_hz, flicker_depth : float
        Light that pulses: rate and relative amplitude.
    """

    read_noise: float = 0.9
    shot_noise: float = 0.02
    flicker_hz: float = 0.0
    flicker_depth: float = 0.0

    def gain(self, time_s: float) -> float:
        """Brightness at an instant, 1.0 on average."""
        return 1.0 + self.flicker_depth * float(np.sin(2 * np.pi * self.flicker_hz * time_s))


@dataclass(frozen=True)
class Script:
    """What the simulated person does. Empty: a frozen face.

    Parameters
    ----------
    events : tuple of PlantedEvent
    blinks : tuple of Blink
    speech : tuple of Speech
    smiles : tuple of Smile
    chewing : tuple of Chewing
    gestures : tuple of HeadGesture
    sway : Sway or None
        None keeps the head still but for the gestures.
    rest : dict of str to float
        Amplitudes the face always has, for a portrait that is not quite at rest; may be negative.
    """

    events: tuple[PlantedEvent, ...] = ()
    blinks: tuple[Blink, ...] = ()
    speech: tuple[Speech, ...] = ()
    smiles: tuple[Smile, ...] = ()
    chewing: tuple[Chewing, ...] = ()
    gestures: tuple[HeadGesture, ...] = ()
    sway: Sway | None = None
    rest: dict[str, float] = field(default_factory=dict)

    def closure(self, time_s: float) -> float:
        """How far the lids are down, 0..1."""
        return max((blink.closure(time_s) for blink in self.blinks), default=0.0)

    def pose(self, time_s: float) -> NDArray[np.float64]:
        """Head movement at an instant, as `Sway.pose`; shape (6,)."""
        total = self.sway.pose(time_s) if self.sway else np.zeros(6)
        for gesture in self.gestures:
            total = total + gesture.pose(time_s)
        return np.asarray(total)


class FaceSimulator:
    """Films a still face acting out a script.

    Parameters
    ----------
    picture : ndarray of uint8, shape (h, w, 3)
        RGB portrait, near frontal.
    points : ndarray, shape (478, 3)
        Its face mesh in picture pixels.
    personal : float
        How far this person's action-unit fields differ from the basis (root mean square,
        relative), so that what is planted is never exactly what the engine looks for.
    seed : int
        Which person, and which noise.
    camera : Camera
        Noise and flicker.

    Raises
    ------
    UsageError
        If picture or mesh have the wrong shape.
    """

    def __init__(
        self,
        picture: RGB,
        points: NDArray[np.floating],
        *,
        personal: float = 0.25,
        seed: int = 0,
        camera: Camera | None = None,
    ) -> None:
        if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
            raise UsageError(
                f"The portrait must be 8-bit RGB, found {picture.dtype} {picture.shape}."
            )
        if points.shape != (MESH_POINTS, 3):
            raise UsageError(f"The face mesh must be ({MESH_POINTS}, 3), found {points.shape}.")
        self.picture = picture
        self.seed = seed
        self.camera = camera or Camera(read_noise=0.0, shot_noise=0.0)
        basis = load_basis()
        size = (picture.shape[1], picture.shape[0])
        self.warp = FaceWarp(points, size, basis, personal_fields(basis, personal, seed))
        grey = np.arange(256)
        noise = np.sqrt(self.camera.read_noise**2 + self.camera.shot_noise * grey)
        self._noise_of_grey = noise.astype(np.float32)
        rng = np.random.default_rng([seed, 1])
        self._grain = rng.standard_normal((3, size[1] + 64, size[0] + 64), dtype=np.float32)

    def event_amplitudes(self, event: PlantedEvent) -> NDArray[np.float64]:
        """Amplitudes of a planted expression at its apex, shape (units,).

        They are set so that the fastest-moving mesh point travels ``event.peak_icd``.
        """
        mix = np.zeros(len(UNIT_KEYS))
        for key, share in event.units.items():
            mix[UNIT_INDEX[key]] = share
        peak = self.warp.peak_px(mix) / self.warp.icd
        return np.asarray(mix * (event.peak_icd / peak))

    def amplitudes(self, script: Script, time_s: float) -> NDArray[np.float64]:
        """Amplitudes of all action units at an instant, shape (units,); blinks are apart."""
        total = np.zeros(len(UNIT_KEYS))
        for event in script.events:
            strength = event.strength(time_s)
            if strength > 0.0:
                total += strength * self.event_amplitudes(event)
        speech = [part.amplitudes(time_s) for part in script.speech]
        smiles = [part.amplitudes(time_s) for part in script.smiles]
        chewing = [part.amplitudes(time_s) for part in script.chewing]
        for mix in (script.rest, *speech, *smiles, *chewing):
            for key, amplitude in mix.items():
                total[UNIT_INDEX[key]] += amplitude
        return total

    def render(self, script: Script, time_s: float) -> RGB:
        """The picture at an instant.

        Returns
        -------
        ndarray of uint8, shape (h, w, 3)
            RGB. The same time always gives the same picture.
        """
        where = self.warp.inverse_map(self.amplitudes(script, time_s), script.pose(time_s))
        picture = self._sample(where)
        closure = script.closure(time_s)
        if closure > 0.0:
            self._close_eyes(picture, where, closure)
        return self._expose(picture, time_s)

    def _sample(self, where: NDArray[np.float32]) -> RGB:
        x, y = np.ascontiguousarray(where[..., 0]), np.ascontiguousarray(where[..., 1])
        border = cv2.BORDER_REFLECT_101
        taken = cv2.remap(self.picture, x, y, cv2.INTER_CUBIC, borderMode=border)
        return np.asarray(taken, dtype=np.uint8)

    def _close_eyes(self, picture: RGB, where: NDArray[np.float32], closure: float) -> None:
        """Draw both upper lids over the picture, in place."""
        reach = 0.35 * self.warp.icd
        for lid in self.warp.lids:
            middle = lid.origin + 0.5 * lid.length * lid.along
            half = np.array([0.5 * lid.length + reach, lid.fold_px + reach])
            # The head may have carried the eye away from where it is in the still picture.
            x, y = np.round(middle).astype(int)
            middle = 2 * middle - where[min(y, where.shape[0] - 1), min(x, where.shape[1] - 1)]
            x0, y0 = np.maximum(np.floor(middle - half).astype(int), 0)
            x1, y1 = np.ceil(middle + half).astype(int)
            here = where[y0:y1, x0:x1]
            if here.size == 0:
                continue
            lid_x, lid_y, cover = lid.close(here[..., 0], here[..., 1], closure)
            skin = cv2.remap(self.picture, lid_x, lid_y, cv2.INTER_CUBIC)
            patch = picture[y0:y1, x0:x1]
            mixed = cover[..., None] * skin + (1.0 - cover[..., None]) * patch
            picture[y0:y1, x0:x1] = np.clip(mixed + 0.5, 0, 255)

    def _expose(self, picture: RGB, time_s: float) -> RGB:
        """Light and noise; the noise depends on seed and time alone."""
        gain = self.camera.gain(time_s)
        quiet = self._noise_of_grey[-1] == 0.0
        if quiet and gain == 1.0:
            return picture
        if gain != 1.0:
            picture = np.asarray(cv2.convertScaleAbs(picture, alpha=gain), dtype=np.uint8)
        if quiet:
            return picture
        h, w = picture.shape[:2]
        rng = np.random.default_rng([self.seed, 2, round(time_s * 1e6)])
        sign = rng.choice([-1.0, 1.0], 3).astype(np.float32) * np.float32(np.sqrt(1 / 3))
        grain = np.zeros((h, w), dtype=np.float32)
        for layer, (y, x), weight in zip(
            self._grain, rng.integers(0, 64, (3, 2)), sign, strict=True
        ):
            grain += weight * layer[y : y + h, x : x + w]
        grain *= cv2.LUT(np.ascontiguousarray(picture[..., 1]), self._noise_of_grey)
        steps = cv2.merge([np.rint(grain).astype(np.int16)] * 3)
        return np.asarray(cv2.add(picture, steps, dtype=cv2.CV_8U), dtype=np.uint8)
