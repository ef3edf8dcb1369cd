"""The face lab in a real browser: faces move, words follow, keyboard and narrow windows work."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

import unspoken.server.faces
from unspoken.academy.expressions import EXPRESSIONS
from unspoken.academy.lab import BLENDS, CONFUSIONS, UNIT_WORDS, lab_data
from unspoken.academy.people import load_people
from unspoken.facs.units import ACTION_UNITS, UNIT_INDEX

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("UNSPOKEN_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--enable-unsafe-swiftshader", "--disable-background-networking"]
STATIC = Path(unspoken.server.faces.__file__).parent / "static"
PIXELS = "document.querySelector('#faces canvas').toDataURL()"


def test_every_unit_and_expression_is_explained() -> None:
    assert set(UNIT_WORDS) == {unit.code for unit in ACTION_UNITS}
    assert set(CONFUSIONS) == set(EXPRESSIONS)
    for blend in BLENDS:
        assert set(blend.units) <= set(UNIT_INDEX)


def test_faces_of_the_tests_are_not_shown() -> None:
    shown = {person["name"] for person in lab_data()["people"]}
    hidden = {person.name for person in load_people() if person.pool == "test"}
    assert shown
    assert not shown & hidden


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    app = FastAPI()
    app.include_router(unspoken.server.faces.router)
    app.mount("/static", StaticFiles(directory=STATIC))
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM or not Path(CHROMIUM).is_file():
        pytest.skip("no chromium on this machine (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    where = browser.new_context(viewport={"width": 500, "height": 800})
    opened = where.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(f"{address}/academy/faces")
    opened.wait_for_selector("body[data-ready=yes]", timeout=60_000)
    yield opened
    assert complaints == []
    where.close()


@pytest.mark.slow
def test_an_expression_moves_the_face_and_says_what_it_is_confused_with(page: Page) -> None:
    before = page.evaluate(PIXELS)
    page.get_by_role("button", name="Anger 1").click()
    page.wait_for_function("document.querySelector('#said').textContent.includes('AU4 ')")
    assert page.evaluate(PIXELS) != before
    assert "Disgust" in page.inner_text("#confused")
    page.get_by_role("button", name="Back to neutral").click()
    page.wait_for_function("document.querySelector('#said').textContent.startsWith('Neutral')")
    assert page.evaluate(PIXELS) == before


@pytest.mark.slow
def test_a_slider_works_from_the_keyboard_on_one_side_or_on_both(page: Page) -> None:
    page.focus("#unit-AU4L")
    assert "brow" in page.inner_text("#words-title")
    page.keyboard.press("End")
    page.wait_for_function("document.querySelector('#said').textContent === 'AU4 1.00'")
    page.uncheck("#linked")
    page.focus("#unit-AU4R")
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelector('#said').textContent === 'AU4L 1.00'")


@pytest.mark.slow
def test_two_faces_can_be_compared(page: Page) -> None:
    assert page.locator("#second-person").is_hidden()
    page.get_by_role("button", name="Compare with a second face").click()
    page.wait_for_function("document.querySelectorAll('#faces canvas').length === 2")
    assert page.locator("#second-person").is_visible()
    page.locator("#second-what").select_option("Surprise 1")
    page.wait_for_function(
        "document.querySelectorAll('#faces figcaption')[1].textContent.includes('Surprise 1')"
    )
    first, second = page.locator("#faces figcaption").all_inner_texts()
    assert first.startswith("synthetic, ") and first.endswith("neutral")
    assert second.startswith("synthetic, ") and second.endswith("Surprise 1")


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1600])
def test_it_fits_the_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
