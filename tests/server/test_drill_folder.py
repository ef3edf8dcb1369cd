"""A drill in an exported folder: from a file, by keyboard, without a network, in whole frames."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.server.test_accessibility import AXE, RULES
from unspoken.academy.folder_answers import folder_answers
from unspoken.academy.levels import level_named
from unspoken.academy.library import find_course
from unspoken.academy.stimuli import durations_for, expression_stimulus
from unspoken.server.course_folder import write_course
from unspoken.server.inlining import import_map, modules_of
from unspoken.server.pages import STATIC

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.skipif(
    not (STATIC / "vendor" / "versions.json").is_file(),
    reason="the pages' libraries are missing (Node.js 20 or later, then: make web)",
)
COURSE = """title: Ours
parts:
  - drill: identify
    times: 2
  - drill: spot
    level: three_quarter
  - test: post
"""
CONFIG = re.compile(r'(<script type="application/json" id="drill-config">)(.*?)(</script>)', re.S)
#: Without reading the style sheet again, which a page that was opened as a file may not.
RUN = """async (rules) => {
  const { violations } = await axe.run(document, { runOnly: rules, preload: false });
  return violations.map((v) => [v.id, v.impact, v.nodes.map((n) => n.target.join(" "))]);
}"""
Opened = Callable[..., "Page"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("drills")
    (place / "ours.yaml").write_text(COURSE, encoding="utf-8")
    course, library = find_course(str(place / "ours.yaml"))
    assert write_course(course, library, place / "stick") == 0
    return place / "stick"


@pytest.fixture
def opened(browser: Browser, folder: Path, tmp_path: Path) -> Iterator[Opened]:
    """Open a drill with few trials; whatever the page complains of or asks for fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(name: str, counts: dict[str, int], **options: Any) -> Page:
        html = (folder / name).read_text(encoding="utf-8")
        found = CONFIG.search(html)
        assert found
        config = {**json.loads(found[2]), "rounds": 1, "round": counts}
        for item in config["items"]:
            # Short, because every different picture is drawn here without a graphics card.
            item["lead_s"] = 0.2
        page_file = folder / f"few-{name}"
        page_file.write_text(
            html.replace(found[2], json.dumps(config).replace("<", "\\u003c")), encoding="utf-8"
        )
        context = browser.new_context(offline=True, accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(180_000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        ours = (folder.as_uri(), "data:", "blob:")
        page.on("request", lambda r: None if r.url.startswith(ours) else complaints.append(r.url))
        page.goto(page_file.as_uri())
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def state(page: Page, wanted: str) -> None:
    page.wait_for_selector(f'#drill[data-state="{wanted}"]')


def begin(page: Page) -> None:
    state(page, "notice")
    page.keyboard.press("Enter")
    state(page, "ready")
    page.keyboard.press("Enter")


def say(page: Page, *keys: str) -> None:
    state(page, "asking")
    for key in keys:
        page.keyboard.press(key)
    state(page, "explaining")


def last(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("unspokenDrill.log.at(-1)")
    return found


def test_modules_come_after_those_they_import() -> None:
    found = modules_of(STATIC / "js" / "drill" / "painter-worker.js")
    names = list(found)
    assert names[-1] == "painter-worker.js" and "three.core.js" in names
    assert names.index("three.core.js") < names.index("three.module.js") < names.index("three.js")
    for name, text in found.items():
        for other in re.findall(r'^(?:import|export|\}).*? from "([\w.-]+)"', text, re.M):
            assert names.index(other) < names.index(name)
        assert not re.search(r"""^(import|export|\}).* from ["']\.""", text, re.M)


def test_a_module_and_all_it_imports_go_into_the_page() -> None:
    found = import_map(STATIC / "js" / "lesson" / "offline.js")
    assert {"offline.js", "scene-view.js", "clip-player.js", "checks.js", "voice.js"} == set(found)
    assert all(address.startswith("data:text/javascript;base64,") for address in found.values())


def test_the_folder_has_every_drill_once_and_no_face_of_the_tests(folder: Path) -> None:
    pages = {p.name for p in folder.glob("*.html") if not p.name.startswith("few-")}
    assert pages == {"index.html", "drill-identify-plain.html", "drill-spot-three-quarter.html"}
    laid = {p.name for p in (folder / "faces").iterdir()}
    assert "skin-f01.webp.js" in laid and "skin-f03.webp.js" not in laid
    assert sum(p.stat().st_size for p in (folder / "faces").iterdir()) < 16e6
    html = (folder / "drill-identify-plain.html").read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy and "unsafe" not in policy[1] and "default-src 'none'" in policy[1]


@pytest.mark.slow
def test_a_drill_is_done_by_keyboard_and_every_answer_explained(opened: Opened) -> None:
    page = opened("drill-identify-plain.html", {"happiness": 1, "fear": 1, "none": 1})
    begin(page)
    shown = []
    for _ in range(8):
        state(page, "asking")
        trial = last(page)["trial"]
        # Right about happiness, wrong about the others; sure, as the same chances say as anywhere.
        page.keyboard.press("1")
        page.get_by_role("button", name="4 sure 95 %").wait_for()
        assert "how often you expect to be right" in page.inner_text("#choices-help")
        say(page, "4")
        words = page.inner_text(".ask")
        shown.append(last(page))
        if trial["truth"] == "happiness":
            assert "Right: happiness." in words
        else:
            page.get_by_text("This would be happiness").wait_for()
            truth = "nothing to name" if trial["catch"] else trial["truth"]
            assert f"You said happiness. It was {truth}." in words
        if trial["apex"]:
            page.get_by_text("Where the face changed").wait_for()
            assert page.locator(".units li").count() >= 2
        page.keyboard.press("r")
        page.keyboard.press("Enter")
        page.wait_for_selector('#drill:not([data-state="explaining"])')
        if page.get_attribute("#drill", "data-state") == "over":
            break
    for one in shown:
        exact = one["shown"]["shown_frames"] == one["trial"]["planned_frames"]
        assert exact or one["shown"]["flags"] == ["late"]
    state(page, "over")
    told = page.inner_text("#drill")
    exact_ones = [one for one in shown if not one["shown"]["flags"]]
    if {one["trial"]["truth"] for one in exact_ones} >= {"happiness", "fear"}:
        assert "1 of 1" in told and "0 of 1" in told
    assert "no test" in told and "Nothing is kept" in told
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save my answers").focus()
        page.keyboard.press("Enter")
    kept = json.loads(saved.value.path().read_text(encoding="utf-8"))
    assert kept["format"] == "unspoken.practice/1" and len(kept["answers"]) == len(shown)
    assert {a["said"] for a in kept["answers"]} == {"happiness"}
    taken = folder_answers(saved.value.path().read_bytes(), "saved.json")
    assert [one.truth for one in taken.answers] == [one["trial"]["truth"] for one in shown]
    assert page.evaluate("localStorage.length") == 0
    page.get_by_role("button", name="Another block").focus()
    page.keyboard.press("Enter")
    state(page, "asking")


@pytest.mark.slow
def test_spotting_asks_whether_where_and_when(opened: Opened) -> None:
    page = opened("drill-spot-three-quarter.html", {"brow": 1, "none": 1})
    begin(page)
    state(page, "asking")
    say(page, "1", "4", "ArrowRight", "Enter", "2")
    assert "You said 1.55 s" in page.inner_text(".ask") or last(page)["trial"]["catch"]
    page.get_by_text("This would be a movement of the mouth").wait_for()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(380, "dark"), (1400, "light")])
def test_it_fits_every_window_and_axe_finds_nothing(
    opened: Opened, width: int, scheme: str
) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is missing (Node.js 20 or later, then: make web)")
    counts = {"anger": 1}
    page = opened(
        "drill-identify-plain.html",
        counts,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        bypass_csp=True,
    )
    found: dict[str, Any] = {}

    def look(where: str) -> None:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        if wrong := page.evaluate(RUN, list(RULES)):
            found[where] = wrong
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    state(page, "notice")
    look("notice")
    page.keyboard.press("Enter")
    state(page, "ready")
    look("ready")
    page.keyboard.press("Enter")
    for _ in range(4):
        state(page, "asking")
        look("asking")
        say(page, "8", "1")
        page.get_by_text("Where the face changed").wait_for()
        look("explaining")
        page.keyboard.press("Enter")
        page.wait_for_selector('#drill:not([data-state="explaining"])')
        if page.get_attribute("#drill", "data-state") == "over":
            look("over")
            break
    assert found == {}


@pytest.mark.slow
def test_a_missing_file_is_named(opened: Opened, folder: Path) -> None:
    lost = folder / "faces" / "teeth.webp.js"
    kept = lost.read_bytes()
    lost.write_bytes(b"")
    try:
        page = opened("drill-identify-plain.html", {"anger": 1})
        state(page, "notice")
        page.keyboard.press("Enter")
        state(page, "failed")
        assert "faces/teeth.webp.js is missing" in page.inner_text("#drill")
    finally:
        lost.write_bytes(kept)


@pytest.mark.slow
@pytest.mark.parametrize("hz", [50.0, 60.0, 75.0, 144.0])
def test_the_page_puts_the_flash_in_as_the_academy_does(
    visit: Callable[..., Page], hz: float
) -> None:
    rng = np.random.default_rng(11)
    durations = durations_for(hz)
    pairs = []
    for level, duration in (("plain", durations[0]), ("speech", durations[5])):
        shown = expression_stimulus("f01", "fear", duration, level_named(level), hz, rng)
        item = {
            "truth": "fear",
            "catch": "",
            "identity": "f01",
            "lead_s": shown.onset_frame / hz,
            "whole_s": shown.scene.duration_s,
            "apex": shown.apex,
            "units": {k: [list(p) for p in c] for k, c in shown.ordinary.items()},
            "head": {},
        }
        pairs.append((shown, duration, item))
    page = visit("/academy")
    for shown, duration, item in pairs:
        found = page.evaluate(
            """async ([item, hz, duration, wanted]) => {
              const { compose, durationsFor } = await import("/static/js/drill/composing.js");
              const { valuesAt } = await import("/static/js/face/courses.js");
              const trial = compose(item, hz, duration);
              const looks = Array.from({ length: trial.total_frames }, (_, k) =>
                valuesAt(trial.scene.units, (k + 0.5) / hz));
              return { trial, looks, durations: durationsFor(wanted, hz) };
            }""",
            [item, hz, duration, [0.004, 0.1, 0.5]],
        )
        trial = found["trial"]
        frames = (trial["onset_frame"], trial["planned_frames"], trial["total_frames"])
        assert frames == (shown.onset_frame, shown.target_frames, shown.total_frames)
        for frame, look in enumerate(found["looks"]):
            expected, _head = shown.scene.at((frame + 0.5) / hz)
            moved = {k: v for k, v in look.items() if abs(v) > 1e-3}
            assert moved == pytest.approx(
                {k: expected[k] for k in moved}, abs=1e-3
            ), (frame, hz)  # fmt: skip
        assert found["durations"][0] == pytest.approx(1 / hz)
        assert found["durations"][-1] == pytest.approx(round(0.5 * hz) / hz)
