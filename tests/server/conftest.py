"""A running academy for tests: a desk in a temporary folder, with and without a socket."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from starlette.testclient import TestClient

from tests.academy.people import cast
from unspoken.academy.desk import Desk
from unspoken.academy.library import Library
from unspoken.academy.showings import Showings
from unspoken.academy.simulated import Clock
from unspoken.server.app import create_app
from unspoken.server.security import Access
from unspoken.store.database import Database

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = os.environ.get("UNSPOKEN_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
STAND_IN = (Path(__file__).parent / "stand_in_stage.js").read_text(encoding="utf-8")
PATIENCE_MS = 60_000
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    database = Database(tmp_path)
    yield Desk(database, cast(), clock)
    database.close()


@pytest.fixture
def access() -> Access:
    return Access(8737)


@contextmanager
def asking(
    desk: Desk,
    access: Access,
    library: Library | None = None,
    showings: Showings | None = None,
    *,
    known: bool = True,
) -> Iterator[TestClient]:
    """The learner's own browser, after the first visit; sends our origin as browsers do.

    Without `known`, somebody who has no token.
    """
    base = f"http://127.0.0.1:{access.port}"
    app = create_app(desk, access, library, showings)
    with TestClient(app, base_url=base, follow_redirects=False) as client:
        if known:
            client.get("/", params={"token": access.token})
            client.headers["Origin"] = base
        yield client


@pytest.fixture
def stranger(desk: Desk, access: Access) -> Iterator[TestClient]:
    """Somebody without the token."""
    with asking(desk, access, known=False) as client:
        yield client


@pytest.fixture
def learner(desk: Desk, access: Access) -> Iterator[TestClient]:
    """The learner, with what comes with the academy."""
    with asking(desk, access) as client:
        yield client


@dataclass
class Running:
    """A server on a real socket."""

    desk: Desk
    access: Access

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.access.port}"


@contextmanager
def served(folder: Path, showings: Showings | None = None) -> Iterator[Running]:
    """On a free port of the loopback interface, in a thread; stopped at the end."""
    listening = socket.create_server(("127.0.0.1", 0))
    access = Access(listening.getsockname()[1])
    database = Database(folder)
    desk = Desk(database, cast())
    config = uvicorn.Config(
        create_app(desk, access, showings=showings), log_level="warning", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield Running(desk, access)
    server.should_exit = True
    thread.join(timeout=20)
    listening.close()
    database.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """The academy with what comes with it."""
    with served(tmp_path / "data") as one:
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM or not Path(CHROMIUM).is_file():
        pytest.skip("no chromium on this machine (Debian: apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser, running: Running) -> Iterator[Callable[..., Page]]:
    """Open a page as the learner; complaints and requests to anywhere else fail the test.

    Faces are drawn plainly, at no cost, or as the module `stage` does; `before` is a script that
    runs before those of the page.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    away: list[str] = []

    def heard(text: str) -> None:
        # A refused connection is what some of the tests are about.
        if "Failed to load resource" not in text and "Failed to fetch" not in text:
            complaints.append(text)

    def opened(
        path: str,
        context: BrowserContext | None = None,
        stage: str = STAND_IN,
        before: str = "",
        **options: Any,
    ) -> Page:
        if context is None:
            options.setdefault("viewport", {"width": 1000, "height": 900})
            context = browser.new_context(**options)
            contexts.append(context)
            script = {"content_type": "text/javascript", "body": stage}
            context.route("**/js/face/face-stage.js", lambda route: route.fulfill(**script))
        page = context.new_page()
        page.add_init_script(before)
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda message: heard(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: away.append(r.url) if running.base not in r.url else None)
        page.goto(running.access.address)
        page.goto(running.base + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url for url in away if not url.startswith(("data:", "blob:"))] == []
