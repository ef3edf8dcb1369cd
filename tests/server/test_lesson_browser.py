"""A lesson in a real browser: by keyboard, narrow, with motion reduced, and without WebGL."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from tests.server.conftest import STAND_IN, Running
from unspoken.store.models import LessonAnswer, LessonVisit

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow
PIXELS = "(n) => document.querySelectorAll('.scene canvas')[n].toDataURL()"


@pytest.fixture
def read(visit: Callable[..., Page]) -> Callable[..., Page]:
    """Open a page and wait until it can be used."""

    def opened(path: str, **options: Any) -> Page:
        page = visit(path, **options)
        page.wait_for_selector("body[data-ready=yes]")
        return page

    return opened


def test_a_lesson_is_read_answered_and_finished_by_keyboard(
    read: Callable[..., Page], running: Running
) -> None:
    page = read("/academy/lessons/fear")
    page.wait_for_selector("#scene-1[data-state=ready]")
    first = page.evaluate(PIXELS, 0)
    page.focus("#scene-1 .on")
    page.keyboard.press("Enter")
    page.wait_for_selector("#scene-1[data-at='1']")
    assert page.inner_text("#scene-1 .cue") == "The whole brow goes up, AU1 and AU2."
    assert page.get_attribute("#scene-1 .cue", "aria-live") == "polite"
    page.wait_for_timeout(300)
    assert page.evaluate(PIXELS, 0) != first
    section = page.locator("section.check").first
    section.locator("input").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    section.locator(".said.right").wait_for()
    assert "In fear the brows are drawn together" in section.locator(".reply").inner_text()
    page.get_by_role("button", name="Done; next").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/lessons/surprise")
    with running.desk.database.session() as session:
        kept = session.scalars(sa.select(LessonAnswer)).all()
        assert [(row.choice, row.right) for row in kept] == [("Surprise", True)]
        visit_kept = session.get(LessonVisit, "fear")
        assert visit_kept is not None and visit_kept.finished_at is not None


def test_words_follow_the_picture_while_it_plays_and_one_scene_plays_at_a_time(
    read: Callable[..., Page],
) -> None:
    page = read("/academy/lessons/anger")
    page.wait_for_selector("#scene-1[data-state=ready]")
    page.click("#scene-1 .play")
    page.wait_for_selector("#scene-1[data-playing=yes][data-at='1']")
    assert "AU4" in page.inner_text("#scene-1 .cue")
    page.locator("#scene-3").scroll_into_view_if_needed()
    page.wait_for_selector("#scene-3[data-state=ready]")
    page.click("#scene-3 .play")
    page.wait_for_selector("#scene-1[data-playing=no]")
    page.wait_for_selector("#scene-3[data-playing=yes]")


def test_with_reduced_motion_nothing_moves_by_itself_and_steps_are_there(
    read: Callable[..., Page],
) -> None:
    page = read("/academy/lessons/fear", reduced_motion="reduce")
    page.wait_for_selector("#scene-1[data-state=ready]")
    before = page.evaluate(PIXELS, 0)
    page.wait_for_timeout(500)
    assert page.evaluate(PIXELS, 0) == before
    assert page.inner_text("#scene-1 .play") == "Play anyway"
    assert page.locator("#scene-1 .on").is_visible()


def test_without_webgl_the_words_stand_alone_and_say_so(read: Callable[..., Page]) -> None:
    none = STAND_IN.replace(
        "this.canvas = canvas;",
        'throw new Error("This browser cannot draw faces: it has no WebGL2.");',
    )
    assert none != STAND_IN
    page = read("/academy/lessons/fear", stage=none)
    page.wait_for_selector("#scene-1[data-state=words]")
    assert "no WebGL2" in page.inner_text("#scene-1 .picture")
    assert "The whole brow goes up" in page.inner_text("#scene-1 details.words")
    assert page.locator("#scene-1 .play").is_hidden()
    last = page.locator("section.check figure.scene")
    last.scroll_into_view_if_needed()
    page.wait_for_selector("section.check figure[data-state=words]")
    assert "Lips are stretched sideways" in last.inner_text()


def test_the_speed_of_a_questions_face_leaves_the_answer_alone(read: Callable[..., Page]) -> None:
    page = read("/academy/lessons/fear")
    section = page.locator("section.check", has=page.locator("figure.scene")).first
    section.locator("figure").scroll_into_view_if_needed()
    section.locator("figure[data-state=ready]").wait_for()
    section.locator(".choice input").first.check()
    section.get_by_role("button", name="Check my answer").click()
    section.locator(".said").wait_for()
    section.locator("select.speed").select_option("0.5")
    assert section.locator(".said").count() == 1
    assert section.get_attribute("data-state") in {"right", "wrong"}
    section.locator(".choice input").last.check()
    assert section.locator(".said").count() == 0


VOICES = """
class Words extends EventTarget { constructor(text) { super(); this.text = text; } }
globalThis.SpeechSynthesisUtterance = Words;
globalThis.spoken = [];
const voices = [{ lang: "en-GB", localService: false }, { lang: "en-US", localService: true }];
Object.defineProperty(globalThis, "speechSynthesis", { value: Object.assign(new EventTarget(), {
  getVoices: () => voices,
  cancel() {},
  speak(words) {
    globalThis.spoken.push([words.text, words.voice.localService, performance.now()]);
    setTimeout(() => words.dispatchEvent(new Event("end")), 4000);
  },
}) });
"""


def test_words_are_read_by_a_voice_of_this_computer_if_wanted_and_never_cut_short(
    read: Callable[..., Page],
) -> None:
    page = read("/academy/lessons/fear", before=VOICES)
    page.wait_for_selector("#scene-1[data-state=ready]")
    assert not page.is_checked("#read-aloud")
    page.click("#scene-1 .on")
    assert page.evaluate("spoken") == []
    page.click("#scene-1 .back")
    page.check("#read-aloud")
    page.click("#scene-1 .play")
    page.wait_for_selector("#scene-1[data-at='1']")
    (first, own, began), (second, _own, later) = page.evaluate("spoken")
    assert (first, own) == ("The face at rest.", True)
    assert second.startswith("The whole brow goes up")
    assert later - began >= 4000  # the step itself is over after 2.5 s


@pytest.mark.parametrize("width", [360, 1600])
def test_pages_fit_the_window(read: Callable[..., Page], width: int) -> None:
    page = read("/academy/lessons/short-and-long", viewport={"width": width, "height": 800})
    for path in ("lessons/short-and-long", "lessons", "courses/seeing-and-answering"):
        page.goto(page.url.partition("/academy")[0] + f"/academy/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
