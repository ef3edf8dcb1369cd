"""``unspoken faces``: who is in a recording."""

from __future__ import annotations

import os
from pathlib import Path

from unspoken.errors import NoFaceFound
from unspoken.face.contact import contact_sheet
from unspoken.media.source import open_source
from unspoken.settings import Settings

__all__ = ["faces_command", "write_sheet"]


def faces_command(source: str, out: Path | None, settings: Settings) -> int:
    """Write the contact sheet of a recording and print its table.

    Returns
    -------
    int
        0.

    Raises
    ------
    InputError
        When the source cannot be read or shows no face.
    """
    path = Path(source)
    target = out or Path(f"{path.name if path.is_dir() else path.stem}-faces.png")
    print(write_sheet(source, target, settings))
    print(target)
    return 0


def write_sheet(source: str | os.PathLike[str], target: Path, settings: Settings) -> str:
    """Write the contact sheet of a source.

    Returns
    -------
    str
        A line per face: number, first and last sight, seconds in view, side of the picture.

    Raises
    ------
    InputError
        When the source cannot be read or shows no face.
    OutputError
        When the picture cannot be written.
    """
    with open_source(source, fps=settings.fps) as frames:
        sheet = contact_sheet(frames, settings)
    if not sheet.tiles:
        raise NoFaceFound(f"{os.fspath(source)}: no face was found.")
    sheet.save(target)
    return "\n".join(tile.caption for tile in sheet.tiles)
