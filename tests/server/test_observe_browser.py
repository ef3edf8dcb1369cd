"""Watching in a real browser: by keyboard alone, once, with a lost connection, in every window."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.server.conftest import Running, served
from tests.server.observing import interactions
from unspoken.academy.showings import Showings
from unspoken.server.pages import STATIC
from unspoken.store.models import Observation

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (STATIC / "vendor" / "versions.json").is_file(),
        reason="the pages' libraries are missing (Node.js 20 or later, then: make web)",
    ),
]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """The academy with a folder of interactions."""
    showings = Showings(interactions(tmp_path / "results"))
    with served(tmp_path / "data", showings) as one:
        yield one


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
    visit: Callable[..., Page], running: Running
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
    (one,) = kept(running)
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


def test_the_button_marks_once_however_it_is_pressed(
    visit: Callable[..., Page], running: Running
) -> None:
    page = visit("/academy/observe")
    begin(page)
    button = page.locator("[data-mark]")
    button.click()
    page.wait_for_timeout(300)
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    page.keyboard.press("Space")
    page.wait_for_timeout(300)
    button.evaluate("one => one.click()")
    state(page, "guessing")
    assert page.get_by_text("Mark 1 of 4").count() == 1
    assert len(kept(running)[0].marks) == 4


def test_a_key_that_is_hammered_loses_no_result(
    visit: Callable[..., Page], running: Running
) -> None:
    page = visit("/academy/observe")
    begin(page)
    page.evaluate(
        """async () => {
            for (let k = 0; k < 400; k += 1) {
              dispatchEvent(new KeyboardEvent("keydown", { key: "m" }));
              if (k % 10 === 0) await new Promise((done) => setTimeout(done, 1));
            }
        }"""
    )
    state(page, "guessing")
    assert len(kept(running)[0].marks) == 300
    assert page.get_by_text("Mark 1 of 300").count() == 1


def test_marks_survive_a_lost_connection(visit: Callable[..., Page], running: Running) -> None:
    page = visit("/academy/observe")
    begin(page)
    page.keyboard.press("Space")
    page.context.set_offline(True)
    page.get_by_role("button", name="Try again").wait_for()
    assert "Nothing is lost" in page.locator("[data-why]").inner_text()
    assert [one.marks for one in kept(running)] == [[]]
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    state(page, "guessing")
    assert len(kept(running)[0].marks) == 1


def test_what_happens_while_the_picture_stands_still_is_left_out(
    visit: Callable[..., Page], running: Running
) -> None:
    page = visit("/academy/observe")
    begin(page)
    page.evaluate("{ const end = performance.now() + 2500; while (performance.now() < end); }")
    page.wait_for_url("**/result/*")
    (one,) = kept(running)
    assert max(end - start for start, end in one.unseen) > 2.0
    assert "left out of the figures" in page.inner_text("main")


def test_the_warm_up_makes_a_window_of_ones_own(
    visit: Callable[..., Page], running: Running
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
    visit: Callable[..., Page], running: Running, width: int, scheme: str
) -> None:
    page = visit("/academy/observe", viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    begin(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.wait_for_url("**/result/*")
    page.wait_for_selector('#review[data-state="ready"]')
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").count() == 1
