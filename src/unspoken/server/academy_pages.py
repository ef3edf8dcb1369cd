"""The academy's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import JSONResponse
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from unspoken.academy.calibration import CONFIDENCE
from unspoken.academy.course import PURPOSES, TESTS
from unspoken.academy.folder_answers import MOST_BYTES, folder_answers, take_in
from unspoken.academy.levels import LEVELS, level_named
from unspoken.academy.records import (
    block_result,
    course_state,
    delete_everything,
    everything,
    results,
)
from unspoken.academy.rounds import TASKS
from unspoken.errors import UsageError
from unspoken.server.charts import curve_chart, threshold_chart
from unspoken.server.course_content import (
    course_content,
    learners_course,
    what_next,
    with_retests,
)
from unspoken.server.drill_content import drill_content
from unspoken.server.pages import page, render
from unspoken.server.state import desk_of, library_of

__all__ = ["router"]

router = APIRouter()
_WORDS_FOR_STATE = {
    "done": "complete",
    "slow": "ended early: this display did not show the planned frames",
    "interrupted": "left before its end; makes no result",
    "open": "under way",
}


def _levels() -> list[dict[str, Any]]:
    return [{"name": x.name, "title": x.title, "what": x.what} for x in LEVELS]


@page(router, "/academy", "home.html")
def home(request: Request) -> dict[str, Any]:
    """What to do next, and the way before and behind it."""
    library, desk = library_of(request), desk_of(request)
    state = course_state(desk)
    followed = learners_course(library)
    course = (
        with_retests(course_content(library, desk, followed), state["steps"]) if followed else None
    )
    others = [
        {"name": name, "title": other.plan.title}
        for name, other in library.courses().items()
        if followed is None or name != followed.name
    ]
    return {**state, "course": course, "next": course and what_next(course), "others": others}


@page(router, "/academy/identify", "identify.html")
def identify(request: Request) -> dict[str, Any]:
    """The drill of naming expressions."""
    return {"levels": _levels(), "due": course_state(desk_of(request))["due"]}


@page(router, "/academy/spot", "spot.html")
def spot(request: Request) -> dict[str, Any]:
    """The drill of spotting movements."""
    return {"levels": [x for x in _levels() if x["name"] != "mixed"]}


@page(router, "/academy/tests", "tests.html")
def tests(request: Request) -> dict[str, Any]:
    """The tests and when they are due."""
    state = course_state(desk_of(request))
    listed = [step for step in state["steps"] if step["purpose"] in TESTS]
    return {"tests": listed, "prior": state["prior"]}


@page(router, "/academy/results", "results.html")
def my_results(request: Request) -> dict[str, Any]:
    """All results, with intervals."""
    found = results(desk_of(request))
    charts = {
        "thresholds": _chart(*found["tests"].values()),
        "curve": curve_chart(found["curve"]),
    }
    return {
        **found,
        "charts": charts,
        "states": _WORDS_FOR_STATE,
        "added": _added(request.query_params),
    }


def _added(query: Mapping[str, str]) -> str:
    """What came of adding files, in words; "" where none were."""
    counts = [query.get("added", ""), query.get("known", "")]
    if not all(count.isdecimal() and len(count) < 4 for count in counts):
        return ""
    new, known = map(int, counts)
    words = f"{new} file{'' if new == 1 else 's'} added."
    return words + (f" {known} known already, and not counted twice." if known else "")


@router.post("/academy/results/folder")
async def add_practice(request: Request, answers: list[UploadFile]) -> Response:
    """Take in answers of drills in an exported folder: all of the files, or none."""
    found = [
        folder_answers(await file.read(MOST_BYTES + 1), file.filename or "The file")
        for file in answers
    ]
    new = sum(take_in(desk_of(request), one) for one in found)
    return RedirectResponse(f"/academy/results?added={new}&known={len(found) - new}#folder", 303)


@page(router, "/academy/results/{block}", "result.html")
def one_result(request: Request) -> dict[str, Any]:
    """One block."""
    found = block_result(desk_of(request), request.path_params["block"])
    stated = {step: (word, chance) for step, word, chance in CONFIDENCE}
    return {**found, "chart": _chart(found), "states": _WORDS_FOR_STATE, "confidence": stated}


def _chart(*found: Mapping[str, Any]) -> Markup:
    """The thresholds of one result, or of several side by side."""
    blocks = [one["block"] for one in found]
    return threshold_chart(
        {
            block["title"]: (block["refresh_hz"], one["score"]["thresholds"])
            for block, one in zip(blocks, found, strict=True)
        }
    )


@page(router, "/academy/data", "data.html")
def my_data(request: Request) -> dict[str, Any]:
    """What is stored, and where."""
    desk = desk_of(request)
    found = everything(desk)
    counts = {name: len(rows) for name, rows in found.items() if isinstance(rows, list)}
    name = found["profile"][0]["name"] if found["profile"] else ""
    return {"counts": counts, "path_on_disk": str(desk.database.path or ""), "name": name}


@page(router, "/academy/certificate", "certificate.html")
def certificate(request: Request) -> dict[str, Any]:
    """What was done, with what result; the task is stated."""
    desk = desk_of(request)
    found = results(desk)["tests"]
    return {"tests": found, "name": course_state(desk)["name"]}


@page(router, "/academy/drill", "drill.html")
def drill(request: Request) -> dict[str, Any]:
    """The page a drill or test runs in."""
    asked = {
        key: request.query_params.get(key, usual)
        for key, usual in (("task", "identify"), ("purpose", "drill"), ("level", "plain"))
    }
    known = {level.name for level in LEVELS}
    if (
        asked["task"] not in TASKS
        or asked["purpose"] not in PURPOSES
        or asked["level"] not in known
    ):
        raise UsageError("There is no such drill.", "Start from the page that lists the drills.")
    purpose = PURPOSES[asked["purpose"]]
    config = {
        **asked,
        "feedback": purpose.feedback,
        **drill_content(asked["task"]),
        "face": desk_of(request).cast.training[0],
    }
    return {
        "config": config,
        "title": purpose.title
        if purpose.name != "drill"
        else f"{asked['task']} drill".capitalize(),
        "level": level_named(asked["level"]).title,
        "notice_read": course_state(desk_of(request))["notice_read"],
    }


@router.post("/academy/notice")
def read_notice(request: Request, back: Annotated[str, Form()] = "/academy") -> Response:
    """The notice about flashing pictures was read."""
    desk = desk_of(request)
    with desk.database.session() as session:
        desk.profile(session).notice_at = desk.now()
    # Only to a page of ours: one slash, then a name.
    ours = back.startswith("/academy") and not any(mark in back for mark in "\\\r\n")
    return RedirectResponse(back if ours else "/academy", 303)


@router.post("/academy/name")
def set_name(request: Request, name: Annotated[str, Form(max_length=120)] = "") -> Response:
    """The name for the certificate."""
    desk = desk_of(request)
    with desk.database.session() as session:
        desk.profile(session).name = " ".join(name.split())
    return render(request, "_named.html", {"name": " ".join(name.split())})


@router.get("/academy/data/export")
def export(request: Request) -> Response:
    """Everything in one file."""
    file = 'attachment; filename="unspoken-academy.json"'
    return JSONResponse(everything(desk_of(request)), headers={"Content-Disposition": file})


@router.post("/academy/data/delete")
def delete(request: Request) -> Response:
    """Delete everything."""
    delete_everything(desk_of(request))
    return render(request, "_deleted.html", {})
