"""``unspoken academy``: the academy in the browser, for one learner on one machine."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from unspoken.academy.library import Library
from unspoken.commands.faults import say, tell
from unspoken.errors import UsageError
from unspoken.server.running import serve_academy

__all__ = ["academy_command"]


def academy_command(
    data: Path | None,
    port: int | None,
    *,
    open_page: bool,
    lessons: Sequence[Path] = (),
    interactions: Path | None = None,
    show_video: bool = False,
) -> int:
    """Serve until stopped; print the address to open.

    Returns
    -------
    int
        0 after Ctrl-C.

    Raises
    ------
    AssetError, InputError, OutputError, UsageError
        If it cannot start; nothing was changed then.
    """
    if show_video and interactions is None and not lessons:
        raise UsageError(
            "--show-video is about recordings of --interactions, or of a course in --lessons; "
            "name their folder, too."
        )

    def ready(address: str, file: Path | None) -> None:
        tell(address)
        say(f"Your results are kept in {file}. Stop with Ctrl-C.")
        if open_page and sys.stdout.isatty():
            webbrowser.open(address)

    serve_academy(data, port, ready, Library(lessons), interactions, show_video=show_video)
    return 0
