"""Clips of a few seconds with a face that does known things, for tests of everything on top."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.bench.portrait import load_portrait
from unspoken.bench.profiles import PlantedEvent, Sway
from unspoken.bench.simulate import Camera, FaceSimulator, Script
from unspoken.face.observation import Pose
from unspoken.facs.basis import load_basis
from unspoken.media.frame import Frame
from unspoken.media.source import open_source
from unspoken.media.writer import ClipWriter
from unspoken.motion.backend import Template
from unspoken.motion.crop import crop_luma, crop_transform, to_crop
from unspoken.motion.fields import build_fields
from unspoken.motion.stream import head_rotation

__all__ = [
    "CLIPS",
    "QUIET",
    "RAISED_BROWS",
    "Change",
    "Picture",
    "beside_a_second_face",
    "brows",
    "cutting",
    "film",
    "frames_of",
    "lit",
    "portrait_template",
    "shots",
    "simulator",
]

Picture = NDArray[np.uint8]
#: Makes the picture that is stored from the one that was filmed, and its time in seconds.
Change = Callable[[Picture, float], Picture]

SIZE = (480, 360)
#: Somebody who tries to sit still: the head sways, the face does nothing.
QUIET = Script(sway=Sway(seed=3))


def brows(onset_s: float, peak_icd: float = 0.07) -> PlantedEvent:
    """Both brows go up and down again within 0.36 s: a micro-expression nobody should miss."""
    units = {"AU1L": 1.0, "AU1R": 1.0, "AU2L": 1.0, "AU2R": 1.0}
    return PlantedEvent(units, onset_s, onset_s + 0.16, onset_s + 0.36, peak_icd)


#: Somebody who sits still and raises the brows for a moment, at 2.0 s.
RAISED_BROWS = replace(QUIET, events=(brows(2.0),))


@lru_cache(maxsize=4)
def simulator(size: tuple[int, int] = SIZE, icd_px: float = 44.0) -> FaceSimulator:
    """The portrait before a camera with a little noise."""
    portrait = load_portrait(size, icd_px)
    camera = Camera(read_noise=0.8, shot_noise=0.012)
    return FaceSimulator(portrait.picture, portrait.points, seed=4, camera=camera)


def shots(
    script: Script, times_s: Iterable[float], size: tuple[int, int] = SIZE, icd_px: float = 44.0
) -> Iterator[Picture]:
    """Pictures of a script at chosen seconds."""
    face = simulator(size, icd_px)
    for time_s in times_s:
        yield face.render(script, time_s)


def film(
    path: Path,
    seconds: float = 3.0,
    fps: float = 25.0,
    script: Script = QUIET,
    *,
    size: tuple[int, int] = SIZE,
    icd_px: float = 44.0,
    times_s: Sequence[float] | None = None,
    change: Change | None = None,
) -> Path:
    """Film a script.

    Parameters
    ----------
    path : Path
        The clip; its ending chooses the container.
    seconds, fps : float
        Length and rate of the clip.
    script : Script
        What the person does.
    size : tuple of int
        Width and height, pixels.
    icd_px : float
        Size of the face: pixels between the inner eye corners.
    times_s : sequence of float, optional
        Capture times, instead of a steady clock.
    change : callable, optional
        Makes the picture that is stored from the one that was filmed, and its time.

    Returns
    -------
    Path
        The clip.
    """
    steady = times_s is None
    times = [i / fps for i in range(round(seconds * fps))] if times_s is None else times_s
    options = {"preset": "ultrafast"}
    clip: ClipWriter | None = None
    for time_s, picture in zip(times, shots(script, times, size, icd_px), strict=True):
        stored = picture if change is None else change(picture, time_s)
        if clip is None:
            shape = (stored.shape[1], stored.shape[0])
            clip = ClipWriter(path, shape, fps if steady else None, crf=18, options=options)
        clip.add(stored, None if steady else time_s)
    assert clip is not None, "a film needs at least one picture"
    clip.close()
    return path


def lit(gain: Callable[[float], float]) -> Change:
    """A change of light over the whole picture: brightness by the second, 1.0 as filmed."""

    def change(picture: Picture, time_s: float) -> Picture:
        return np.asarray(np.clip(picture * gain(time_s), 0, 255), dtype=np.uint8)

    return change


def beside_a_second_face(picture: Picture, time_s: float) -> Picture:
    """The same person mirrored and in shade, to the right of the first."""
    shade = (picture[:, ::-1] * np.float32(0.6) + 10).astype(np.uint8)
    return np.concatenate([picture, shade], axis=1)


def cutting(period_s: float, zoom: float, shift_px: float = 0.0) -> Change:
    """A camera that cuts to another view and back every few seconds."""

    def change(picture: Picture, time_s: float) -> Picture:
        if int((time_s + 1e-6) // period_s) % 2 == 0:
            return picture
        h, w = picture.shape[:2]
        view = np.array([[zoom, 0, (1 - zoom) * w / 2 + shift_px], [0, zoom, (1 - zoom) * h / 2]])
        border = cv2.BORDER_REFLECT_101
        seen = cv2.warpAffine(picture, view, (w, h), flags=cv2.INTER_CUBIC, borderMode=border)
        return np.asarray(seen, dtype=np.uint8)

    return change


#: Clips that several test modules need, filmed once by the fixture `clip` of tests/conftest.py.
CLIPS: dict[str, Callable[[Path], Path]] = {
    "brows": lambda path: film(path, 4.0, script=RAISED_BROWS),
    "quiet": lambda path: film(path, 3.0),
    "pair": lambda path: film(
        path, 3.0, script=RAISED_BROWS, size=(360, 360), change=beside_a_second_face
    ),
    "black": lambda path: film(path, 0.4, change=lit(lambda _: 0.0)),
    "one": lambda path: film(path, 0.04),
}


def frames_of(path: Path) -> list[Frame]:
    """All frames of a clip."""
    with open_source(path) as source:
        return list(source)


def portrait_template(size: int = 160) -> Template:
    """The portrait as a back end's template."""
    face = simulator()
    luma = np.ascontiguousarray(face.picture.mean(axis=2).astype(np.uint8))
    points = face.warp.points.astype(np.float32)
    transform = crop_transform(points, size)
    crop = crop_luma(Frame(0, 0.0, luma, None, True), transform, size)
    rotation = head_rotation(Pose(0.0, 0.0, 0.0))
    return Template(crop, build_fields(load_basis(), to_crop(transform, points), rotation, size))
