"""Make one copy of a clip, planted or not, analyse it, and keep what was found.

The copy itself lives in a temporary folder for as long as that takes.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from unspoken.bench.baselines.registry import BaselineRun
from unspoken.bench.recovery.encoding import encode
from unspoken.bench.recovery.footage import ClassSpans, classify_signals
from unspoken.bench.recovery.path import FacePath
from unspoken.bench.recovery.plan import ClipFacts, CopyPlan
from unspoken.bench.recovery.planter import Planter, Rooted
from unspoken.bench.recovery.recipes import part_of, recipes
from unspoken.bench.recovery.results import CopyResult, Truth
from unspoken.bench.recovery.verify import measured_share
from unspoken.bench.warp import personal_fields
from unspoken.errors import InputError
from unspoken.face.tracks import FaceTracker
from unspoken.facs.basis import load_basis
from unspoken.facs.units import UNIT_KEYS
from unspoken.media.frame import Frame
from unspoken.media.source import open_source
from unspoken.pipeline import Run, run
from unspoken.settings import Settings
from unspoken.signals import SignalsTable
from unspoken.spotting.decide import classify
from unspoken.spotting.events import Event
from unspoken.timing import nearest_index

__all__ = ["PlantedFrames", "make_and_analyse"]

#: A found face is the planted one if it is this near in the median, ICD.
_SAME_FACE_ICD = 1.0


class PlantedFrames:
    """The frames of a clip with everything planted, and what is learned on the way.

    Parameters
    ----------
    facts, path, copy
        The clip, its face, and what to plant.
    settings : Settings
        For the rate of a folder of pictures.
    """

    def __init__(self, facts: ClipFacts, path: FacePath, copy: CopyPlan, settings: Settings):
        basis = load_basis()
        self._facts, self._settings = facts, settings
        self.fields = personal_fields(basis, copy.deviation, copy.seed)
        self._planter = Planter(path, basis, self.fields)
        self.rooted = [self._planter.root(planting) for planting in copy.plantings]
        self.measured = [float("nan")] * len(self.rooted)
        self.times_s: list[float] = []

    def __iter__(self) -> Iterator[Frame]:
        with open_source(self._facts.path, fps=self._settings.fps) as source:
            for frame in source:
                self.times_s.append(frame.time_s)
                yield self._planted(frame)

    def _planted(self, frame: Frame) -> Frame:
        now = [(i, r) for i, r in enumerate(self.rooted) if _inside(r, frame.time_s)]
        if not now:
            return frame
        # Planted movements never overlap, so at most one is going on.
        index, rooted = now[0]
        amplitudes = rooted.amplitudes(frame.time_s)
        planted = self._planter.apply(frame, amplitudes)
        if frame.index == rooted.apex_frame and np.any(amplitudes):
            place = self._planter.displacement(frame.index, amplitudes)
            self.measured[index] = measured_share(frame.luma, planted.luma, *place)
        return planted


def _inside(rooted: Rooted, time_s: float) -> bool:
    return rooted.planting.interval.contains(time_s)


def make_and_analyse(
    plan: str,
    facts: ClipFacts,
    path: FacePath,
    copy: CopyPlan,
    settings: Settings,
    baseline: str = "",
    keep: Path | None = None,
) -> CopyResult:
    """Make a copy, run the engine and, where asked, a baseline on it.

    Parameters
    ----------
    plan : str
        Digest of the plan.
    facts, path, copy
        The clip, its face, and what to plant.
    settings : Settings
        Of the engine.
    baseline : str
        Name in `unspoken.bench.baselines.registry.BASELINES`; "" for none.
    keep : Path, optional
        Folder to keep the copy in.

    Returns
    -------
    CopyResult

    Raises
    ------
    InputError, OutputError
        If the clip cannot be read any more or the copy not be written.
    """
    settings = settings.model_copy(update={"role": {"all": "customer"}, "fps": None})
    with tempfile.TemporaryDirectory(prefix="unspoken-") as folder:
        place = Path(keep or folder) / f"{facts.key}-{copy.number:03d}{facts.encoding.suffix}"
        frames = PlantedFrames(facts, path, copy, settings)
        encode(frames, place, facts.encoding)
        if len(frames.times_s) != facts.frames:
            raise InputError(
                f"{facts.path}: has {len(frames.times_s)} pictures, had {facts.frames} when the "
                "run was planned.",
                "Start again in another folder.",
            )
        return _analysed(plan, facts, path, copy, settings, baseline, place, frames)


def _analysed(
    plan: str,
    facts: ClipFacts,
    path: FacePath,
    copy: CopyPlan,
    settings: Settings,
    baseline: str,
    place: Path,
    frames: PlantedFrames,
) -> CopyResult:
    table = SignalsTable()
    # Copies are worked on side by side already: no further process for reading.
    done = run(place, settings, table, in_process=True)
    if done.analysis.partial:
        # The engine makes the best of a run that is stopped; half a copy is no result here.
        raise KeyboardInterrupt
    ours = _planted_face(done, path)
    signals = table.frame()
    result = CopyResult(
        plan=plan,
        clip=facts.key,
        number=copy.number,
        exposure_s=round(sum(f.measured_s for f in done.analysis.faces if f.face_id in ours), 4),
        truths=tuple(
            _truth(rooted, share, path, settings)
            for rooted, share in zip(frames.rooted, frames.measured, strict=True)
        ),
        events=tuple(e for e in done.analysis.events if e.face_id in ours),
        artefacts=tuple(a for a in done.analysis.artefacts if a.face_id in {0, *ours}),
        clock_error_s=_clock_error(frames.times_s, done.frame_times_s),
        engine_s=round(sum(done.analysis.timings_s[k] for k in ("motion", "spotting")), 3),
        notes=() if ours else ("The planted face was not measured in this copy.",),
    )
    if copy.number == 0:
        own = signals.filter(signals["face_id"].is_in(sorted(ours))).sort("time_s")
        spans = classify_signals(own)
        exposure = _class_exposure(own.filter(own["gap"] == "")["time_s"].to_list(), spans)
        result = replace(result, classes=spans, class_exposure_s=exposure)
    if baseline:
        began = time.perf_counter()
        spent, found = _run_baseline(baseline, place, settings)
        result = replace(
            result,
            baseline=tuple(e for e in found if e.face_id in ours),
            baseline_s=round(min(spent, time.perf_counter() - began), 3),
        )
    return result


def _class_exposure(times_s: Sequence[float], spans: ClassSpans) -> dict[str, float]:
    """Seconds of measured time by class."""
    times = np.array(times_s)
    if times.size < 2:
        return {}
    steps = np.diff(times, prepend=times[0])
    steps = np.where(steps > 0.25, 0.25, steps)
    found: dict[str, float] = {}
    for time_s, step in zip(times.tolist(), steps.tolist(), strict=True):
        name = spans.at(time_s)
        found[name] = found.get(name, 0.0) + step
    return {name: round(seconds, 4) for name, seconds in sorted(found.items())}


def _planted_face(done: Run, path: FacePath) -> set[int]:
    """Track numbers, in the copy, of the face that was planted on."""
    found = set()
    for face_id, places in done.places.items():
        apart = []
        for frame, transform in zip(places.frames[::5], places.transforms[::5], strict=True):
            mesh = path.points[min(int(frame), len(path.points) - 1)]
            if np.isfinite(mesh[0, 0]):
                middle = transform.astype(np.float64) @ [places.size / 2, places.size / 2, 1.0]
                apart.append(float(np.linalg.norm(middle - mesh[:468, :2].mean(axis=0))))
        if apart and np.median(apart) < _SAME_FACE_ICD * path.icd_px:
            found.add(face_id)
    return found


def _clock_error(source: Sequence[float], copy: Sequence[float]) -> float:
    if len(source) != len(copy):
        return float("inf")
    return float(np.abs(np.subtract(source, copy)).max())


def _truth(rooted: Rooted, share: float, path: FacePath, settings: Settings) -> Truth:
    planting = rooted.planting
    span = planting.interval
    rate_hz = max(path.rate_hz, 20.0)  # what was planted does not depend on the clip's rate
    kind = classify(span.start_s, rooted.apex_s, span.end_s, settings.protocol, rate_hz)
    peak = np.abs(rooted.amplitudes(rooted.apex_s))
    return Truth(
        recipe=planting.recipe,
        family=recipes()[planting.recipe].family,
        part=part_of(planting.units),
        kind=kind or "micro",
        units={k: round(float(a), 5) for k, a in zip(UNIT_KEYS, peak, strict=True) if a > 0},
        onset_s=span.start_s,
        apex_s=round(rooted.apex_s, 5),
        offset_s=round(span.end_s, 5),
        onset_frame=nearest_index(path.times_s, span.start_s),
        apex_frame=rooted.apex_frame,
        offset_frame=nearest_index(path.times_s, span.end_s),
        peak_icd=planting.peak_icd,
        duration_s=planting.duration_s,
        onset_share=planting.onset_share,
        icd_px=round(rooted.icd_px, 2),
        measured_share=round(share, 4),
    )


def _run_baseline(name: str, place: Path, settings: Settings) -> tuple[float, list[Event]]:
    """A baseline's events on a copy, and the seconds spent in it alone."""
    tracker, baseline, spent = FaceTracker(settings), BaselineRun(name), 0.0
    with open_source(place) as source:
        for frame in source:
            faces = tracker.push(frame)
            began = time.perf_counter()
            baseline.push(frame, faces)
            spent += time.perf_counter() - began
    began = time.perf_counter()
    found = baseline.finish()
    return spent + time.perf_counter() - began, found
