"""What the tests of the recovery bench share: plantings, clip facts, a still face, events."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tests.clips import SIZE, simulator
from unspoken.bench.recovery.course import Planting
from unspoken.bench.recovery.encoding import Encoding
from unspoken.bench.recovery.path import FacePath
from unspoken.bench.recovery.plan import ClipFacts
from unspoken.bench.recovery.recipes import recipes
from unspoken.bench.recovery.results import Truth
from unspoken.bench.simulate import Script
from unspoken.media.frame import Frame
from unspoken.spotting.events import Event

ENCODING = Encoding("libx264", ".mp4", 20, (1, 25), (25, 1), 0, True, float("nan"), float("nan"))


def planting(
    recipe: str = "AU1",
    onset_s: float = 1.0,
    duration_s: float = 0.4,
    peak_icd: float = 0.05,
    hold_share: float = 0.0,
) -> Planting:
    """A movement with usual shares."""
    units = dict(recipes()[recipe].units)
    return Planting(recipe, units, onset_s, duration_s, 0.4, hold_share, peak_icd, seed=5)


def facts(seconds: float = 20.0, rate_hz: float = 25.0, sha256: str = "ab" * 32) -> ClipFacts:
    """A clip with a face from its first to its last second."""
    return ClipFacts(
        key="01-clip",
        name="clip.mp4",
        path="clip.mp4",
        sha256=sha256,
        width=SIZE[0],
        height=SIZE[1],
        frames=round(seconds * rate_hz),
        duration_s=seconds,
        rate_hz=rate_hz,
        icd_px=44.0,
        usable=((0.5, seconds - 0.5),),
        encoding=ENCODING,
    )


@lru_cache(maxsize=1)
def portrait_frame() -> Frame:
    """The portrait as a frame; all three planes show the same grey picture, colour at half size."""
    rgb = simulator().render(Script(), 0.0)
    grey: NDArray[np.uint8] = rgb.mean(axis=2).astype(np.uint8)
    h, w = grey.shape
    half = grey.reshape(h // 2, 2, w // 2, 2).mean(axis=(1, 3))
    colour = np.rint(half).astype(np.uint8)
    return Frame(0, 0.0, grey, (colour, colour.copy()))


@lru_cache(maxsize=1)
def portrait_path() -> FacePath:
    """The portrait's mesh, the same in every frame of six seconds."""
    times = np.arange(150) / 25.0
    points = np.broadcast_to(simulator().warp.points.astype(np.float32), (150, 478, 3))
    still = np.zeros(150)
    return FacePath(times, points, (slice(0, 150),), (), SIZE, still, still)


def at(frame: Frame, index: int) -> Frame:
    """The same picture as another frame of the path."""
    return replace(frame, index=index, time_s=index / 25.0)


def event(
    onset_s: float,
    offset_s: float,
    kind: Literal["micro", "macro", "blink"] = "micro",
    units: tuple[str, ...] = ("AU1L", "AU1R"),
    alarms_per_min: float = 0.1,
) -> Event:
    """A found movement at 25 pictures a second."""
    apex_s = 0.5 * (onset_s + offset_s)
    frames = [round(25 * t) for t in (onset_s, apex_s, offset_s)]
    return Event(
        1,
        kind,
        *(onset_s, apex_s, offset_s),
        *(frames[0], frames[1], frames[2]),
        dict.fromkeys(units, 0.3),
        5.0,
        alarms_per_min,
    )


def truth(
    onset_s: float, duration_s: float, peak_icd: float = 0.04, measured: float = 1.0
) -> Truth:
    """A planted movement at 25 pictures a second."""
    apex_s = onset_s + 0.5 * duration_s
    end_s = onset_s + duration_s
    return Truth(
        *("AU1", "single", "upper", "micro" if duration_s <= 0.5 else "macro"),
        {"AU1L": 0.2, "AU1R": 0.2},
        *(onset_s, apex_s, end_s),
        *(round(25 * onset_s), round(25 * apex_s), round(25 * end_s)),
        *(peak_icd, duration_s, 0.5, 44.0, measured),
    )
