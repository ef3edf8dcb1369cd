"""Pages of a recording under axe-core: the list, before, watching, guessing, and the result."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.academy.test_training_copies import TODAY, two_at_the_desk
from tests.server.conftest import Running, served
from tests.server.filmed import person, recorded_visit
from tests.server.test_accessibility import AXE, violations
from tests.server.test_recording_browser import shown_to
from unspoken.academy.recordings import copy_for_training
from unspoken.academy.showings import Showings
from unspoken.context.consent import Consent
from unspoken.context.record import Context
from unspoken.server.pages import STATIC

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (STATIC / "vendor" / "versions.json").is_file() or not AXE.is_file(),
        reason="the pages' libraries or axe-core are missing (Node.js 20 or later, then: make web)",
    ),
]
#: Where to leave pictures of every page, to look at.
PICTURES = os.environ.get("UNSPOKEN_TEST_PICTURES")


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One alone, one with somebody else who was not asked, one nobody agreed to."""
    folder = tmp_path_factory.mktemp("films")
    look = person()
    recorded_visit(folder / "alone", look)
    recorded_visit(folder / "not agreed", look, consent=Consent())
    for name in ("desk", "desk without a copy"):
        two_at_the_desk(folder / name)
    desk = two_at_the_desk(folder / "with a copy")
    assert desk.folder is not None
    assert copy_for_training(desk, Context.load(desk.folder), TODAY)
    return folder


@pytest.fixture
def running(tmp_path: Path, films: Path) -> Iterator[Running]:
    showings = Showings(films, recordings=True, today=lambda: TODAY)
    with served(tmp_path / "data", showings) as one:
        yield one


@pytest.mark.parametrize(("width", "scheme"), [(380, "dark"), (1400, "light")])
@pytest.mark.parametrize("title", ["alone", "with a copy"])
def test_axe_finds_nothing_from_the_list_to_the_result(
    visit: Callable[..., Page], title: str, width: int, scheme: str
) -> None:
    page = visit(
        "/academy/observe", viewport={"width": width, "height": 900}, color_scheme=scheme
    )  # fmt: skip
    page.set_default_timeout(180_000)
    found: dict[str, Any] = {}

    def look(where: str) -> None:
        if wrong := violations(page):
            found[where] = wrong
        assert page.evaluate("document.documentElement.scrollWidth") <= width, where
        if PICTURES:
            name = f"{title.replace(' ', '-')}-{where}-{width}-{scheme}.png"
            page.screenshot(path=Path(PICTURES) / name, full_page=True)

    look("list")
    card = page.locator(".card").filter(has=page.get_by_role("heading", name=title, exact=True))
    blurred = "everybody else is blurred" in card.inner_text()
    assert blurred == (title == "with a copy")
    card.get_by_role("link", name="Watch the recording itself").click()
    look("notice")
    page.get_by_role("button", name="I have read this").click()
    page.wait_for_selector('#watch[data-state="ready"]')
    look("ready")
    assert ("Everybody else in it is blurred" in page.inner_text("main")) == blurred
    page.keyboard.press("Enter")
    page.wait_for_selector('#watch[data-state="playing"]')
    if title == "alone":
        shown_to(page, 30)
    else:
        page.wait_for_timeout(2000)
    page.keyboard.press("Space")
    look("playing")
    page.wait_for_selector('#watch[data-state="guessing"]')
    look("guessing")
    for key in ("4", "3"):
        page.keyboard.press(key)
    page.wait_for_url("**/result/*")
    page.wait_for_selector('#review[data-state="ready"]')
    look("result")
    assert found == {}
