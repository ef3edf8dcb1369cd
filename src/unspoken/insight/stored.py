"""What insight takes from the files of a result; other keys are passed over undecoded."""

from __future__ import annotations

from typing import ClassVar

import msgspec

__all__ = ["Analysis", "Context", "Moment", "Moments", "Signal", "Source"]


class Source(msgspec.Struct, gc=False):
    """Which recording."""

    path: str
    sha256: str = ""


class Analysis(msgspec.Struct, gc=False):
    """The part of ``analysis.json`` that is needed."""

    SCHEMA: ClassVar[str] = "unspoken.analysis"
    NEWEST: ClassVar[int] = 1
    source: Source
    schema: str = ""
    schema_version: int = 1
    software: dict[str, str] = {}
    partial: bool = False


class _Segment(msgspec.Struct, gc=False):
    kind: str
    label: str
    start_s: float
    end_s: float
    tags: dict[str, str] = {}


class _Timeline(msgspec.Struct):
    segments: list[_Segment] = []


class Context(msgspec.Struct):
    """The part of ``context.json`` that is needed; empty where there is no such file."""

    SCHEMA: ClassVar[str] = "unspoken.context"
    NEWEST: ClassVar[int] = 1
    schema: str = ""
    schema_version: int = 1
    timeline: _Timeline = msgspec.field(default_factory=_Timeline)
    customer: str = ""
    tags: dict[str, str] = {}
    outcomes: dict[str, float | str | bool | None] = {}


class Signal(msgspec.Struct, gc=False):
    """What a moment may mean for service."""

    kind: str
    strength: float | None = 0.0
    response: str = ""


class Moment(msgspec.Struct, gc=False):
    """One moment of ``moments.json``, as far as it is needed."""

    moment_id: str
    face_id: int
    kind: str
    start_s: float
    apex_s: float
    end_s: float
    action_units: dict[str, float | None] = {}
    emotions: dict[str, float | None] = {}
    reading: str = ""
    said: str = ""
    rarity: float | None = None
    signals: list[Signal] = []
    flags: list[str] = []


class _Playbook(msgspec.Struct, gc=False):
    name: str = ""
    version: str | int | float = ""


class Moments(msgspec.Struct):
    """The part of ``moments.json`` that is needed."""

    SCHEMA: ClassVar[str] = "unspoken.moments"
    NEWEST: ClassVar[int] = 1
    moments: list[Moment]
    exposure: dict[str, list[tuple[float, float]]]
    unmeasured: dict[str, dict[str, list[tuple[float, float]]]] = {}
    schema: str = ""
    schema_version: int = 1
    playbook: _Playbook = msgspec.field(default_factory=_Playbook)
