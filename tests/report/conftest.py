"""A browser for the report's tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

#: Where Debian puts it; UNSPOKEN_CHROMIUM names another one.
CHROMIUM = os.environ.get("UNSPOKEN_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
Opener = Callable[..., AbstractContextManager["Page"]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM or not Path(CHROMIUM).is_file():
        pytest.skip("no chromium on this machine (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def opener(browser: Browser) -> Opener:
    """Open a page and fail at the end if it complained or asked for anything."""

    @contextmanager
    def opened(
        path: Path,
        width: int = 1400,
        wait: bool = True,
        allowed: tuple[Path, ...] = (),
        **context: Any,
    ) -> Iterator[Page]:
        """A page that must end without complaint and without a request but for those allowed."""
        where = browser.new_context(viewport={"width": width, "height": 900}, **context)
        page = where.new_page()
        complaints: list[str] = []
        requests: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri())
        if wait:
            page.wait_for_selector("#tl[data-ready]")
        yield page
        assert complaints == []
        known = {path.as_uri(), *(other.as_uri() for other in allowed)}
        outside = [url for url in requests if not url.startswith(("data:", "blob:"))]
        assert {url.split("#")[0] for url in outside} <= known
        where.close()

    return opened


def processor_s() -> float:
    """Processor time of all processes started from this one, seconds; Linux only."""
    children: dict[int, list[tuple[int, float]]] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            fields = (place / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it ended meanwhile
        spent = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        children.setdefault(int(fields[1]), []).append((int(place.name), spent))
    total, waiting = 0.0, [os.getpid()]
    while waiting:
        for child, spent in children.get(waiting.pop(), []):
            total += spent
            waiting.append(child)
    return total
