"""Lessons and courses as pages: what is answered is kept, what is broken is said."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from tests.server.conftest import asking
from tests.server.observing import interactions
from tests.server.test_academy_pages import somebody
from unspoken.academy.desk import Desk
from unspoken.academy.lesson_progress import opened
from unspoken.academy.library import Library
from unspoken.academy.records import everything
from unspoken.academy.showings import Showings
from unspoken.academy.simulated import take_block
from unspoken.media.writer import ClipWriter
from unspoken.server.security import Access

HTML = {"Accept": "text/html"}
LESSON = """---
title: Ours
minutes: 2
sources: ["Somebody 2019, doi 10.1177/1529100619832930"]
---
See [fear](fear.md) and ![a picture](a.png).

```check
question: Is this a question?
choices: ["Yes & no", "No"]
answer: "Yes & no"
why: Because.
```
"""


def test_the_list_a_lesson_and_a_course_have_json_twins(learner: TestClient) -> None:
    for page in ("lessons", "lessons/fear", "courses/seeing-and-answering"):
        assert learner.get(f"/academy/{page}", headers=HTML).status_code == 200
        assert isinstance(learner.get(f"/academy/{page}.json").json(), dict)


def test_an_answer_is_kept_and_shown_and_can_be_taken_along(learner: TestClient) -> None:
    check = next(
        b for b in learner.get("/academy/lessons/fear.json").json()["blocks"]
        if b["kind"] == "check"
    )  # fmt: skip
    path = "/api/academy/lessons/fear/answers"
    wrong = next(choice for choice in check["choices"] if choice != check["answer"])
    for choice, right in ((wrong, False), (check["answer"], True)):
        sent = learner.post(path, json={"question": check["key"], "choice": choice})
        assert sent.json() == {"right": right}
    listed = {x["name"]: x for x in learner.get("/academy/lessons.json").json()["lessons"]}
    assert (listed["fear"]["state"], listed["fear"]["right"]) == ("begun", 1)
    assert listed["anger"]["state"] == "new"
    assert " checked>" in learner.get("/academy/lessons/fear", headers=HTML).text
    export = learner.get("/academy/data/export").json()
    assert [row["right"] for row in export["lesson_answers"]] == [False, True]
    assert [row["lesson"] for row in export["lessons"]] == ["fear"]
    learner.post("/academy/data/delete")
    export = learner.get("/academy/data/export").json()
    assert not export["lesson_answers"] and not export["lessons"]


def test_an_answer_to_nothing_is_refused(learner: TestClient) -> None:
    path = "/api/academy/lessons/fear/answers"
    odd = learner.post(path, json={"question": "0" * 16, "choice": "x"})
    assert odd.status_code == 400 and "no such question" in odd.json()["message"]
    assert learner.post(path, json={"question": "x", "choice": "x"}).status_code == 422
    lost = learner.post("/api/academy/lessons/gone/answers", json={"question": "0" * 16,
                                                                   "choice": "x"})  # fmt: skip
    assert lost.status_code == 409


def test_a_finished_lesson_leads_on_and_counts_in_the_course(learner: TestClient) -> None:
    on = learner.post("/academy/lessons/fear/finish", data={"after": "anger"})
    assert on.headers["location"] == "/academy/lessons/anger"
    away = learner.post("/academy/lessons/fear/finish", data={"after": "//evil.test"})
    assert away.headers["location"] == "/academy/lessons"
    back = learner.post("/academy/lessons/anger/finish", data={"course": "seeing-and-answering"})
    assert back.headers["location"] == "/academy"  # which leads to the next part
    course = learner.get("/academy/courses/seeing-and-answering.json").json()
    done = {part["title"] for part in course["parts"] if part["state"] == "done"}
    assert done == {"Fear", "Anger"} and course["done"] == 2


def test_the_first_page_leads_through_the_whole_course(learner: TestClient, desk: Desk) -> None:
    """From the first part to the retests there is always one next thing, or a date."""
    found = learner.get("/academy.json").json()
    assert found["next"]["title"] == "Test before training" and found["next"]["number"] == 1
    assert [part["title"] for part in found["course"]["parts"]][-2:] == [
        "Retest after three weeks",
        "Retest after six weeks",
    ]
    page = learner.get("/academy", headers=HTML).text
    assert page.count("button main") == 1 and page.count('aria-current="step"') == 1
    for name in Library().lessons():
        learner.post(f"/academy/lessons/{name}/finish", data={"course": "seeing-and-answering"})
    assert learner.get("/academy.json").json()["next"]["kind"] == "test"
    draw = np.random.default_rng(4)
    take_block(desk, somebody(), "pre", draw)
    after = learner.get("/academy.json").json()["next"]
    assert (after["kind"], after["to"]) == ("drill", "/academy/drill?task=identify&level=plain")


def test_a_trainers_own_course_is_the_way_and_ours_is_at_hand(
    desk: Desk, access: Access, tmp_path: Path
) -> None:
    (tmp_path / "desk.yaml").write_text(
        "title: New here\nparts:\n  - lesson: fear\n  - observe: price-talk\n", encoding="utf-8"
    )
    with asking(desk, access, Library([tmp_path])) as client:
        found = client.get("/academy.json").json()
        assert found["course"]["title"] == "New here" and len(found["course"]["parts"]) == 2
        assert found["course"]["parts"][1]["title"] == "Watch: a talk about a price"
        assert [other["name"] for other in found["others"]] == ["seeing-and-answering"]


@pytest.fixture
def trainer(desk: Desk, access: Access, tmp_path: Path) -> Iterator[TestClient]:
    """A learner of a trainer's own lessons."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "ours.md").write_text(LESSON, encoding="utf-8")
    (folder / "a.png").write_bytes(b"not looked into")
    (folder / "secret.txt").write_text("secret", encoding="utf-8")
    with asking(desk, access, Library([folder])) as client:
        yield client


def test_a_lesson_gives_out_its_own_files_only(trainer: TestClient) -> None:
    page = trainer.get("/academy/lessons/ours", headers=HTML).text
    assert 'src="/academy/lessons/ours/files/a.png"' in page
    assert 'href="/academy/lessons/fear"' in page
    assert 'href="https://doi.org/10.1177/1529100619832930"' in page
    assert 'value="Yes &amp; no"' in page
    assert trainer.get("/academy/lessons/ours/files/a.png").content == b"not looked into"
    picture = trainer.get("/academy/lessons/ours/files/a.png")
    assert picture.headers["content-type"] == "image/png"
    for name in ("secret.txt", "ours.md", "../own/secret.txt", "%2e%2e/own/secret.txt"):
        assert trainer.get(f"/academy/lessons/ours/files/{name}").status_code in {404, 409}


def test_files_are_found_whatever_letters_are_in_their_names(
    trainer: TestClient, tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    names = ["begrüßung.png", "two words.png", "100%.png", "#1?.png"]
    for name in names:
        (folder / name).write_bytes(name.encode())
    with ClipWriter(folder / "demo #1.mp4", (64, 64), 10) as writer:
        writer.add(np.zeros((64, 64, 3), np.uint8))
    pictures = "\n".join(f"![x](<{name}>)" for name in names)
    video = '```video\nfile: "demo #1.mp4"\n```\n'
    (folder / "ours.md").write_text(f"{LESSON}\n{pictures}\n\n{video}", encoding="utf-8")
    page = trainer.get("/academy/lessons/ours", headers=HTML).text
    found = [html.unescape(one) for one in re.findall(r'<(?:img|video)[^>]* src="([^"]+)"', page)]
    assert len(found) == 6 and all("/files/" in one for one in found)
    # An address ends before # and ?, so that a browser asks for what is before them alone.
    assert not any("#" in one or "?" in one for one in found)
    answers = [trainer.get(one).content for one in found[1:5]]
    assert answers == [name.encode() for name in names]
    assert trainer.get(found[5]).headers["content-type"] == "video/mp4"
    leading = LESSON.replace("(a.png)", "(..%2fown%2fa.png)")
    (folder / "ours.md").write_text(leading, encoding="utf-8")
    assert "leads elsewhere" in trainer.get("/academy/lessons.json").json()["message"]


def test_the_course_a_lesson_was_opened_from_is_where_it_leads_back_to(
    desk: Desk, access: Access, tmp_path: Path
) -> None:
    plan = "title: New here\nparts:\n  - lesson: fear\n"
    (tmp_path / "desk.yaml").write_text(plan, encoding="utf-8")
    with asking(desk, access, Library([tmp_path])) as client:
        for course, to in (
            ("desk", "/academy"), ("seeing-and-answering", "/academy/courses/seeing-and-answering"),
        ):  # fmt: skip
            page = client.get(f"/academy/lessons/fear?course={course}", headers=HTML).text
            assert f'<a href="{to}">The course</a>' in page


def test_an_interaction_of_a_course_can_be_watched_without_a_further_option(
    desk: Desk, access: Access, tmp_path: Path
) -> None:
    results = interactions(tmp_path / "results")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "desk.yaml").write_text(
        "title: New here\nparts:\n  - interaction: ../results/call\n"
        "  - interaction: ../results/long\n  - interaction: ../results/call\n",
        encoding="utf-8",
    )
    library = Library([tmp_path / "own"])
    assert library.interactions() == [results / "call", results / "long"]
    with asking(desk, access, library) as client:
        parts = client.get("/academy/courses/desk.json").json()["parts"]
        found = {x["title"]: x for x in client.get("/academy/observe.json").json()["listed"]}
        assert parts[0]["to"] == f"/academy/observe#{found['call']['id']}"
        page = client.get("/academy/observe", headers=HTML).text
        assert f'id="{found["call"]["id"]}"' in page and found["long"]["too_long"]
        assert "talk.json" not in page and "A short talk" not in found
        watching = client.get(f"/academy/observe/watch.json?showing={found['call']['id']}")
        assert watching.json()["config"]["film"]["label"] == "synthetic re-enactment"
    both = Showings(results, also=library.interactions)
    assert [one.title for one in both.listed()].count("call") == 1


def test_a_lesson_opened_in_two_tabs_at_one_instant_is_opened_once(
    learner: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = desk.now
    in_between: list[int] = []

    def after_the_other() -> datetime:
        if not in_between:  # the first tab has looked, and not written yet
            in_between.append(0)
            in_between[0] = learner.get("/academy/lessons/fear.json").status_code
        return now()

    monkeypatch.setattr(desk, "now", after_the_other)
    opened(desk, Library().lesson("fear"))
    assert in_between == [200]
    assert [row["lesson"] for row in everything(desk)["lessons"]] == ["fear"]


def test_a_lesson_that_broke_is_a_page_that_names_the_line(
    trainer: TestClient, tmp_path: Path
) -> None:
    broken = LESSON.replace("why: Because.", "wy: Because.")
    (tmp_path / "own" / "ours.md").write_text(broken, encoding="utf-8")
    answer = trainer.get("/academy/lessons", headers=HTML)
    assert answer.status_code == 400
    assert "line 12: wy: there is no such key here" in answer.text


def test_a_lesson_that_is_not_there_is_a_page(learner: TestClient) -> None:
    for page in ("lessons/gone", "courses/gone"):
        answer = learner.get(f"/academy/{page}", headers=HTML)
        assert answer.status_code == 409 and "There is no" in answer.text
