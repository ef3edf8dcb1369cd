"""Start the reading worker, ahead of need where that helps.

A Python process with the nets' libraries takes half a second to be ready. The command line knows
that it will want one before it has loaded anything itself, so both load side by side. This module
must stay light for that reason.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

__all__ = ["Worker", "take_worker", "worker_ahead"]

Worker = subprocess.Popen[bytes]
#: Workers that run and that nobody has asked for yet.
_waiting: list[Worker] = []


def _start() -> Worker:
    return subprocess.Popen(
        [sys.executable, "-m", "unspoken.sight_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Ctrl-C is for the parent alone, which decides what to do about it.
        start_new_session=True,
    )


def take_worker() -> Worker:
    """A worker that waits for its request: one started ahead if there is one, else a new one."""
    return _waiting.pop() if _waiting else _start()


@contextmanager
def worker_ahead() -> Iterator[None]:
    """Start a worker now for whoever asks inside the ``with`` block; end it if nobody did.

    On a machine with one core nothing is started: it would only be in the way.
    """
    if (os.cpu_count() or 1) > 1:
        _waiting.append(_start())
    try:
        yield
    finally:
        while _waiting:
            _dismiss(_waiting.pop())


def _dismiss(worker: Worker) -> None:
    worker.kill()
    for pipe in (worker.stdin, worker.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    worker.wait()
