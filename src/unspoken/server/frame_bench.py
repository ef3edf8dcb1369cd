"""Trials in a real browser, timed from outside: the page that checks a display, watched by a trace.

The server, the page and the faces are the product's own; Chromium runs without a window.
"""

from __future__ import annotations

import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from unspoken.academy.browser import Browser
from unspoken.academy.desk import Desk
from unspoken.academy.people import Cast, load_people
from unspoken.errors import AssetError
from unspoken.server.app import create_app
from unspoken.server.frame_figures import CellFigures, cell_figures, trace_of
from unspoken.server.security import Access
from unspoken.store.database import Database

__all__ = ["Bench", "measure_trials"]

_CATEGORIES = ("blink.user_timing", "disabled-by-default-display.framedisplayed")
_STATE = "document.getElementById('display')?.dataset.state ?? ''"
#: A cell that takes longer than this hangs, seconds.
_PATIENCE_S = 1800.0
_POLL_S = 1.0


class Bench:
    """A browser before the page that checks the display.

    Parameters
    ----------
    address : str
        What opens the academy, token included.
    """

    def __init__(self, address: str) -> None:
        self._events: list[dict[str, Any]] = []
        self._traced = False
        self._browser = Browser(heard=self._hear)
        size = {"width": 1000, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self._browser.call("Emulation.setDeviceMetricsOverride", **size)
        self._browser.open(address)
        self._until("location.pathname === '/academy' && document.readyState === 'complete'", 60.0)
        self._browser.open(address.partition("/?")[0] + "/academy/display")
        self._until("typeof unspokenDisplay === 'object'", 60.0)

    def _hear(self, method: str, parameters: dict[str, Any]) -> None:
        if method == "Tracing.dataCollected":
            self._events.extend(parameters["value"])
        elif method == "Tracing.tracingComplete":
            self._traced = True

    def _until(self, condition: str, patience_s: float) -> None:
        end = time.monotonic() + patience_s
        while not self._browser.run(condition):
            if time.monotonic() > end:
                raise AssetError(f"The page did not come so far within {patience_s:.0f} s.")
            time.sleep(_POLL_S if patience_s > 60.0 else 0.1)

    def cell(self, task: str, level: str, trials: int, distinct: int, seed: int) -> CellFigures:
        """Show trials of one task and level.

        Raises
        ------
        AssetError
            If the display is too unsteady to begin, or the page fails.
        """
        self._events.clear()
        self._traced = False
        before = _load()
        self._browser.call(
            "Tracing.start",
            transferMode="ReportEvents",
            traceConfig={"includedCategories": list(_CATEGORIES)},
        )
        wanted = (
            f"{{task:'{task}',level:'{level}',trials:{trials},distinct:{distinct},seed:{seed}}}"
        )
        self._browser.run(
            f"void unspokenDisplay.run({wanted}).catch((e) => {{ "
            "document.getElementById('display').dataset.state = `failed: ${e.message}`; })"
        )
        self._until(f"/over|failed|unsteady/.test({_STATE})", _PATIENCE_S)
        state = str(self._browser.run(_STATE))
        self._browser.call("Tracing.end")
        self._until_traced()
        if state != "over":
            raise AssetError(f"Trials of {task}, {level} could not be shown: {state}.")
        log = self._browser.run("unspokenDisplay.log")
        return cell_figures(task, level, log, trace_of(self._events), (before, _load()))

    def _until_traced(self) -> None:
        end = time.monotonic() + 60.0
        while not self._traced:  # events arrive while something is asked
            self._browser.run("1")
            if time.monotonic() > end:
                raise AssetError("Chromium did not hand over its trace within 60 s.")
            time.sleep(0.05)

    def close(self) -> None:
        """End the browser."""
        self._browser.close()


def measure_trials(
    cells: Sequence[tuple[str, str]],
    trials: int,
    distinct: int,
    seed: int,
    done: Callable[[CellFigures], None],
) -> list[CellFigures]:
    """All cells, one after the other.

    Parameters
    ----------
    cells : sequence of (task, level)
    trials : int
        Per cell.
    distinct : int
        Of them, how many differ; each is drawn once.
    seed : int
        Which faces, expressions and catch trials.
    done : callable
        Told after every cell.

    Raises
    ------
    UsageError, AssetError
        If there is no Chromium, or it cannot show the page.
    """
    with _academy() as address:
        bench = Bench(address)
        try:
            found = []
            for task, level in cells:
                found.append(bench.cell(task, level, trials, distinct, seed))
                done(found[-1])
            return found
        finally:
            bench.close()


@contextmanager
def _academy() -> Iterator[str]:
    """A server of its own on a free port, with nobody's data."""
    with tempfile.TemporaryDirectory(prefix="unspoken-trials-") as folder:
        database = Database(Path(folder))
        desk = Desk(database, Cast.of(load_people()))
        with database.session() as session:
            desk.profile(session).notice_at = desk.now()
        listening = socket.create_server(("127.0.0.1", 0))
        access = Access(listening.getsockname()[1])
        config = uvicorn.Config(create_app(desk, access), log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            while not server.started:
                time.sleep(0.02)
            yield access.address
        finally:
            server.should_exit = True
            thread.join(timeout=20)
            listening.close()
            database.close()


def _load() -> float:
    """How many processes wanted the processor, mean of the last minute; NaN where unknown."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
