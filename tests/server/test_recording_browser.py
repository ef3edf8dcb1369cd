"""Watching a recording itself in a real browser: its clock, its limits, and who gets at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from tests.server.conftest import Running, asking, served
from tests.server.filmed import RATE_HZ, READ, SIDE, person, recorded_visit
from tests.server.test_browser import until
from unspoken.academy.desk import Desk
from unspoken.academy.showings import Showings
from unspoken.context.consent import Consent
from unspoken.context.record import Context
from unspoken.server.pages import STATIC
from unspoken.server.security import Access
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
#: A recording whose clock does not begin at 0.
START_S = 1.4


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three visits: from 0, from later on, and one nobody agreed to."""
    folder = tmp_path_factory.mktemp("films")
    look = person()
    recorded_visit(folder / "visit", look)
    recorded_visit(folder / "later", look, start_s=START_S)
    recorded_visit(folder / "webm", look, start_s=START_S, suffix=".mkv")
    recorded_visit(folder / "not agreed", look, consent=Consent())
    return folder


@pytest.fixture
def running(tmp_path: Path, films: Path) -> Iterator[Running]:
    with served(tmp_path / "data", Showings(films, recordings=True)) as one:
        yield one


def begin(page: Page, title: str) -> None:
    """From the list to the first picture, by keyboard."""
    card = page.locator(".card").filter(has=page.get_by_role("heading", name=title, exact=True))
    card.get_by_role("link", name="Watch the recording itself").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="I have read this").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector('#watch[data-state="ready"]')
    page.keyboard.press("Enter")
    page.wait_for_selector('#watch[data-state="playing"]')


def picture(page: Page) -> dict[str, float]:
    """Number and time of the picture the video shows."""
    found: dict[str, float] = page.locator("#watch video").evaluate(READ)
    return found


def shown_to(page: Page, number: int) -> dict[str, float]:
    """Wait until a picture is on the screen."""
    while (found := picture(page))["number"] < number:
        page.wait_for_timeout(20)
    return found


def kept(running: Running) -> Observation:
    with running.desk.database.session() as session:
        return session.scalars(sa.select(Observation)).one()


@pytest.mark.parametrize("title", ["visit", "later", "webm"])
def test_marks_lie_on_the_recordings_own_clock(
    visit: Callable[..., Page], running: Running, title: str
) -> None:
    """Every picture says its number, so it is known what was on the screen at a mark."""
    page = visit("/academy/observe")
    begin(page, title)
    before = shown_to(page, 30)
    page.keyboard.press("Space")
    after = picture(page)
    page.wait_for_selector('#watch[data-state="guessing"]')
    for key in ("4", "3"):
        page.keyboard.press(key)
    page.wait_for_url("**/result/*")
    (mark,) = kept(running).marks
    frame_s = 1.0 / RATE_HZ
    assert before["number"] * frame_s - 0.1 < mark["t_s"] < after["number"] * frame_s + 0.2


def test_it_cannot_be_stopped_or_moved_and_is_reviewed_slowly(
    visit: Callable[..., Page], running: Running
) -> None:
    page = visit("/academy/observe")
    begin(page, "visit")
    video = page.locator("#watch video")
    assert video.get_attribute("controls") is None
    assert page.locator("#watch button:visible").count() == 1
    shown_to(page, 15)
    for key in ("k", "ArrowLeft", "Home", "Escape"):
        page.keyboard.press(key)
    video.evaluate("video => video.pause()")  # as a headset or another program would
    page.wait_for_url("**/result/*")
    page.wait_for_selector('#review[data-state="ready"]')
    again = page.get_by_role("button", name="Show slowly").first
    start_s = float(again.get_attribute("data-start") or "nan")
    again.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector('#review[data-state="playing"]')
    # It is moved to its place first, which takes its time.
    until(page, "document.querySelector('#review video').playbackRate === 0.25")
    seen_s = page.locator("#review video").evaluate("v => v.currentTime")
    assert start_s - 0.7 < seen_s < start_s + 0.4
    page.wait_for_selector('#review[data-state="ready"]')
    assert page.locator("#review canvas").count() == 0
    assert "a real person" in page.inner_text("footer")
    assert "none of these people exists" not in page.inner_text("body")


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1600, "light")])
def test_it_fits_every_window(
    visit: Callable[..., Page], running: Running, width: int, scheme: str
) -> None:
    page = visit("/academy/observe", viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert "agreed to be shown in training" in page.inner_text("main")  # of the one that is not
    begin(page, "visit")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#watch video").bounding_box()
    page.wait_for_url("**/result/*")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_is_hidden_meanwhile_is_left_out(visit: Callable[..., Page], running: Running) -> None:
    page = visit("/academy/observe")
    begin(page, "visit")
    shown_to(page, 15)
    page.evaluate("{ const end = performance.now() + 2500; while (performance.now() < end); }")
    page.wait_for_url("**/result/*")
    assert max(end - start for start, end in kept(running).unseen) > 1.5


@pytest.fixture
def client(desk: Desk, access: Access, tmp_path: Path) -> Iterator[TestClient]:
    showings = Showings(tmp_path, recordings=True)
    with asking(desk, access, showings=showings, known=False) as opened:
        yield opened


def test_ranges_are_served_to_the_token_alone_and_only_while_agreed(
    client: TestClient, access: Access, tmp_path: Path
) -> None:
    grey = (np.full((SIDE, SIDE, 3), 90, np.uint8),) * 2
    recorded_visit(tmp_path / "visit", grey)
    showings = Showings(tmp_path, recordings=True)
    (one,) = (x for x in showings.listed() if x.recording)
    address = f"/academy/observe/recording/{one.recording}"
    part = {"Range": "bytes=100-199"}
    assert client.get(address, headers=part).status_code == 401
    client.get("/", params={"token": access.token})
    answer = client.get(address, headers=part)
    content = (tmp_path / "visit" / "film.mp4").read_bytes()
    assert (answer.status_code, answer.content) == (206, content[100:200])
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["cache-control"] == "no-store"
    Context().save(tmp_path / "visit")
    refused: Any = client.get(address, headers={**part, "Accept": "application/json"})
    assert refused.status_code == 400 and "does not say" in refused.json()["message"]
