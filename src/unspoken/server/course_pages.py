"""Courses over HTTP: their parts in order, and the files they bring."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse

from unspoken.academy.curriculum import Course
from unspoken.server.course_content import course_content
from unspoken.server.lesson_pages import file_answer
from unspoken.server.pages import page
from unspoken.server.state import desk_of, library_of

__all__ = ["router"]

router = APIRouter()


def _course(request: Request) -> Course:
    return library_of(request).course(request.path_params["name"])


@page(router, "/academy/courses/{name}", "course.html")
def one_course(request: Request) -> dict[str, Any]:
    """One course: every part with its state and its address."""
    return course_content(library_of(request), desk_of(request), _course(request))


@router.get("/academy/courses/{name}/files/{file:path}")
def course_file(request: Request, file: str) -> FileResponse:
    """A video or captions of a course; nothing else is given out."""
    found = _course(request).videos.get(file)
    if found is None:
        raise HTTPException(404, f"The course has no file {file}.")
    return file_answer(found)
