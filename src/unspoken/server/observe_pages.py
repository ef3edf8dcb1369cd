"""Pages of the practice of observation: the list, the watching, the result."""

from __future__ import annotations

import json
import secrets
from math import isfinite
from typing import Any

from fastapi import APIRouter, Request, UploadFile
from fastapi.responses import FileResponse, JSONResponse
from starlette.responses import RedirectResponse, Response

from unspoken.academy.calibration import CONFIDENCE
from unspoken.academy.comparing import compare
from unspoken.academy.film import Film, Movement, Part
from unspoken.academy.matching import STATED
from unspoken.academy.observations import Kept, colleagues, exported, kept, take_in, watched
from unspoken.academy.records import course_state
from unspoken.academy.scripts import GUESSES
from unspoken.academy.showing import Showing
from unspoken.academy.showings import LONGEST_SHOWN_S
from unspoken.errors import InputError, UnspokenError
from unspoken.server.observe_chart import marks_chart
from unspoken.server.pages import page
from unspoken.server.state import desk_of, showings_of
from unspoken.timing import Interval, clock_text

__all__ = ["router", "span_of"]

router = APIRouter()
#: A file of marks is a few kilobytes.
_MOST_BYTES = 1_000_000
#: Plain movements of the warm-up.
_WARM_UPS = 5


def span_of(start_s: float | None, end_s: float | None) -> Interval | None:
    """The part that was chosen; None for all.

    Raises
    ------
    InputError
        If the end does not come after the start.
    """
    if start_s is None or end_s is None:
        return None
    if not (isfinite(start_s) and isfinite(end_s)) or end_s <= start_s:
        raise InputError(
            f"From {start_s:g} to {end_s:g} s is no part of a recording.",
            "The end has to come after the beginning.",
        )
    return Interval(start_s, end_s)


@page(router, "/academy/observe", "observe.html")
def observe(request: Request) -> dict[str, Any]:
    """What can be watched, and what was."""
    listed = [
        {
            "id": one.showing_id,
            "title": one.title,
            "what": one.what,
            "planted": one.reference == "planted",
            "seconds": one.seconds,
            "start_s": one.start_s,
            "first_end_s": one.start_s + LONGEST_SHOWN_S,
            "too_long": one.too_long,
            "problem": one.problem,
            "recording": one.recording,
            "redacted": one.redacted,
            "unshown": one.unshown,
        }
        for one in showings_of(request).listed()
    ]
    mine = [_listed(one) for one in watched(desk_of(request))]
    seen = {one["showing"] for one in mine}
    return {"listed": listed, "watched": mine, "seen": sorted(seen), "longest_s": LONGEST_SHOWN_S}


def _listed(one: Kept) -> dict[str, Any]:
    return {
        "id": one.id,
        "showing": one.showing,
        "title": one.title,
        "state": one.state,
        "first_time": one.first_time,
        "marks": len(one.marks),
        "started_at": one.started_at,
        "part": f"{clock_text(one.span.start_s)[:-4]} to {clock_text(one.span.end_s)[:-4]}"
        if one.span
        else "",
    }


@page(router, "/academy/observe/watch", "observe_watch.html")
def watch(request: Request) -> dict[str, Any]:
    """The page an interaction is watched on, or the guesses to one that was watched."""
    asked = request.query_params
    resumed = kept(desk_of(request), asked["resume"]) if "resume" in asked else None
    name = resumed.showing if resumed else asked.get("showing", "")
    span = (
        resumed.span if resumed else span_of(_number(asked.get("start")), _number(asked.get("end")))
    )
    showing = showings_of(request).open(name, span)
    zero = showing.film.starts_at_s or 0.0
    config = {
        "showing": name,
        "start_s": span.start_s if span else None,
        "end_s": span.end_s if span else None,
        "resume": {"id": resumed.id, "marks": [m.t_s for m in resumed.marks]} if resumed else None,
        "film": showing.film.to_player(),
        "recording": _recording(showing),
        "warm": _warm_up(showing),
        "seconds": showing.film.seconds,
        "zero_s": zero,
        "steps": [[s.start_s, s.end_s, s.text] for s in showing.steps],
        "lines": [[x.start_s, x.end_s, x.text, x.speaker] for x in showing.lines],
        "guesses": list(GUESSES.items()),
        "confidence": [[step, word] for step, word, _chance in CONFIDENCE],
    }
    return {
        "config": config,
        "title": showing.title,
        "planted": showing.reference == "planted",
        "recording": showing.recording is not None,
        "seconds": showing.film.seconds,
        "window": {"earliest_s": STATED.earliest_s, "latest_s": STATED.latest_s},
        "notice_read": course_state(desk_of(request))["notice_read"],
    }


def _recording(showing: Showing) -> dict[str, Any] | None:
    """What the page needs to show the recording itself; None for a film."""
    if showing.recording is None:
        return None
    return {
        "src": f"/academy/observe/recording/{showing.showing_id}",
        "zeros_s": showing.recording.zeros_s,
        "first_s": showing.recording.first_s,
        "from_s": showing.film.starts_at_s or 0.0,
        "sound": showing.recording.sound,
        "redacted": showing.recording.redacted,
    }


@router.get("/academy/observe/recording/{showing}")
def recording(request: Request, showing: str) -> FileResponse:
    """The recording, or a stretch of its bytes; asked for anew, consent is looked up anew."""
    found = showings_of(request).recording(showing)
    return FileResponse(found.path, media_type=found.media_type)


def _warm_up(showing: Showing) -> dict[str, Any]:
    """Five plain movements at times nobody can foresee, by the same actor."""
    draw = secrets.SystemRandom()
    onsets = [round(2.0 + 3.4 * k + draw.uniform(0.0, 1.6), 3) for k in range(_WARM_UPS)]
    movements = [
        Movement(units={"AU1": 1.0, "AU2": 1.0}, onset_s=t, offset_s=t + 0.8) for t in onsets
    ]
    actor = showing.film.faces[0].identity
    film = Film(seconds=2.0 + 3.4 * _WARM_UPS, faces=[Part(identity=actor, movements=movements)])
    return {"film": film.to_player(), "seconds": film.seconds, "onsets_s": onsets}


def _number(text: str | None) -> float | None:
    if text is None or not text.strip():
        return None
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f"{text!r} is no number of seconds.") from error


@page(router, "/academy/observe/result/{observation}", "observe_result.html")
def result(request: Request) -> dict[str, Any]:
    """Hits, misses and extra marks; each moment again, slowly."""
    one = kept(desk_of(request), request.path_params["observation"])
    if one.state == "open":
        raise InputError(
            "This interaction was not watched to its end.", "Watch it again from the list."
        )
    try:
        showing = showings_of(request).open(one.showing, one.span)
    except UnspokenError as error:
        raise InputError(
            f"The interaction of this result cannot be shown any more: {error.message}",
            "Start the academy with the folder it is in: --interactions FOLDER.",
        ) from error
    if showing.digest != one.digest:
        raise InputError(
            "The interaction has changed since it was watched, so the marks do not fit it.",
            "Watch it again from the list.",
        )
    others = colleagues(desk_of(request), one.digest)
    compared = compare(showing, one, others)
    return {
        **compared,
        "observation": _listed(one),
        "planted": showing.reference == "planted",
        "chart": marks_chart(showing, compared, [[m.t_s for m in o.marks] for o in others]),
        "config": {
            "film": showing.film.to_player(),
            "recording": _recording(showing),
            "seconds": showing.film.seconds,
        },
        "added": request.query_params.get("added", ""),
    }


@router.get("/academy/observe/result/{observation}/marks")
def save_marks(request: Request, observation: str, name: str = "") -> Response:
    """The learner's marks as a file for colleagues."""
    file = 'attachment; filename="unspoken-marks.json"'
    content = exported(desk_of(request), observation, name)
    return JSONResponse(content, headers={"Content-Disposition": file})


@router.post("/academy/observe/result/{observation}/colleagues")
async def add_colleagues(request: Request, observation: str, marks: list[UploadFile]) -> Response:
    """Take in what colleagues marked."""
    one = kept(desk_of(request), observation)
    new = 0
    for file in marks:
        content = await file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise InputError(f"{file.filename} is too large for a file of marks.")
        try:
            document = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise InputError(
                f"{file.filename}: expected a file of marks (JSON), found {type(error).__name__}.",
                "Choose the file a colleague saved with 'Save my marks for colleagues'.",
            ) from error
        new += take_in(desk_of(request), document, one.digest)
    return RedirectResponse(f"/academy/observe/result/{one.id}?added={new}#colleagues", 303)
