"""``unspoken faces``: who is in a recording."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from unspoken.batch import cleared_on_failure, result_name
from unspoken.commands.faults import tell
from unspoken.commands.progress import bar
from unspoken.errors import NoFaceFound
from unspoken.face.contact import ContactSheet, contact_sheet
from unspoken.filing import writing
from unspoken.media.frame import Frame
from unspoken.media.source import Source, open_source
from unspoken.pipeline import Progress
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
    OutputError
        When the picture cannot be written.
    """
    target = out or Path(f"{result_name(Path(source))}-faces.png")
    if target.is_dir():
        target = target / f"{result_name(Path(source))}-faces.png"
    with bar(Console(stderr=True), Path(source).name) as callback:
        sheet = write_sheet(source, target, settings, callback)
    tell(f"{sheet.table()}\n{target}")
    return 0


def write_sheet(
    source: str | os.PathLike[str],
    target: Path,
    settings: Settings,
    progress: Progress | None = None,
) -> ContactSheet:
    """Write the contact sheet of a source.

    Parameters
    ----------
    source : str or path-like
        A video file or a folder of pictures.
    target : Path
        The picture, PNG; its folder is made if it is not there.
    settings : Settings
        The ones the analysis will use, so that the numbers agree.
    progress : callable, optional
        See `unspoken.pipeline.Progress`.

    Returns
    -------
    ContactSheet
        At least one face.

    Raises
    ------
    InputError
        When the source cannot be read or shows no face.
    OutputError
        When the picture cannot be written.
    """
    with open_source(source, fps=settings.fps) as frames:
        sheet = contact_sheet(_telling(frames, progress), settings)
    if not sheet.tiles:
        raise NoFaceFound(
            f"{os.fspath(source)}: no face was found.", "So there are no roles to choose."
        )
    with cleared_on_failure(target.parent), writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        sheet.save(target)
    return sheet


def _telling(source: Source, progress: Progress | None) -> Iterator[Frame]:
    for frame in source:
        yield frame
        if progress:
            progress(frame.index + 1, frame.time_s, source.expected_frames)
