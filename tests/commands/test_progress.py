"""A progress bar for terminals, silence elsewhere."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from unspoken.commands.progress import bar


@pytest.mark.parametrize(("terminal", "quiet"), [(False, False), (True, True)])
def test_without_a_terminal_or_in_quiet_nothing_is_written(terminal: bool, quiet: bool) -> None:
    stream = io.StringIO()
    with bar(Console(file=stream, force_terminal=terminal, quiet=quiet), "clip.mp4") as callback:
        for i in range(30):
            callback(i, i / 25, 30)
    assert stream.getvalue() == ""


def test_a_terminal_shows_name_and_share() -> None:
    stream = io.StringIO()
    name = "a" * 60 + "[bold]clip.mp4"
    with bar(Console(file=stream, force_terminal=True, width=120), name) as callback:
        callback(10, 0.4, 40)
        callback(20, 0.8, 40)
    shown = stream.getvalue()
    assert "50 %" in shown and "…" in shown and "[bold]clip.mp4" in shown
