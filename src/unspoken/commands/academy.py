"""``unspoken academy render`` and ``contact-sheet``: synthetic faces as files."""

from __future__ import annotations

import time
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console

from unspoken.academy.expressions import EXPRESSIONS
from unspoken.academy.film import Film, load_film
from unspoken.academy.people import load_people
from unspoken.academy.rendering import Studio, render_film, sheet
from unspoken.commands.faults import tell
from unspoken.commands.progress import bar
from unspoken.errors import UsageError
from unspoken.facs.units import ACTION_UNITS
from unspoken.filing import part_path, writing

__all__ = ["contact_sheet_command", "render_command"]


def render_command(film: Path, out: Path, *, quiet: bool) -> int:
    """Draw a film file into a clip or a folder of pictures.

    Raises
    ------
    InputError
        If the file is not a film.
    UsageError
        If there is no browser to draw with.
    """
    described = load_film(film)
    began = time.monotonic()
    with bar(Console(stderr=True, quiet=quiet), out.name) as tick:
        count = render_film(described, out, lambda done, total: tick(done, 0.0, total))
    if not quiet:
        tell(
            f"{out}: {count} pictures of a synthetic face at {float(described.fps):g} a second "
            f"({(time.monotonic() - began) / count:.2f} s to draw each)"
        )
    return 0


def contact_sheet_command(out: Path, what: str, identities: list[str], size: int) -> int:
    """Draw all faces, expressions or action units into one picture.

    Raises
    ------
    UsageError
        If `out` is not a PNG or JPEG.
    """
    if out.suffix.lower() not in {".png", ".jpg", ".jpeg"}:
        raise UsageError(f"{out}: expected a name that ends in .png or .jpg, found {out.suffix!r}.")
    names = identities or [person.name for person in load_people()]
    films, columns = _films(what, names, size)
    with Studio() as studio:
        picture = sheet(studio, films, columns)
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        part = part_path(out).with_suffix(out.suffix)
        done, content = cv2.imencode(out.suffix, np.ascontiguousarray(picture[:, :, ::-1]))
        assert done
        part.write_bytes(content.tobytes())
        part.replace(out)
    tell(f"{out}: {len(films)} pictures of synthetic faces")
    return 0


def _films(what: str, names: list[str], size: int) -> tuple[list[tuple[str, Film]], int]:
    def still(name: str, movement: dict[str, object]) -> Film:
        face = {"identity": name, "movements": [movement] if movement else []}
        return Film.model_validate({"size": size, "seconds": 1.0, "faces": [face]})

    if what == "neutral":
        return [(name, still(name, {})) for name in names], 6
    if what == "units":
        keys = [f"AU{unit.code}" for unit in ACTION_UNITS]
        films = [(f"{name} {k}", still(name, {"units": {k: 1.0}})) for name in names for k in keys]
        return films, 7
    strength = 1.0 if what == "expressions" else 0.3
    films = []
    for name in names:
        films.append((f"{name} neutral", still(name, {})))
        for emotion in EXPRESSIONS:
            movement: dict[str, object] = {"expression": emotion, "strength": strength}
            films.append((f"{name} {emotion} {strength:g}", still(name, movement)))
    return films, 8
