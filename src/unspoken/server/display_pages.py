"""Checking a display: whether this machine shows trials exactly as planned, before it matters."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from unspoken.academy.levels import LEVELS, level_named
from unspoken.academy.records import course_state
from unspoken.academy.rehearsal import plan_rehearsal
from unspoken.academy.rounds import TASKS
from unspoken.errors import UsageError
from unspoken.server.pages import page
from unspoken.server.state import desk_of

__all__ = ["router"]

router = APIRouter()


class RehearsalWanted(BaseModel):
    """Which trials to show, on a display of which rate."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    task: str
    level: str
    refresh_hz: Annotated[float, Field(ge=24, le=500)]
    count: Annotated[int, Field(ge=1, le=60)]
    seed: Annotated[int, Field(ge=0, le=2**31)] = 0


@page(router, "/academy/display", "display.html")
def display(request: Request) -> dict[str, Any]:
    """The page that checks the display."""
    desk = desk_of(request)
    return {
        "tasks": list(TASKS),
        "levels": [[level.name, level.title] for level in LEVELS],
        "face": desk.cast.training[0],
        "notice_read": course_state(desk)["notice_read"],
    }


@router.post("/api/academy/rehearsal")
def rehearsal(request: Request, wanted: RehearsalWanted) -> dict[str, Any]:
    """Trials to show without asking; nothing about them is stored."""
    desk = desk_of(request)
    if wanted.task not in TASKS or wanted.level not in {level.name for level in LEVELS}:
        raise UsageError(
            f"There is no level {wanted.level!r} of {wanted.task!r}.",
            "Start from the page that checks the display.",
        )
    planned = plan_rehearsal(
        wanted.task,
        level_named(wanted.level),
        desk.cast.training,
        wanted.refresh_hz,
        wanted.count,
        np.random.default_rng(wanted.seed),
    )
    return {
        "trials": [
            {
                "scene": trial.stimulus.scene.to_json(),
                "refresh_hz": wanted.refresh_hz,
                "onset_frame": trial.stimulus.onset_frame,
                "planned_frames": trial.stimulus.target_frames,
                "total_frames": trial.stimulus.total_frames,
            }
            for trial in planned
        ]
    }
