"""Courses over HTTP: their parts in order, how far the learner is, and where to go on."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse

from unspoken.academy.curriculum import Course, CoursePart, part_title
from unspoken.academy.desk import Desk
from unspoken.academy.lesson_progress import progress
from unspoken.server.lesson_pages import file_answer
from unspoken.server.pages import page
from unspoken.server.state import desk_of, library_of
from unspoken.store.models import Block

__all__ = ["router"]

router = APIRouter()
#: The page on which interactions are practised.
_OBSERVE = "/academy/observe"


def _course(request: Request) -> Course:
    return library_of(request).course(request.path_params["name"])


@page(router, "/academy/courses/{name}", "course.html")
def one_course(request: Request) -> dict[str, Any]:
    """One course: every part with its state and its address."""
    course = _course(request)
    library, desk = library_of(request), desk_of(request)
    lessons = library.lessons()
    states = progress(desk, (lessons[name] for name in course.lessons))
    titles = {name: lesson.head.title for name, lesson in lessons.items()}
    blocks = _finished_blocks(desk)
    parts = []
    for part in course.plan.parts:
        state = states[part.lesson].state if part.lesson else _practised(part, blocks)
        if part.video or part.interaction:
            state = "shown"
        parts.append(
            {
                "kind": part.kind,
                "title": part_title(part, titles),
                "note": part.note,
                "minutes": lessons[part.lesson].head.minutes if part.lesson else None,
                "times": part.times if part.drill else None,
                "state": state,
                "to": _address(course, part),
                "video": _file(course, part.video),
                "captions": _file(course, part.captions),
                "questions": part.questions,
                "folder": str(course.interaction(part)) if part.interaction else None,
            }
        )
    counted = [part for part in parts if part["state"] != "shown"]
    return {
        "name": course.name,
        "title": course.plan.title,
        "summary": course.plan.summary,
        "parts": parts,
        "done": sum(part["state"] == "done" for part in counted),
        "of": len(counted),
        "upcoming": next((n for n, p in enumerate(parts) if p["state"] in {"new", "begun"}), -1),
    }


@router.get("/academy/courses/{name}/files/{file:path}")
def course_file(request: Request, file: str) -> FileResponse:
    """A video or captions of a course; nothing else is given out."""
    found = _course(request).videos.get(file)
    if found is None:
        raise HTTPException(404, f"The course has no file {file}.")
    return file_answer(found)


def _finished_blocks(desk: Desk) -> Counter[tuple[str, str, str]]:
    """How many blocks were finished, by purpose, task and level."""
    with desk.database.session() as session:
        rows = session.execute(
            sa.select(Block.purpose, Block.task, Block.level).where(Block.state == "done")
        ).all()
    return Counter((purpose, task, level) for purpose, task, level in rows)


def _practised(part: CoursePart, left: Counter[tuple[str, str, str]]) -> str:
    """State of a drill or test; a finished block counts for one part, the first that wants it."""
    if part.test:
        done = sum(count for (purpose, *_rest), count in left.items() if purpose == part.test)
        return "done" if done else "new"
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
    return _OBSERVE if part.interaction else None


def _file(course: Course, name: str) -> str | None:
    return f"/academy/courses/{course.name}/files/{quote(name)}" if name else None
