"""Stopping on request: Ctrl-C ends a run between two frames, so that its results can be kept.

Left alone, Python raises `KeyboardInterrupt` wherever it happens to be, also in the middle of
writing a row. Here the first request is only noted, and whoever loops looks at it; a second one
raises, for people who do not want to wait.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

__all__ = ["StopRequest", "killable", "stoppable"]

#: What asks a program to end; not every system has all of them.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


@dataclass(slots=True)
class StopRequest:
    """Whether somebody asked to stop.

    Parameters
    ----------
    asked : bool
        Looked at between two frames.
    heeded : bool
        Whether somebody is looking at present; else a request raises at once.
    """

    asked: bool = False
    heeded: bool = False

    @contextmanager
    def in_loop(self) -> Iterator[None]:
        """For the time of a loop that looks at `asked`."""
        self.heeded = True
        try:
            yield
        finally:
            self.heeded = False


def _signals() -> list[signal.Signals]:
    return [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


@contextmanager
def _handling(handlers: dict[signal.Signals, Any]) -> Iterator[None]:
    """Use other signal handlers for a while; only the main thread may."""
    if threading.current_thread() is not threading.main_thread():
        handlers = {}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def stoppable() -> Iterator[StopRequest]:
    """Note a first request to stop while a loop looks for it; else raise `KeyboardInterrupt`.

    Only signals that would raise `KeyboardInterrupt` are taken over, so a host program's own
    handlers stay in force. Outside the main thread nothing is ever asked.

    Yields
    ------
    StopRequest
    """
    request = StopRequest()

    def note(number: int, frame: FrameType | None) -> None:
        now = request.asked or not request.heeded
        request.asked = True
        if now:
            signal.default_int_handler(number, frame)

    raising = [n for n in _signals() if signal.getsignal(n) is signal.default_int_handler]
    with _handling(dict.fromkeys(raising, note)):
        yield request


@contextmanager
def killable() -> Iterator[None]:
    """Let everything that asks the program to end raise `KeyboardInterrupt`, as Ctrl-C does.

    For programs, not for libraries. What `nohup` ignores stays ignored; Ctrl-C is heard even where
    a shell script's background job would ignore it, because there results are kept.
    """
    wanted = [n for n in _signals() if n is signal.SIGINT or signal.getsignal(n) is signal.SIG_DFL]
    with _handling(dict.fromkeys(wanted, signal.default_int_handler)):
        yield
