"""The progress bar all commands share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from unspoken.pipeline import Progress as Callback

__all__ = ["bar"]

#: The bar is redrawn after this many frames.
_REDRAW_FRAMES = 10


@contextmanager
def bar(console: Console, name: str) -> Iterator[Callback]:
    """A progress bar with the time left, on a terminal; nothing at all elsewhere."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    short = name if len(name) <= 40 else f"{name[:18]}…{name[-19:]}"
    hidden = console.quiet or not console.is_terminal
    with Progress(
        *columns, console=console, transient=True, refresh_per_second=5, disable=hidden
    ) as progress:
        task = progress.add_task(short, total=None, rate="")

        def callback(done: int, time_s: float, expected: int | None) -> None:
            if done % _REDRAW_FRAMES:
                return
            speed = progress.tasks[task].speed
            rate = f"{speed:.0f} frames/s" if speed else ""
            progress.update(task, completed=done, total=expected, rate=rate)

        yield callback
