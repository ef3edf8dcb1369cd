"""What is kept of one copy: what was planted and what was found, as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from unspoken import records
from unspoken.bench.recovery.footage import ClassSpans
from unspoken.filing import Batch
from unspoken.spotting.events import Artefact, Event

__all__ = ["CopyResult", "Truth", "read_result", "write_result"]


@dataclass(frozen=True)
class Truth:
    """A movement as it was really planted.

    Parameters
    ----------
    recipe, family, part : str
        What, which kind of mix, which part of the face.
    kind : str
        micro or macro, by the engine's own rule applied to the planted times.
    units : dict of str to float
        Peak amplitude of every unit, parts of the basis' full displacement.
    onset_s, apex_s, offset_s : float
        Seconds.
    onset_frame, apex_frame, offset_frame : int
        The frames nearest to those times.
    peak_icd, duration_s, onset_share : float
        As planned.
    icd_px : float
        Size of the face there, pixels.
    measured_share : float
        Displacement measured back by another method, over the intended one at the apex frame.
    """

    recipe: str
    family: str
    part: str
    kind: str
    units: dict[str, float]
    onset_s: float
    apex_s: float
    offset_s: float
    onset_frame: int
    apex_frame: int
    offset_frame: int
    peak_icd: float
    duration_s: float
    onset_share: float
    icd_px: float
    measured_share: float


@dataclass(frozen=True)
class CopyResult:
    """What came of one copy.

    Parameters
    ----------
    plan : str
        Digest of the plan it belongs to.
    clip : str
        Key of the clip.
    number : int
        Of the copy; 0 is the untouched one.
    failure : str
        Why there is no result; "" when there is one.
    exposure_s : float
        Seconds in which the planted face was measured.
    class_exposure_s : dict of str to float
        The same by class of footage; untouched copy only.
    classes : ClassSpans
        Footage classes as read off the signals; untouched copy only.
    truths : tuple of Truth
    events : tuple of Event
        Found by the engine on the planted face, blinks too.
    artefacts : tuple of Artefact
        Of that face, and cuts.
    baseline : tuple of Event
        Found by the baseline.
    clock_error_s : float
        Largest difference between the times of source and copy, seconds.
    engine_s, baseline_s : float
        Seconds spent on measuring and spotting, and by the baseline; not for comparing runs.
    notes : tuple of str
    """

    plan: str
    clip: str
    number: int
    failure: str = ""
    exposure_s: float = 0.0
    class_exposure_s: dict[str, float] = field(default_factory=dict)
    classes: ClassSpans = ClassSpans()
    truths: tuple[Truth, ...] = ()
    events: tuple[Event, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    baseline: tuple[Event, ...] = ()
    clock_error_s: float = 0.0
    engine_s: float = 0.0
    baseline_s: float = 0.0
    notes: tuple[str, ...] = ()


def write_result(result: CopyResult, path: Path) -> None:
    """Save a result as JSON, whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    text = json.dumps(records.to_json(result), ensure_ascii=False, allow_nan=False)
    with Batch(path.parent) as batch:
        batch.add_bytes(path.name, (text + "\n").encode("utf-8", "backslashreplace"))


def read_result(path: Path, plan: str) -> CopyResult | None:
    """A result of the given plan; None where there is none or it cannot be read."""
    try:
        found: CopyResult = records.from_json(CopyResult, json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        return None
    return found if found.plan == plan else None
