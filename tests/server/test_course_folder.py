"""A course as a folder: it opens from a file, without a server, a module or a request elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from unspoken.academy.browser import find_chromium
from unspoken.academy.library import find_course
from unspoken.errors import OutputError, UsageError
from unspoken.media.writer import ClipWriter
from unspoken.server import course_folder
from unspoken.server.clip_store import ClipStore
from unspoken.server.course_folder import write_course
from unspoken.server.lesson_content import scenes_of

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PICTURE = cv2.imencode(".png", np.full((4, 4, 3), 90, np.uint8))[1].tobytes()
LESSON = """---
title: Tiny
minutes: 1
---
Words, [fear](fear.md), and more.

```face
steps:
  - say: At rest.
    seconds: 1
  - say: Brows down.
    seconds: 1
    units: {AU4: 1}
```

```check
question: Q?
choices: [A, B]
answer: B
why: So it is.
```

```video
file: "ours #1.mp4"
captions: ours.vtt
title: Ours
```

![A greeting](begrüßung.png) and ![another](<one more.png>).
"""
COURSE = """title: Ours
parts:
  - lesson: tiny
  - test: post
  - video: ours.mp4
    title: Welcome
"""


def made(folder: Path) -> Path:
    folder.mkdir()
    (folder / "tiny.md").write_text(LESSON, encoding="utf-8")
    (folder / "ours.yaml").write_text(COURSE, encoding="utf-8")
    (folder / "ours.vtt").write_text(
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nHello.\n", encoding="utf-8"
    )
    for name in ("ours.mp4", "ours #1.mp4"):
        with ClipWriter(folder / name, (64, 64), 10) as writer:
            for _ in range(10):
                writer.add(np.zeros((64, 64, 3), np.uint8))
    for name in ("begrüßung.png", "one more.png"):
        (folder / name).write_bytes(PICTURE)
    return folder / "ours.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        find_chromium()
    except UsageError as error:
        pytest.skip(str(error))
    place = tmp_path_factory.mktemp("course")
    course, library = find_course(str(made(place / "own")))
    store = ClipStore(place / "kept")
    assert write_course(course, library, place / "stick", size=64, store=store) == 1
    assert not [p for p in place.iterdir() if p.name.startswith(".")]
    return place / "stick"


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    course, library = find_course(str(made(tmp_path / "own")))
    kept = tmp_path / "out"
    kept.mkdir()
    (kept / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="new or an empty folder"):
        write_course(course, library, kept)
    assert [p.name for p in kept.iterdir()] == ["mine.txt"]


def test_what_was_drawn_before_is_not_drawn_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Nothing:
        def __init__(self) -> None:
            raise AssertionError("nothing is left to draw")

    monkeypatch.setattr(course_folder, "Studio", Nothing)
    course, library = find_course(str(folder.parent / "own" / "ours.yaml"))
    store = ClipStore(folder.parent / "kept")
    assert write_course(course, library, tmp_path / "again", size=64, store=store) == 1
    clip = Path("clips") / "tiny-scene-1.mp4"
    assert (tmp_path / "again" / clip).read_bytes() == (folder / clip).read_bytes()
    with pytest.raises(AssertionError, match="nothing is left"):
        write_course(course, library, tmp_path / "larger", size=96, store=store)
    with pytest.raises(AssertionError, match="nothing is left"):
        write_course(course, library, tmp_path / "new", size=64, store=ClipStore(tmp_path / "no"))
    assert not (tmp_path / "larger").exists()


def test_a_store_that_cannot_be_written_to_does_no_harm(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    course, library = find_course(str(folder.parent / "own" / "ours.yaml"))
    (face,) = (b for lesson in library.lessons().values() if lesson.name == "tiny"
               for b in scenes_of(lesson).values())  # fmt: skip
    store, scene = ClipStore(tmp_path / "file" / "clips"), face.scene(64)
    store.keep(scene, folder / "clips" / "tiny-scene-1.mp4")
    assert not store.fetch(scene, tmp_path / "out.mp4") and not (tmp_path / "out.mp4").exists()
    assert course.name == "ours"


@pytest.mark.slow
def test_it_works_from_a_file(folder: Path, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 400, "height": 800}, offline=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    ours = (folder.as_uri(), "data:")
    page.on("request", lambda r: None if r.url.startswith(ours) else complaints.append(r.url))
    page.goto((folder / "index.html").as_uri())
    assert "Not in this folder" in page.inner_text("main")
    page.get_by_role("link", name="Tiny").click()
    page.wait_for_selector("body[data-ready=yes]")
    page.wait_for_selector("#scene-1[data-state=ready]")
    page.click("#scene-1 .on")
    page.wait_for_selector("#scene-1[data-at='1']")
    assert page.inner_text("#scene-1 .cue") == "Brows down."
    page.wait_for_timeout(500)
    assert page.evaluate("document.querySelector('#scene-1 video').currentTime") > 1.0
    # Paused while the clip is still about to begin: that is no fault of the clip.
    page.evaluate(
        """async () => {
            const play = document.querySelector("#scene-1 .play");
            play.click();
            for (let k = 0; k < 5; k += 1) await Promise.resolve();
            play.click();
            await new Promise((done) => setTimeout(done, 300));
        }"""
    )
    assert page.get_attribute("#scene-1", "data-state") == "ready"
    assert page.get_attribute("#scene-1", "data-playing") == "no"
    page.click("#scene-1 .play")
    page.wait_for_selector("#scene-1[data-playing=yes]")
    page.wait_for_selector("#scene-1[data-playing=no]")
    page.get_by_label("B", exact=True).check()
    page.get_by_role("button", name="Check my answer").click()
    assert "So it is." in page.inner_text("section.check .reply")
    cues = "document.querySelector('.lesson-video video').textTracks[0].cues"
    assert page.evaluate(f"[...{cues}].map((cue) => cue.text)") == ["Hello."]
    page.wait_for_function("document.querySelector('.lesson-video video').readyState > 0")
    page.locator(".prose img").last.scroll_into_view_if_needed()
    seen = "[...document.querySelectorAll('.prose img')].map((one) => one.naturalWidth)"
    page.wait_for_function(f"{seen}.every(Boolean)")
    assert page.evaluate(seen) == [4, 4]
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.get_by_role("link", name="All parts").click()
    page.get_by_role("link", name="Welcome").click()
    page.wait_for_selector("body[data-ready=yes]")
    page.wait_for_function("document.querySelector('video').readyState > 0")
    context.close()
    assert complaints == []
