"""The pictures of a lesson's scene; a pose that is kept is drawn once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unspoken import __version__
from unspoken.academy.lesson_scene import Scene
from unspoken.academy.rendering import SYNTHETIC, Studio, decoded
from unspoken.media.writer import ClipWriter

__all__ = ["pictures", "write_clip"]

#: Poses kept at hand; scenes come back to a few of them.
_KEPT = 32
Picture = NDArray[np.uint8]
Pose = tuple[tuple[str, float], ...]


def pictures(scene: Scene, studio: Studio) -> Iterator[Picture]:
    """Every picture of a scene at its film's rate; RGB, shape (size, faces * size, 3)."""
    film = scene.film
    studio.load(film)
    courses = [part.scene(film.seconds) for part in film.faces]
    drawn: dict[tuple[Pose, ...], Picture] = {}
    for time in film.times:
        shown = (course.at(float(time)) for course in courses)
        poses = tuple(tuple(sorted((units | head).items())) for units, head in shown)
        picture = drawn.get(poses)
        if picture is None:
            picture = decoded(studio.picture(float(time)))
            if len(drawn) >= _KEPT:
                drawn.pop(next(iter(drawn)))
            drawn[poses] = picture
        yield picture


def write_clip(
    scene: Scene, out: Path, studio: Studio, on_picture: Callable[[], None] = lambda: None
) -> None:
    """Write a scene as a clip without words; for pages that show the words themselves.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    film = scene.film
    size = (film.size * len(film.faces), film.size)
    tags = {"comment": SYNTHETIC, "title": scene.title or "Synthetic face"}
    tags["encoder"] = f"unspoken {__version__}"
    # A key picture every half second: pages jump to steps.
    every = max(1, round(float(film.fps) / 2))
    with ClipWriter(out, size, film.fps, crf=20, key_interval=every, tags=tags) as writer:
        for number, picture in enumerate(pictures(scene, studio)):
            writer.add(picture, float(number / film.fps))
            on_picture()
