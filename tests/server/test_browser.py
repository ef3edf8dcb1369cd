"""The academy in a real browser: keyboard, frames, lost connections, two tabs, narrow windows.

Faces are drawn by a stand-in here, so that these tests look at presenting and not at drawing; the
faces have tests of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.server.conftest import PATIENCE_MS, Running
from unspoken.server.pages import STATIC
from unspoken.store.models import Block, Trial

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (STATIC / "vendor" / "versions.json").is_file(),
        reason="the pages' libraries are missing (Node.js 20 or later, then: make web)",
    ),
]


def state(page: Page, wanted: str) -> None:
    page.wait_for_selector(f'#drill[data-state="{wanted}"]')


def until(page: Page, condition: str) -> None:
    """Wait for a condition.

    The browser's own waiting evaluates text inside the page, which the content security policy
    rightly forbids.
    """
    for _ in range(PATIENCE_MS // 50):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {condition}")


def begin(page: Page) -> None:
    if page.get_by_text("I have read this").count():
        page.get_by_text("I have read this").click()
    state(page, "ready")
    page.keyboard.press("Enter")


def answer(page: Page) -> None:
    """Whatever is asked: the first choice, by keyboard, until nothing is asked."""
    state(page, "asking")
    while page.get_attribute("#drill", "data-state") == "asking":
        moment = page.locator("input[type=range]").count()
        page.keyboard.press("Enter" if moment else "1")
        page.wait_for_timeout(40)


def trials(running: Running) -> list[Trial]:
    with running.desk.database.session() as session:
        return list(session.scalars(sa.select(Trial).where(Trial.answered_at.is_not(None))))


def test_a_drill_is_done_by_keyboard_and_what_was_shown_is_kept(
    visit: Callable[..., Page], running: Running
) -> None:
    page = visit("/academy/drill?task=identify")
    begin(page)
    for _ in range(3):
        answer(page)
        state(page, "explaining")
        assert page.locator(".said.right, .said.wrong").count() == 1
        page.keyboard.press("Enter")
    until(page, "localStorage.getItem('unspoken-outbox') === null")
    kept = trials(running)
    assert len(kept) == 3
    for trial in kept:
        assert trial.response == "happiness" and trial.confidence == 1
        assert (trial.shown_frames == trial.planned_frames) or "late" in trial.flags


@pytest.mark.parametrize("width", [380, 1400])
def test_confidence_is_asked_with_the_chances_it_stands_for(
    visit: Callable[..., Page], running: Running, width: int
) -> None:
    page = visit("/academy/drill?task=identify", viewport={"width": width, "height": 900})
    begin(page)
    state(page, "asking")
    page.keyboard.press("1")
    page.get_by_role("group", name="How sure are you?").wait_for()
    buttons = page.locator(".choices button")
    assert [text.replace("\xa0", " ") for text in buttons.all_inner_texts()] == [
        "1 guess · 15 %", "2 unsure · 45 %", "3 fairly sure · 75 %", "4 sure · 95 %",
    ]  # fmt: skip
    # Read aloud without the dot, and with what the figures mean.
    assert page.get_by_role("button", name="3 fairly sure 75 %").count() == 1
    assert "how often you expect to be right" in page.inner_text("#choices-help")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("3")
    state(page, "explaining")
    until(page, "localStorage.getItem('unspoken-outbox') === null")
    assert [trial.confidence for trial in trials(running)] == [3]


def test_spotting_asks_whether_where_and_when(visit: Callable[..., Page], running: Running) -> None:
    page = visit("/academy/drill?task=spot")
    begin(page)
    answer(page)
    state(page, "explaining")
    until(page, "localStorage.getItem('unspoken-outbox') === null")
    (trial,) = trials(running)
    # Held against what was shown: when it was, and what the wrong answer would have looked like.
    assert "You said 1.50 s" in page.inner_text(".ask") or trial.catch
    if trial.truth not in ("brow", "none"):
        page.get_by_text("This would be a movement of the brow").wait_for()
    assert (trial.response, trial.region) == ("something", "brow")
    assert trial.when_s == pytest.approx(1.5, abs=0.1)


def answer_two_offline(page: Page) -> None:
    """Two answers that wait in the page, because the server cannot be reached."""
    begin(page)
    state(page, "asking")
    page.context.set_offline(True)
    answer(page)
    state(page, "explaining")
    page.keyboard.press("Enter")
    answer(page)
    state(page, "explaining")


def test_answers_survive_a_lost_connection_and_a_reload(
    visit: Callable[..., Page], running: Running
) -> None:
    page = visit("/academy/drill?task=identify")
    answer_two_offline(page)
    assert trials(running) == []
    assert page.evaluate("JSON.parse(localStorage.getItem('unspoken-outbox')).length") == 2
    page.context.set_offline(False)
    page.goto(running.base + "/academy")
    until(page, "localStorage.getItem('unspoken-outbox') === null")
    assert len(trials(running)) == 2
    assert page.get_by_text("You left a block").count() == 1


def test_an_answer_the_server_refuses_holds_up_no_other_and_is_told(
    visit: Callable[..., Page], running: Running
) -> None:
    page = visit("/academy/drill?task=identify")
    answer_two_offline(page)
    page.evaluate(
        """() => {
            const kept = JSON.parse(localStorage.getItem("unspoken-outbox"));
            kept[0].answer.rt_s = 90000;
            localStorage.setItem("unspoken-outbox", JSON.stringify(kept));
        }"""
    )
    page.context.set_offline(False)
    page.goto(running.base + "/academy")
    told = page.get_by_role("alert")
    told.wait_for()
    assert "An answer could not be kept and was set aside. " in told.inner_text()
    assert "rt_s" in told.inner_text() and "everything else is kept" in told.inner_text()
    assert len(trials(running)) == 1
    assert page.evaluate("localStorage.getItem('unspoken-outbox')") is None
    page.reload()
    told.wait_for()  # it stays until it was read
    told.get_by_role("button", name="Discard").click()
    page.reload()
    page.wait_for_load_state("networkidle")
    assert told.count() == 0
    page.get_by_role("link", name="Go on").click()
    begin(page)
    answer(page)
    until(page, "localStorage.getItem('unspoken-outbox') === null")
    assert len(trials(running)) == 2


def test_an_answer_after_two_days_is_kept(visit: Callable[..., Page], running: Running) -> None:
    page = visit("/academy/drill?task=identify")
    begin(page)
    state(page, "asking")
    page.evaluate(
        """() => {
            const now = performance.now.bind(performance);
            performance.now = () => now() + 2 * 86_400_000;
        }"""
    )
    answer(page)
    until(page, "localStorage.getItem('unspoken-outbox') === null")
    assert [trial.rt_s for trial in trials(running)] == [86_400.0]


def test_a_connection_lost_in_mid_test_loses_nothing_and_the_test_goes_on(
    visit: Callable[..., Page], running: Running
) -> None:
    page = visit("/academy/drill?purpose=pre")
    begin(page)
    answer(page)
    page.context.set_offline(True)
    for _ in range(2):
        answer(page)
    state(page, "asking")
    assert page.evaluate("JSON.parse(localStorage.getItem('unspoken-outbox')).length") >= 2
    page.context.set_offline(False)
    page.goto(running.base + "/academy")
    until(page, "localStorage.getItem('unspoken-outbox') === null")
    assert len(trials(running)) == 3
    page.get_by_role("link", name="Go on").click()
    begin(page)
    answer(page)
    until(page, "localStorage.getItem('unspoken-outbox') === null")
    assert len({trial.block_id for trial in trials(running)}) == 1
    assert len(trials(running)) == 4


def test_a_page_in_the_background_pauses_and_the_face_does_not_count(
    visit: Callable[..., Page], running: Running
) -> None:
    page = visit("/academy/drill?task=spot")
    begin(page)
    # A headless browser has no background: the page is told that it went there.
    until(page, "document.querySelector('.screen') && unspokenDrill.log.length === 0")
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {configurable: true, get: () => true});"
        "setInterval(() => document.dispatchEvent(new Event('visibilitychange')), 50)"
    )
    state(page, "paused")
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => false})")
    page.keyboard.press("Enter")
    page.evaluate("fetch('/academy.json')")
    stored = running.desk
    with stored.database.session() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Block)) == 1
    assert page.evaluate("unspokenDrill.log[0].flags") == ["hidden"]


def test_a_second_tab_waits_its_turn(visit: Callable[..., Page]) -> None:
    first = visit("/academy/drill?task=identify")
    begin(first)
    second = visit("/academy/drill?task=identify", context=first.context)
    state(second, "elsewhere")
    assert second.get_by_text("Open in another tab").count() == 1


#: A browser whose display runs at another rate: frame callbacks come from a clock of our own.
OTHER_RATE = """(hz) => {
  let now = 0;
  globalThis.skip = new Set();
  globalThis.requestAnimationFrame = (call) => setTimeout(() => {
    do now += 1; while (globalThis.skip.has(now));
    call((now * 1000) / hz);
  });
}"""


@pytest.mark.parametrize("hz", [50, 60, 75, 144])
def test_trials_are_shown_in_whole_frames_at_the_rate_of_any_display(
    visit: Callable[..., Page], hz: int
) -> None:
    page = visit("/academy")
    page.evaluate(OTHER_RATE, hz)
    found = page.evaluate(
        """async (hz) => {
          const { measureRate } = await import("/static/js/drill/timing.js");
          const { present } = await import("/static/js/drill/presenting.js");
          const rate = await measureRate();
          const at = [];
          const stimulus = {
            draw: (_context, frame) => at.push(frame),
            changes: (frame) => frame >= 40 && frame <= 45,
          };
          const plan = { hz: rate.hz, onset: 40, planned: 5, total: 80 };
          const exact = await present(null, stimulus, plan);
          const drawn = at.splice(0);
          // The browser misses a frame: before the target, inside it, and when it should end.
          const miss = async (frame) => {
            const stamp = await new Promise((done) => requestAnimationFrame(done));
            // One more frame is waited for before frame 0 is shown.
            globalThis.skip.add(Math.round((stamp * hz) / 1000) + 2 + frame);
            return present(null, stimulus, plan);
          };
          return [rate, exact, drawn, await miss(20), await miss(42), await miss(45)];
        }""",
        hz,
    )
    rate, exact, drawn, before, inside, end = found
    assert rate["hz"] == hz and rate["steady"] > 0.95
    assert (exact["shown_frames"], exact["flags"]) == (5, [])
    assert drawn == [0, 40, 41, 42, 43, 44, 45]  # nothing is drawn where nothing changes
    assert (before["shown_frames"], before["flags"]) == (5, [])
    assert (inside["shown_frames"], inside["flags"]) == (5, ["late"])  # as long, but not as planned
    assert (end["shown_frames"], end["flags"]) == (6, ["late"])


def test_every_kind_of_catch_trial_is_left_out_equally_often(visit: Callable[..., Page]) -> None:
    """Whether the picture changes or not, the same missed frames matter."""
    page = visit("/academy")
    judged = page.evaluate(
        """async () => {
          const { verdict } = await import("/static/js/drill/timing.js");
          const plan = { hz: 60, onset: 30, planned: 0, total: 132 };
          const judge = (moves, missed) => {
            const all = Array.from({ length: plan.total }, (_, i) => i);
            const drawn = all.filter((i) => i !== missed).map((frame) => ({
              frame, stamp: (frame * 1000) / 60, moved: moves(frame), done: 0,
            }));
            return verdict(drawn, plan).late;
          };
          const kinds = [() => false, (f) => f > 30 && f < 50, (f) => f > 0];
          return kinds.map((moves) => [-1, 20, 30, 33, 36, 37, 60].map((at) => judge(moves, at)));
        }"""
    )
    # Nothing missed, before, where it begins, inside, where the tenth of a second ends, after it.
    assert judged == [[False, False, True, True, True, False, False]] * 3


def test_a_display_is_checked_without_storing_anything(
    visit: Callable[..., Page], running: Running
) -> None:
    page = visit("/academy/display")
    page.get_by_text("I have read this").click()
    page.wait_for_selector("[name=trials]")
    few = "document.querySelector('[name=trials]').options[0].value = '4'"
    page.evaluate(few)
    page.get_by_label("Faces").select_option("4")
    for _ in range(5):  # a busy machine is told to try again
        page.get_by_role("button", name="Check").click()
        page.wait_for_selector("#display:is([data-state=over], [data-state=unsteady])")
        if page.get_attribute("#display", "data-state") == "over":
            break
    assert " of 4 faces exactly as planned" in page.inner_text("#display")
    assert page.evaluate("unspokenDisplay.log.length") == 4
    with running.desk.database.session() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Block)) == 0


def test_data_are_deleted_once_that_is_confirmed_and_what_waits_only_with_them(
    visit: Callable[..., Page], running: Running
) -> None:
    running.desk.open_block("identify", "drill", "plain", 60.0)
    page = visit("/academy/data")
    page.evaluate('localStorage.setItem(\'unspoken-refused\', \'[{"answer": {}, "why": "No."}]\')')
    asked: list[str] = []

    def blocks() -> int:
        with running.desk.database.session() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(Block)) or 0

    def reply(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss() if len(asked) == 1 else dialog.accept()

    page.on("dialog", reply)
    delete = page.get_by_role("button", name="Delete my data")
    delete.click()
    assert blocks() == 1 and len(asked) == 1
    page.context.set_offline(True)
    delete.click()
    page.get_by_text("It could not be deleted").wait_for()
    assert page.evaluate("localStorage.getItem('unspoken-refused')") is not None
    page.context.set_offline(False)
    page.route("**/academy/data/delete", lambda route: route.fulfill(status=500, body="A fault."))
    delete.click()
    page.get_by_text("A fault.").wait_for()
    assert page.evaluate("localStorage.getItem('unspoken-refused')") is not None
    page.unroute("**/academy/data/delete")
    page.reload()
    delete.click()
    page.get_by_text("Everything is deleted").wait_for()
    assert blocks() == 0 and len(asked) == 4
    until(page, "localStorage.getItem('unspoken-refused') === null")


@pytest.mark.parametrize("width", [360, 800, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_every_window(visit: Callable[..., Page], width: int, scheme: str) -> None:
    page = visit("/academy", viewport={"width": width, "height": 800}, color_scheme=scheme)
    base = page.url.removesuffix("/academy")
    for name in ("", "/identify", "/spot", "/tests", "/results", "/data", "/certificate", "/drill"):
        page.goto(f"{base}/academy{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.locator("h1").count() == 1


def test_the_keyboard_reaches_everything_and_shows_where_it_is(visit: Callable[..., Page]) -> None:
    page = visit("/academy")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('main')"):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert page.evaluate("document.activeElement.textContent") == "Take the test"
    assert outline == "3px"
