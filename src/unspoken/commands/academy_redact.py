"""``unspoken academy redact``: copies for training in which all but the customer are blurred."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.console import Console

from unspoken.academy.recordings import copy_for_training
from unspoken.analysis import Analysis
from unspoken.commands.faults import describe, say, tell
from unspoken.commands.progress import bar
from unspoken.context.record import Context
from unspoken.errors import UnspokenError

__all__ = ["redact_command"]


def redact_command(results: Sequence[Path], *, quiet: bool) -> int:
    """Make the copies, one after the other; goes on after one that cannot be made.

    Returns
    -------
    int
        0, or 2 where a copy could not be made.
    """
    code = 0
    for folder in results:
        try:
            _one(folder, quiet=quiet)
        except UnspokenError as error:
            say(f"{folder}: {describe(error)}")
            code = 2
    return code


def _one(folder: Path, *, quiet: bool) -> None:
    analysis, context = Analysis.load(folder), Context.load(folder)
    with bar(Console(stderr=True, quiet=quiet), folder.name) as progress:
        made = copy_for_training(analysis, context, date.today(), progress)
    if made is not None:
        tell(str(made.path))
    elif not quiet:
        say(f"{folder}: no copy is needed; what was agreed to covers the recording itself.")
