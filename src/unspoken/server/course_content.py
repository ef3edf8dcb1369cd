"""A course as pages show it: its parts, how far the learner is, and what comes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from unspoken.academy.curriculum import Course, CoursePart, part_title
from unspoken.academy.desk import Desk
from unspoken.academy.lesson_progress import progress
from unspoken.academy.library import SHIPPED, Library
from unspoken.academy.observations import watched
from unspoken.academy.showings import showing_of
from unspoken.store.models import Block

__all__ = ["course_content", "learners_course", "what_next", "with_retests"]

#: The page on which interactions are practised.
_OBSERVE = "/academy/observe"
#: States of parts that count, and of those that wait for the learner.
_COUNTED, _OPEN = {"new", "begun", "done", "later"}, {"new", "begun"}


def learners_course(library: Library) -> Course | None:
    """The course that the first page follows: a trainer's own before the one that ships."""
    courses = list(library.courses().values())
    own = [course for course in courses if not course.path.is_relative_to(SHIPPED)]
    return next(iter([*own, *courses]), None)


def course_content(library: Library, desk: Desk, course: Course) -> dict[str, Any]:
    """Every part of a course with its state and its address."""
    lessons = library.lessons()
    states = progress(desk, (lessons[name] for name in course.lessons))
    titles = {name: lesson.head.title for name, lesson in lessons.items()}
    blocks = _finished_blocks(desk)
    seen = {one.showing for one in watched(desk) if one.state == "done"}
    parts = []
    for part in course.plan.parts:
        state: str
        if part.lesson:
            state = states[part.lesson].state
        elif part.observe:
            state = "done" if part.observe in seen else "new"
        else:
            state = _practised(part, blocks)
        parts.append(
            {
                "kind": part.kind,
                "title": part_title(part, titles),
                "note": part.note,
                "minutes": lessons[part.lesson].head.minutes if part.lesson else None,
                "times": part.times if part.drill else None,
                "state": state,
                "due_at": None,
                "to": None if state == "missed" else _address(course, part),
                "video": _file(course, part.video),
                "captions": _file(course, part.captions),
                "questions": part.questions,
                "folder": str(course.interaction(part)) if part.interaction else None,
            }
        )
    content = {"name": course.name, "title": course.plan.title, "summary": course.plan.summary}
    return {**content, "parts": parts, **_counts(parts)}


def with_retests(content: dict[str, Any], steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The same course with the retests that follow its last test, as they stand.

    Parameters
    ----------
    content : dict
        As :func:`course_content` gives it.
    steps : sequence of mapping
        Of `unspoken.academy.records.course_state`.
    """
    known = {part["to"] for part in content["parts"]}
    if "/academy/drill?purpose=post" not in known:
        return content
    retests = []
    for step in steps:
        to = f"/academy/drill?purpose={step['purpose']}"
        if step["purpose"].startswith("retest") and to not in known:
            due = step["state"] == "next"
            retests.append(
                {
                    "kind": "test",
                    "title": step["title"],
                    "note": step["what"],
                    "minutes": None,
                    "times": None,
                    "state": {"done": "done", "next": "new"}.get(step["state"], "later"),
                    "due_at": step["due_at"],
                    "to": to if due else None,
                    "video": None,
                    "captions": None,
                    "questions": [],
                    "folder": None,
                }
            )
    parts = [*content["parts"], *retests]
    return {**content, "parts": parts, **_counts(parts)}


def what_next(content: Mapping[str, Any]) -> dict[str, Any] | None:
    """The part to go on with and its number; None when nothing waits."""
    number = content["upcoming"]
    if number < 0:
        return None
    return {**content["parts"][number], "number": number + 1, "of": len(content["parts"])}


def _counts(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    counted = [part for part in parts if part["state"] in _COUNTED]
    return {
        "done": sum(part["state"] == "done" for part in counted),
        "of": len(counted),
        "upcoming": next((n for n, p in enumerate(parts) if p["state"] in _OPEN), -1),
    }


def _finished_blocks(desk: Desk) -> Counter[tuple[str, str, str]]:
    """How many blocks were finished, by purpose, task and level."""
    with desk.database.session() as session:
        rows = session.execute(
            sa.select(Block.purpose, Block.task, Block.level).where(Block.state == "done")
        ).all()
    return Counter((purpose, task, level) for purpose, task, level in rows)


def _practised(part: CoursePart, left: Counter[tuple[str, str, str]]) -> str:
    """State of a drill or test; a finished block counts for one part, the first that wants it."""
    if part.video or part.interaction:
        return "shown"
    if part.test:
        ended = {purpose for purpose, *_rest in left}
        if part.test == "pre" and "post" in ended and "pre" not in ended:
            return "missed"
        return "done" if part.test in ended else "new"
    kind = ("drill", part.drill, part.level)
    taken = min(left[kind], part.times)
    left[kind] -= taken
    return "done" if taken == part.times else "begun" if taken else "new"


def _address(course: Course, part: CoursePart) -> str | None:
    if part.lesson:
        return f"/academy/lessons/{part.lesson}?course={course.name}"
    if part.drill:
        return f"/academy/drill?task={part.drill}&level={part.level}"
    if part.test:
        return f"/academy/drill?purpose={part.test}"
    if part.observe:
        return f"{_OBSERVE}/watch?showing={part.observe}"
    # The list, because of a long one a part has to be chosen there.
    return f"{_OBSERVE}#{showing_of(course.interaction(part))}" if part.interaction else None


def _file(course: Course, name: str) -> str | None:
    return f"/academy/courses/{course.name}/files/{quote(name)}" if name else None
