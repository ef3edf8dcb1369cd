"""An hour with 500 events, pictures and loops opens at once and stays smooth.

Smoothness is judged by the processor time of the whole browser, without a graphics card: what other
programs do meanwhile does not count.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.report.conftest import Opener, processor_s
from tests.report.whole_hour import write_hour
from unspoken.report.html import MOST_STRIPS
from unspoken.report.loops import MOST_LOOPS

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: Later of the load event and the first drawn timeline, milliseconds from the start of loading.
OPENED_MS = """() => Math.max(
    performance.getEntriesByType("navigation")[0].loadEventEnd,
    Number(document.querySelector("#tl").dataset.ready))"""
#: Runs a step in a hundred animation frames.
FRAMES = """(body) => new Promise(done => {
  const { state, view } = unspokenTimeline;
  const steps = {
    pan: n => { state.a = n * 25; state.b = state.a + 600; view.draw(); },
    zoom: n => { const s = 3600 * 0.95 ** n; state.a = 1000 - s / 3.6; state.b = state.a + s;
                 view.draw(); },
    scroll: n => scrollTo(0, n * 150),
    play: () => {},
  };
  let n = 0;
  const next = () => {
    steps[body](n);
    if (++n < 100) requestAnimationFrame(next); else requestAnimationFrame(done);
  };
  next();
})"""


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hour(tmp_path_factory.mktemp("hour"))[0]


def test_it_opens_within_two_seconds_with_all_its_pictures(opener: Opener, hour: Path) -> None:
    best = 1e9
    for _ in range(5):  # a busy machine slows some of them
        with opener(hour) as page:
            page.wait_for_load_state("load")
            best = min(best, float(page.evaluate(OPENED_MS)))
            assert page.locator("#table tbody tr").count() == 500
            assert page.locator(".strip").count() == MOST_STRIPS
            assert 6 <= page.locator("figure.loop").count() <= MOST_LOOPS
        if best < 2000:
            break
    assert best < 2000


def spent_per_frame(page: Page, what: str) -> float:
    page.wait_for_timeout(300)
    before = processor_s()
    page.evaluate(FRAMES, what)
    return (processor_s() - before) / 100


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's account of time")
def test_zooming_panning_playing_and_scrolling_leave_time_for_thirty_pictures_a_second(
    opener: Opener, hour: Path
) -> None:
    with opener(hour) as page:
        spent = {"scroll": spent_per_frame(page, "scroll")}
        for display in ("bands", "lines"):
            page.select_option("#tl-display", display)
            page.locator("#tl").scroll_into_view_if_needed()
            for what in ("pan", "zoom"):
                spent[f"{display}, {what}"] = spent_per_frame(page, what)
        page.click("#tl-all")
        page.click("#p-play")
        spent["play"] = spent_per_frame(page, "play")
        page.click("#p-play")
        page.locator("figure.loop button").first.click()
        spent["loop"] = spent_per_frame(page, "play")
        assert max(spent.values()) < 1 / 30, spent
