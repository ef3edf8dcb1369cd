"""What the watching page sends: that it began, the marks, the guesses."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from unspoken.academy.observations import Mark, Observed, begin, keep_guesses, keep_marks
from unspoken.server.observe_pages import span_of
from unspoken.server.state import desk_of, showings_of

__all__ = ["router"]

router = APIRouter(prefix="/api/academy/observations")
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Wanted(_Strict):
    """Which interaction, and which part of it."""

    showing: Annotated[str, Field(max_length=80)]
    start_s: float | None = None
    end_s: float | None = None


class Guesses(_Strict):
    """What every mark was taken for, in order of time."""

    marks: Annotated[list[Mark], Field(max_length=300)]


@router.post("")
def start(request: Request, wanted: Wanted) -> dict[str, str]:
    """Somebody starts to watch."""
    span = span_of(wanted.start_s, wanted.end_s)
    showing = showings_of(request).open(wanted.showing, span)
    return {"id": begin(desk_of(request), showing, span)}


@router.post("/{observation}/marks")
def marks(request: Request, observation: Id, found: Observed) -> dict[str, int]:
    """It was shown to its end."""
    keep_marks(desk_of(request), observation, found)
    return {"marks": len(found.marks)}


@router.post("/{observation}/guesses")
def guesses(request: Request, observation: Id, found: Guesses) -> dict[str, int]:
    """What the marks were taken for."""
    keep_guesses(desk_of(request), observation, found.marks)
    return {"marks": len(found.marks)}
