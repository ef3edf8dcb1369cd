"""What a drill in the browser asks for: blocks, rounds, and a place to leave answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from unspoken.server.state import desk_of
from unspoken.store.models import Trial

__all__ = ["router"]

router = APIRouter(prefix="/api/academy")
#: More answers at once than a block can have are a mistake.
_MOST = 500
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Said = Literal[
    "happiness", "surprise", "fear", "anger", "disgust", "sadness", "contempt", "none", "something"
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class BlockWanted(_Strict):
    """Which block to open, and the rate of the display it will be shown on."""

    task: str
    purpose: str
    level: str
    refresh_hz: float


class AnswerGiven(_Strict):
    """One answered trial."""

    id: Id
    response: Said
    region: Literal["brow", "eye", "nose", "mouth"] | None = None
    when_s: Annotated[float, Field(ge=0, le=60)] | None = None
    confidence: Annotated[int, Field(ge=1, le=4)] | None = None
    rt_s: Annotated[float, Field(ge=0, le=86400)] | None = None
    shown_frames: Annotated[int, Field(ge=0, le=10000)]
    flags: list[Literal["late", "hidden"]] = []


class AnswersGiven(_Strict):
    """Answers of one block, in any order, some perhaps sent before."""

    answers: Annotated[list[AnswerGiven], Field(max_length=_MOST)]


@router.post("/blocks")
def open_block(request: Request, wanted: BlockWanted) -> dict[str, Any]:
    """Open a block, or resume the one that was left."""
    desk = desk_of(request)
    block = desk.open_block(wanted.task, wanted.purpose, wanted.level, wanted.refresh_hz)
    return {"id": block, **desk.progress(block)}


@router.post("/blocks/{block}/rounds")
def next_round(request: Request, block: Id) -> dict[str, Any]:
    """The next trials; none when the block is over."""
    desk = desk_of(request)
    trials = [_trial(trial) for trial in desk.next_round(block)]
    return {"trials": trials, **desk.progress(block)}


@router.post("/blocks/{block}/answers")
def record(request: Request, block: Id, given: AnswersGiven) -> dict[str, Any]:
    """Take answers; those known already are passed over."""
    desk = desk_of(request)
    new = desk.record(block, [answer.model_dump() for answer in given.answers])
    return {"new": new, **desk.progress(block)}


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "id": trial.id,
        "truth": trial.truth,
        "catch": trial.catch,
        "refresh_hz": trial.refresh_hz,
        "onset_frame": trial.onset_frame,
        "planned_frames": trial.planned_frames,
        "total_frames": trial.total_frames,
        "scene": trial.scene,
        "apex": trial.apex,
    }
