"""The report of a study: one offline page that a manager can read on any screen and on paper."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from unspoken.bench.insight_study import Plan, shuffled, simulate
from unspoken.insight.estimates import Estimate
from unspoken.insight.study import Question, Study, study
from unspoken.report.insight_charts import axis, dot, scale_of
from unspoken.report.insights import render_study, write_study

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = os.environ.get("UNSPOKEN_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def found() -> Study:
    return study(simulate(Plan(visits=2), 3), Question(by=("step", "segment")), ("A note & more.",))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM or not Path(CHROMIUM).is_file():
        pytest.skip("no chromium on this machine (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as play:
        running = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


def test_three_sentences_come_first_and_the_rest_has_its_exposure(
    found: Study, tmp_path: Path
) -> None:
    page = render_study(found, tmp_path)
    sentences = re.findall(r'<p class="headline">(.*?)</p>', page)
    assert len(sentences) == 3 and "“price”" in sentences[0]
    assert "A note &amp; more." in page
    # Every rate in a table stands beside its interval, its moments, customers and minutes.
    rates = re.findall(
        r'<b>[^<]+</b> <span class="keep">\([^)]+\)</span><small>[\d,]+ moments', page
    )
    assert len(rates) == len(found.groups) + len(found.overall)
    assert page.count(" customers</small>") >= len(rates)


def test_the_page_fetches_nothing_and_runs_nothing(found: Study, tmp_path: Path) -> None:
    page = render_study(found, tmp_path)
    assert (
        "default-src 'none'" in page
        and "<script" not in page
        and "http" not in page.replace("http-equiv", "")
    )


def test_a_quiet_study_says_what_could_have_been_found(tmp_path: Path) -> None:
    quiet = study(shuffled(simulate(Plan(), 3), 3), Question(by=("step",)))
    page = render_study(quiet, tmp_path)
    assert "Nothing stands out" in page and "or more would have shown" in page


def test_text_from_outside_cannot_become_markup(tmp_path: Path) -> None:
    made = simulate(Plan(customers=8), 1)
    odd = '<b onclick="x()">price</b>'
    for one in made:
        for segment in one.segments:
            if segment.label == "price":
                object.__setattr__(segment, "label", odd)
    page = render_study(study(made, Question(by=("step",))), tmp_path)
    assert "<b onclick" not in page and "&lt;b onclick" in page


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (380, "dark")])
def test_it_fits_the_screen_and_can_be_walked_through_by_key(
    browser: Browser, found: Study, tmp_path: Path, width: int, scheme: str
) -> None:
    path = write_study(found, tmp_path)
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda r: complaints.append(r.url) if r.url != path.as_uri() else None)
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    edges = page.evaluate(
        "[...document.querySelector('.rates').querySelectorAll('svg.dot')]"
        ".map(e => e.getBoundingClientRect()).map(r => [r.left, r.width])"
    )
    assert len(edges) > 2 and edges[0][1] > 0  # the scale, and the rows it belongs to
    assert all(row == pytest.approx(edges[0], abs=1.0) for row in edges)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the findings"
    summary = page.query_selector("details:not([open]) > summary")
    assert summary is not None
    summary.focus()
    page.keyboard.press("Enter")
    assert summary.evaluate("e => e.parentElement.open")
    assert complaints == []
    page.close()


def test_on_paper_nothing_is_folded_away(browser: Browser, found: Study, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(write_study(found, tmp_path).as_uri())
    page.emulate_media(media="print")
    hidden = page.evaluate(
        "[...document.querySelectorAll('details:not([open]) table, details:not([open]) li')]"
        ".filter(e => e.getBoundingClientRect().height === 0).length"
    )
    assert hidden == 0
    page.close()


def test_long_intervals_get_an_arrow_and_no_value_an_empty_row() -> None:
    short, long = Estimate(1.0, 0.5, 2.0), Estimate(1.0, 0.1, float("inf"))
    scale = scale_of([short, long])
    assert "<path" in dot(long, scale, "same") and "<path" not in dot(short, scale, "same")
    nothing = Estimate(float("nan"), float("nan"), float("nan"))
    assert "circle" not in dot(nothing, scale, "same")
    assert "nan" not in axis(scale_of([nothing]))


def test_only_associations_beyond_chance_are_set_in_bold(found: Study, tmp_path: Path) -> None:
    clear = sum(a.p_adjusted <= 0.05 for a in found.associations)
    assert len(found.associations) == 4 and clear == 0
    assert render_study(found, tmp_path).count('<tr class="beyond">') == clear
