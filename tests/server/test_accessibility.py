"""Every page of the academy under axe-core, the field's checker of accessibility (WCAG 2.2 A, AA).

A checker finds about half of what can be wrong; the rest is in tests that use the keyboard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.server.conftest import Running, served
from tests.server.observing import interactions
from tests.server.test_academy_pages import somebody
from unspoken.academy.library import Library
from unspoken.academy.showings import Showings
from unspoken.academy.simulated import take_block
from unspoken.server.pages import STATIC

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (STATIC / "vendor" / "versions.json").is_file() or not AXE.is_file(),
        reason="the pages' libraries or axe-core are missing (Node.js 20 or later, then: make web)",
    ),
]
#: Pages as a learner finds them who has done something everywhere.
PAGES = (
    "", "/lessons", "/courses/seeing-and-answering", "/faces", "/identify", "/spot", "/tests",
    "/observe", "/observe/watch?showing=booking-demo", "/results", "/certificate", "/data",
    "/drill?task=identify", "/display", "/nowhere",
)  # fmt: skip
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN = """async (rules) => {
  const { violations } = await axe.run(document, { runOnly: rules });
  return violations.map((v) => [v.id, v.impact, v.nodes.map((n) => n.target.join(" "))]);
}"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """The academy with a folder of interactions and somebody's results."""
    showings = Showings(interactions(tmp_path / "results"))
    with served(tmp_path / "data", showings) as one:
        draw = np.random.default_rng(3)
        for purpose in ("pre", "drill", "post"):
            take_block(one.desk, somebody(), purpose, draw)
        yield one


def violations(page: Page) -> list[Any]:
    """What axe-core finds on the page as it stands."""
    # Put in from outside, as a browser's own tools are: the page's policy lets nothing in.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[Any] = page.evaluate(RUN, list(RULES))
    return found


@pytest.mark.parametrize(("width", "scheme"), [(380, "dark"), (1400, "light")])
def test_axe_finds_nothing_on_any_page(
    visit: Callable[..., Page], running: Running, width: int, scheme: str
) -> None:
    page = visit("/academy", viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.set_default_timeout(180_000)  # thirty pages that draw faces, on a machine that is busy
    with running.desk.database.session() as session:
        running.desk.profile(session).notice_at = None
    block = page.request.get(f"{running.base}/academy/results.json").json()["blocks"][0]["id"]
    found: dict[str, Any] = {}
    lessons = [f"/lessons/{name}" for name in Library().lessons()]
    for path in (*PAGES, *lessons, f"/results/{block}"):
        page.goto(f"{running.base}/academy{path}")
        page.wait_for_load_state("networkidle")
        if wrong := violations(page):
            found[path] = wrong
    page.request.post(
        f"{running.base}/academy/notice", headers={"Origin": running.base}, max_redirects=0
    )
    for path, selector in (
        ("/drill?task=identify", '#drill[data-state="ready"]'),
        ("/observe/watch?showing=booking-demo", '#watch[data-state="ready"]'),
    ):
        page.goto(f"{running.base}/academy{path}")
        page.wait_for_selector(selector)
        if wrong := violations(page):
            found[f"{path}, ready"] = wrong
    assert found == {}
