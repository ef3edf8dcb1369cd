"""What an engine knows at the end, gathered into an analysis."""

from __future__ import annotations

import math
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from numpy.typing import NDArray

from unspoken.analysis import Analysis, FaceSummary, Quality, Sensitivity
from unspoken.engine import CustomerFace, Engine
from unspoken.face.weights import FACE_BUNDLE, HAND_BUNDLE
from unspoken.facs.basis import load_basis
from unspoken.facs.units import UNIT_INDEX, UNIT_KEYS
from unspoken.media.facts import ClockFacts, SourceFacts
from unspoken.spotting.events import Artefact, Event
from unspoken.timing import Interval

__all__ = ["FacePlaces", "collect_places", "software_versions", "summarise"]

#: Good footage has at least this many pixels between the inner eye corners.
_GOOD_ICD_PX = 40.0
#: Brightness steps at block borders over those elsewhere, from which blocks are visible.
_BLOCKY = 1.3
#: Share of pictures that repeat the one before, from which the clock alone says too much.
_REPEATING = 0.05
#: Share of the time in view without a measurement that is worth a sentence.
_MUCH_LOST = 0.1
_GAP_WORDS = {
    "pose": "the head is turned too far",
    "occluded": "the face is covered",
    "blurred": "the picture is blurred",
    "too_small": "the face is too small",
    "cut": "the camera cuts",
}
_PARTS = (
    ("unspoken", "unspoken"),
    ("numpy", "numpy"),
    ("opencv", "opencv-python-headless"),
    ("pyav", "av"),
    ("litert", "ai-edge-litert"),
    ("earshot", "earshot"),
    ("scipy", "scipy"),
)


@dataclass(frozen=True, slots=True)
class FacePlaces:
    """Where one measured face was in every picture.

    Parameters
    ----------
    frames : ndarray of int64, shape (n,)
        Frame indices, rising.
    transforms : ndarray of float32, shape (n, 2, 3)
        From crop pixels to picture pixels (`unspoken.motion.crop.crop_transform`).
    size : int
        Side of that crop, pixels.
    """

    frames: NDArray[np.int64]
    transforms: NDArray[np.float32]
    size: int

    def at(self, frame: int, within: float = math.inf) -> NDArray[np.float64] | None:
        """The transform at a frame or the nearest one known; None where none is so near."""
        if not self.frames.size:
            return None
        index = int(np.searchsorted(self.frames, frame))
        near = [i for i in (index - 1, index) if 0 <= i < self.frames.size]
        best = min(near, key=lambda i: abs(int(self.frames[i]) - frame))
        if abs(int(self.frames[best]) - frame) > within:
            return None
        return np.asarray(self.transforms[best], dtype=np.float64)


def collect_places(engine: Engine) -> dict[int, FacePlaces]:
    """Places of every measured face, by track number."""
    size = engine.settings.crop_px
    return {
        face_id: FacePlaces(
            np.array(customer.frames, np.int64),
            np.array(customer.transforms, np.float32).reshape(-1, 2, 3),
            size,
        )
        for face_id, customer in engine.customers.items()
    }


def software_versions() -> dict[str, str]:
    """Versions of everything a result depends on, and the digests of the weights."""
    found = {
        "python": platform.python_version(),
        "weights_sha256": FACE_BUNDLE.sha256,
        "hand_weights_sha256": HAND_BUNDLE.sha256,
    }
    for name, package in _PARTS:
        try:
            found[name] = version(package)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def summarise(
    engine: Engine,
    source: SourceFacts,
    clock: ClockFacts,
    events: Sequence[Event],
    notes: Sequence[str],
    partial: bool,
) -> Analysis:
    """Gather an engine's findings.

    Parameters
    ----------
    engine : Engine
        After `Engine.finish`.
    source, clock
        Facts of the source, complete.
    events : sequence of Event
        All events the engine gave out.
    notes : sequence of str
        Sentences about the source.
    partial : bool
        The run was stopped before the end of the source.
    """
    ordered = _numbered(sorted(events, key=lambda e: (e.onset_s, e.face_id, e.apex_s)))
    artefacts = [
        a
        for c in engine.customers.values()
        for a in c.spotter.artefacts
        if a.kind != "cut" or not any(a.interval.contains(t) for t in engine.cuts_s)
    ]
    artefacts += [Artefact("cut", 0, Interval(t, t)) for t in engine.cuts_s]
    faces = tuple(_face(engine, face_id) for face_id in sorted(engine.tracks))
    stopped = ["The analysis was stopped before the end of the source."] if partial else []
    return Analysis(
        source=source,
        clock=clock,
        settings=engine.settings,
        faces=faces,
        events=tuple(ordered),
        artefacts=tuple(sorted(artefacts, key=lambda a: (a.interval.start_s, a.kind))),
        quality=_quality(engine, clock),
        sensitivity=_sensitivity(engine),
        software=software_versions(),
        timings_s={},
        partial=partial,
        notes=(*notes, *stopped),
    )


def _numbered(events: Iterable[Event]) -> list[Event]:
    """Events with identifiers in order of onset: "1-1", "1-2" ... for face 1."""
    count: Counter[int] = Counter()
    numbered = []
    for event in events:
        count[event.face_id] += 1
        name = f"{event.face_id}-{count[event.face_id]}"
        numbered.append(replace(event, event_id=name))
    return numbered


def _median(values: Iterable[float]) -> float:
    finite = np.array([v for v in values if np.isfinite(v)])
    return float(np.median(finite)) if finite.size else float("nan")


def _face(engine: Engine, face_id: int) -> FaceSummary:
    log = engine.tracks[face_id]
    customer = engine.customers.get(face_id)
    shared = (face_id, engine.role_of(face_id), log.first_s, log.last_s, log.seen_s)
    if customer is None:
        nan = float("nan")
        return FaceSummary(*shared, measured_s=0.0, icd_px=nan, yaw_deg=nan, pitch_deg=nan)
    return FaceSummary(
        *shared,
        measured_s=customer.measured_s,
        icd_px=_median(customer.icd_px),
        yaw_deg=_median(customer.yaw_deg),
        pitch_deg=_median(customer.pitch_deg),
        gaps_s=dict(sorted(customer.gaps_s.items())),
        unmeasured_s={
            key: float(seconds)
            for key, seconds in zip(UNIT_KEYS, customer.unmeasured_s, strict=True)
            if seconds > 0.0
        },
    )


def _quality(engine: Engine, clock: ClockFacts) -> Quality:
    customers = list(engine.customers.values())
    icd = _median([v for c in customers for v in c.icd_px])
    figures = np.array([c.stream.meter.medians() for c in customers]).reshape(-1, 3)
    noise, width, blocks = (_median(list(column)) for column in figures.T)
    return Quality(icd, noise, width, blocks, tuple(_quality_notes(customers, clock, icd, blocks)))


def _quality_notes(
    customers: Sequence[CustomerFace], clock: ClockFacts, icd: float, blocks: float
) -> list[str]:
    """What the figures mean for what could be seen, in plain sentences."""
    notes = _clock_notes(clock)
    if np.isfinite(icd) and icd < _GOOD_ICD_PX:
        notes.append(
            f"The face is small: {icd:.0f} pixels between the inner eye corners, where "
            f"{_GOOD_ICD_PX:.0f} or more are recommended. Fine movements may be missed."
        )
    if np.isfinite(blocks) and blocks > _BLOCKY:
        notes.append("Strong compression: block edges are visible on the face and hide detail.")
    return notes + _loss_notes(customers) + _hand_notes(customers)


def _clock_notes(clock: ClockFacts) -> list[str]:
    notes = []
    if not clock.micro_possible:
        notes.append(
            f"At {clock.median_rate_hz:.3g} pictures a second micro-expressions cannot be timed: "
            "only macro-expressions were looked for. 25 or more a second are needed."
        )
    if clock.missing_frames:
        notes.append(
            f"Missing pictures: about {clock.missing_frames}, gaps: {len(clock.gaps)}. Nothing can "
            "be said about these instants."
        )
    if clock.duplicate_frames >= clock.frames - 1:
        notes.append("All pictures are equal: a still picture, or nothing moves at all.")
    elif clock.duplicate_frames > _REPEATING * clock.frames:
        share = clock.duplicate_frames / clock.frames
        notes.append(
            f"{share:.0%} of the pictures repeat the one before: what moves is seen about "
            f"{clock.median_rate_hz * (1.0 - share):.3g} times a second."
        )
    if clock.variable_rate:
        notes.append("The picture rate varies; every picture was used at its own time.")
    return notes


def _loss_notes(customers: Sequence[CustomerFace]) -> list[str]:
    """How much of the time in view could not be measured, and mostly why."""
    lost: dict[str, float] = {}
    for customer in customers:
        for gap, seconds in customer.gaps_s.items():
            if gap != "no_face":
                lost[gap] = lost.get(gap, 0.0) + seconds
    measured, total = sum(c.measured_s for c in customers), sum(lost.values())
    if total <= _MUCH_LOST * (measured + total):
        return []
    reason = _GAP_WORDS[max(lost, key=lambda gap: lost[gap])]
    if not measured:
        return [f"Nothing could be measured: {reason}. So nothing could have been found."]
    share = total / (measured + total)
    return [
        f"For {share:.0%} of the time in view the face could not be measured (mostly: {reason})."
    ]


def _hand_notes(customers: Sequence[CustomerFace]) -> list[str]:
    """How long a hand was before part of the face, when that is worth a sentence."""
    partly, measured = (sum(getattr(c, n) for c in customers) for n in ("partly_s", "measured_s"))
    if not partly or partly < _MUCH_LOST * measured:
        return []
    return [
        f"For {partly / measured:.0%} of the measured time a hand was before part of the face. "
        "What was behind it was not measured; nothing can be said of it."
    ]


def _sensitivity(engine: Engine) -> tuple[Sensitivity, ...]:
    peak = load_basis().peak_icd[:, 0]
    found = []
    for face_id, customer in sorted(engine.customers.items()):
        for least in customer.spotter.sensitivity():
            displacement = least.amplitude * float(peak[UNIT_INDEX[least.unit]])
            found.append(
                Sensitivity(face_id, least.unit, least.duration_s, least.amplitude, displacement)
            )
    return tuple(found)
