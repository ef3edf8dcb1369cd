"""Lessons over HTTP: the list, a lesson, its files, and a place to leave answers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from unspoken.academy.lesson import Lesson
from unspoken.academy.lesson_progress import answer, finish, opened, progress
from unspoken.academy.library import Library
from unspoken.server.course_content import learners_course
from unspoken.server.lesson_content import lesson_content
from unspoken.server.pages import page
from unspoken.server.state import desk_of, library_of

__all__ = ["file_answer", "router"]

router = APIRouter()
#: What not every operating system knows; browsers are told not to guess.
_KINDS = {".m4v": "video/mp4", ".vtt": "text/vtt", ".webm": "video/webm", ".webp": "image/webp"}


def file_answer(path: Path) -> FileResponse:
    """A file of a lesson or course with its media type."""
    return FileResponse(path, media_type=_KINDS.get(path.suffix.lower()))


def _lesson(request: Request) -> Lesson:
    return library_of(request).lesson(request.path_params["name"])


@page(router, "/academy/lessons", "lessons.html")
def lessons(request: Request) -> dict[str, Any]:
    """Every lesson and how far the learner is."""
    known = library_of(request).lessons()
    states = progress(desk_of(request), known.values())
    listed = [
        {
            "name": name,
            "title": lesson.head.title,
            "summary": lesson.head.summary,
            "minutes": lesson.head.minutes,
            "state": states[name].state,
            "right": states[name].right,
            "questions": states[name].questions,
        }
        for name, lesson in known.items()
    ]
    done = sum(entry["state"] == "done" for entry in listed)
    upcoming = next((e["name"] for e in listed if e["state"] != "done"), None)
    courses = [
        {"name": name, "title": course.plan.title, "summary": course.plan.summary}
        for name, course in library_of(request).courses().items()
    ]
    return {"lessons": listed, "done": done, "upcoming": upcoming, "courses": courses}


@page(router, "/academy/lessons/{name}", "lesson.html")
def one_lesson(request: Request) -> dict[str, Any]:
    """One lesson."""
    desk, lesson = desk_of(request), _lesson(request)
    opened(desk, lesson)
    state = asdict(progress(desk, [lesson])[lesson.name])
    state["finished_at"] = state["finished_at"] and state["finished_at"].isoformat()
    here = f"/academy/lessons/{lesson.name}"
    content = lesson_content(
        lesson, lambda name: f"/academy/lessons/{name}", lambda file: f"{here}/files/{quote(file)}"
    )
    known = library_of(request).lessons()
    names = list(known)
    after = names[names.index(lesson.name) + 1 :][:1]
    asked = request.query_params.get("course", "")
    course = asked if asked in library_of(request).courses() else ""
    return {
        **content,
        "progress": state,
        "following": {"name": after[0], "title": known[after[0]].head.title} if after else None,
        "course": course,
        "course_at": _course_at(library_of(request), course),
    }


def _course_at(library: Library, course: str) -> str:
    """The page of a course; the first page for the one that it follows."""
    followed = learners_course(library)
    here = followed is not None and followed.name == course
    return "/academy" if here or not course else f"/academy/courses/{course}"


@router.get("/academy/lessons/{name}/files/{file:path}")
def lesson_file(request: Request, file: str) -> FileResponse:
    """A picture, video or captions of a lesson; nothing else is given out."""
    found = _lesson(request).files.get(file)
    if found is None:
        raise HTTPException(404, f"The lesson has no file {file}.")
    return file_answer(found)


@router.post("/academy/lessons/{name}/finish")
def finished(
    request: Request, after: Annotated[str, Form()] = "", course: Annotated[str, Form()] = ""
) -> Response:
    """The learner is done; on to the next lesson, or back to the list."""
    finish(desk_of(request), _lesson(request))
    library = library_of(request)
    if course in library.courses():
        return RedirectResponse(_course_at(library, course), 303)
    to = f"/academy/lessons/{after}" if after in library.lessons() else "/academy/lessons"
    return RedirectResponse(to, 303)


class ChoiceMade(BaseModel):
    """An answer to a question of a lesson."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    choice: Annotated[str, Field(max_length=600)]


@router.post("/api/academy/lessons/{name}/answers")
def answered(request: Request, made: ChoiceMade) -> dict[str, bool]:
    """Keep an answer; tells whether it is right."""
    return {"right": answer(desk_of(request), _lesson(request), made.question, made.choice)}
