"""Every setting of the engine in one table.

All of them have defaults that work; all are recorded in ``analysis.json``. Constants are in
seconds, Hz, degrees or inter-canthal distances, never in frames or raw pixels (except the side of
the crop, which is the resolution the measurement works at).
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Settings"]


class Settings(BaseModel):
    """What can be chosen about an analysis."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: dict[str, Literal["customer", "staff", "bystander", "unknown"]] = Field(
        default_factory=dict,
        description="Who is who: a track number or `left`/`right`/`all`, and its role. "
        "Only customers are measured.",
    )
    fps: float | None = Field(
        default=None, gt=0, le=1000, description="Pictures a second of an image sequence, Hz."
    )
    backend: Literal["direct", "flow", "farneback", "points"] = Field(
        default="direct", description="How displacement is measured."
    )
    crop_px: int = Field(
        default=160, ge=80, le=320, description="Side of the aligned face picture, pixels."
    )
    false_alarms_per_min: float = Field(
        default=0.5,
        gt=0,
        le=60,
        description="Micro- and macro-expressions expected per minute from noise, talk and head "
        "movement alone; sets the threshold.",
    )
    protocol: Literal["onset", "strict"] = Field(
        default="onset",
        description="`onset`: micro means onset to apex at most 0.3 s or total at most 0.5 s; "
        "`strict`: total at most 0.5 s.",
    )
    max_faces: int = Field(default=4, ge=1, le=16, description="Faces followed at the same time.")
    mesh_interval_s: float = Field(
        default=0.3, gt=0, le=1.0, description="Longest time between mesh runs on a calm face, s."
    )
    max_yaw_deg: float = Field(
        default=35.0, gt=0, le=90, description="Beyond this turn nothing is measured, degrees."
    )
    max_pitch_deg: float = Field(
        default=30.0, gt=0, le=90, description="Beyond this nod nothing is measured, degrees."
    )
    sound: bool = Field(
        default=True,
        description="Listen to the sound track, if there is one, to tell when somebody speaks.",
    )
    report: bool = Field(default=True, description="Write report.html.")
