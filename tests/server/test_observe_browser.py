"""Watching in a real browser: by keyboard alone, once, with a lost connection, in every window."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
import uvicorn

from tests.academy.people import cast
from tests.server.conftest import Running
from tests.server.observing import interactions
from unspoken.academy.desk import Desk
from unspoken.academy.showings import Showings
from unspoken.server.app import create_app
from unspoken.server.pages import STATIC
from unspoken.server.security import Access
from unspoken.store.database import Database
from unspoken.store.models import Observation

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (STATIC / "vendor" / "versions.json").is_file(),
        reason="the pages' libraries are missing (Node.js 20 or later, then: make web)",
    ),
]
CHROMIUM = os.environ.get("UNSPOKEN_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
STAND_IN = (Path(__file__).parent / "stand_in_stage.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM or not Path(CHROMIUM).is_file():
        pytest.skip("no chromium on this machine (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Running]:
    """A server with a folder of interactions."""
    listening = socket.create_server(("127.0.0.1", 0))
    access = Access(listening.getsockname()[1])
    database = Database(tmp_path / "data")
    desk = Desk(database, cast())
    app = create_app(desk, access, showings=Showings(interactions(tmp_path / "results")))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
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
def visit(browser: Browser, serving: Running) -> Iterator[Callable[..., Page]]:
    """Open a page as the learner; complaints and requests to anywhere else fail the test."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def opened(path: str, **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1000, "height": 900})
        context = browser.new_context(**options)
        contexts.append(context)
        script = {"content_type": "text/javascript", "body": STAND_IN}
        context.route("**/js/face/face-stage.js", lambda route: route.fulfill(**script))
        page = context.new_page()
        page.set_default_timeout(60_000)
        # A refused connection is what one of the tests is about.
        page.on(
            "console", lambda m: wrong.append(m.text) if "Failed to load" not in m.text else None
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda r: wrong.append(r.url) if serving.base not in r.url else None)
        page.goto(serving.access.address)
        page.goto(serving.base + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [one for one in wrong if not one.startswith(("data:", "blob:"))] == []


def state(page: Page, wanted: str) -> None:
    page.wait_for_selector(f'#watch[data-state="{wanted}"]')


def begin(page: Page) -> None:
    """From the list to the first picture, by keyboard."""
    card = page.locator(".card", has_text="A short talk")
    card.get_by_role("link", name="Watch").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="I have read this").focus()
    page.keyboard.press("Enter")
    state(page, "ready")
    page.keyboard.press("Enter")
    state(page, "playing")


def kept(running: Running) -> list[Observation]:
    with running.desk.database.session() as session:
        return list(session.scalars(sa.select(Observation)))


def test_an_interaction_is_watched_guessed_and_reviewed_by_keyboard(
    visit: Callable[..., Page], serving: Running
) -> None:
    page = visit("/academy/observe")
    begin(page)
    assert page.locator("[data-step]").inner_text() == "Price"
    page.wait_for_timeout(1500)
    page.keyboard.press("Space")
    page.wait_for_timeout(200)
    page.keyboard.press("m")
    assert page.locator("#watch button:visible").count() == 1  # no pause, no way back
    state(page, "guessing")
    assert page.get_by_text("Mark 1 of 2").count() == 1
    assert page.get_by_text("It is forty <b>a seat</b>.").count() == 1
    for key in ("4", "3", "9", "Backspace", "8", "2"):
        page.keyboard.press(key)
    page.wait_for_url("**/result/*")
    (one,) = kept(serving)
    assert one.state == "done"
    assert [(m["guess"], m["confidence"]) for m in one.marks] == [
        ("anger", 3), ("concentration", 2),
    ]  # fmt: skip
    assert 1.3 < one.marks[0]["t_s"] < 4.0
    page.wait_for_selector('#review[data-state="ready"]')
    page.get_by_role("button", name="Show slowly").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector('#review[data-state="playing"]')
    page.wait_for_selector('#review[data-state="ready"]')
    page.keyboard.press("r")
    page.wait_for_selector('#review[data-state="playing"]')


def test_marks_survive_a_lost_connection(visit: Callable[..., Page], serving: Running) -> None:
    page = visit("/academy/observe")
    begin(page)
    page.keyboard.press("Space")
    page.context.set_offline(True)
    page.get_by_role("button", name="Try again").wait_for()
    assert "Nothing is lost" in page.locator("[data-why]").inner_text()
    assert [one.marks for one in kept(serving)] == [[]]
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    state(page, "guessing")
    assert len(kept(serving)[0].marks) == 1


def test_what_happens_while_the_picture_stands_still_is_left_out(
    visit: Callable[..., Page], serving: Running
) -> None:
    page = visit("/academy/observe")
    begin(page)
    page.evaluate("{ const end = performance.now() + 2500; while (performance.now() < end); }")
    page.wait_for_url("**/result/*")
    (one,) = kept(serving)
    assert max(end - start for start, end in one.unseen) > 2.0
    assert "left out of the figures" in page.inner_text("main")


def test_the_warm_up_makes_a_window_of_ones_own(
    visit: Callable[..., Page], serving: Running
) -> None:
    page = visit("/academy/observe/watch?showing=booking-demo")
    page.get_by_role("button", name="I have read this").click()
    state(page, "ready")
    config = page.evaluate("JSON.parse(document.getElementById('watch-config').textContent).warm")
    page.get_by_role("button", name="Warm up").click()
    state(page, "warming")
    began = time.monotonic()
    for onset in config["onsets_s"]:
        page.wait_for_timeout(max(0.0, 1000 * (onset + 0.6 - (time.monotonic() - began))))
        page.keyboard.press("Space")
    state(page, "ready")
    assert "the window for your marks comes from these" in page.inner_text("[data-warmed]")


@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_every_window(
    visit: Callable[..., Page], serving: Running, width: int, scheme: str
) -> None:
    page = visit("/academy/observe", viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    begin(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.wait_for_url("**/result/*")
    page.wait_for_selector('#review[data-state="ready"]')
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").count() == 1
