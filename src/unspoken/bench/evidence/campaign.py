"""A run at the level of evidence: plan, copies in parallel processes, figures, tables, page.

The plan and its copies are made by the same means as in `unspoken.bench.recovery`. Traces of every
finished copy stay under OUT/evidence; a run that is started again goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unspoken.bench.evidence.figures import BackendFigures, Piece, sum_up_evidence
from unspoken.bench.evidence.measure import make_and_measure
from unspoken.bench.evidence.record import CopyEvidence, failed, read_evidence, write_evidence
from unspoken.bench.evidence.tally import noise_tally, planted_tally
from unspoken.bench.recovery.campaign import Campaign, Step, settle_plan
from unspoken.bench.recovery.footage import CLASSES, ClassSpans, classify_signals
from unspoken.bench.recovery.grid import Grid
from unspoken.bench.recovery.parallel import in_processes
from unspoken.bench.recovery.path import FacePath, follow_face
from unspoken.bench.recovery.plan import ClipFacts, ClipPlan, CopyPlan, Plan
from unspoken.bench.recovery.recipes import recipes
from unspoken.errors import InputError, OutputError, UnspokenError
from unspoken.settings import Settings
from unspoken.threads import single_threads

__all__ = ["EVIDENCE_GRID", "QUICK_EVIDENCE", "Evidence", "measure_evidence"]

#: Single units and one-sided ones in three sizes: what gain and cross-talk are read off.
EVIDENCE_GRID = Grid(
    peaks_icd=(0.02, 0.04, 0.08),
    micro_s=(0.2, 0.4),
    macro_peaks_icd=(),
    macro_s=(),
    onset_shares=(0.4, 0.5),
    recipes=("single", "one-sided"),
    per_cell=10,
)
#: A small one that tells whether the bench works.
QUICK_EVIDENCE = Grid(
    peaks_icd=(0.04,),
    micro_s=(0.3,),
    macro_peaks_icd=(),
    macro_s=(),
    onset_shares=(0.4,),
    recipes=("AU1", "AU4L", "AU12"),
    per_cell=3,
)


@dataclass(frozen=True)
class Evidence:
    """What a run gave.

    Parameters
    ----------
    plan : Plan
        What was planted.
    figures : tuple of BackendFigures
        Of every back end, all footage and every class.
    noise : dict of str to float
        Noise of the camera's pixels by clip, grey levels.
    exposure_s : dict of str to float
        Seconds of untouched footage by class.
    failures : tuple of (str, str)
        Copies without a result, and why.
    """

    plan: Plan
    figures: tuple[BackendFigures, ...]
    noise: dict[str, float]
    exposure_s: dict[str, float]
    failures: tuple[tuple[str, str], ...]


def measure_evidence(
    campaign: Campaign, backends: Sequence[str], step: Step | None = None
) -> Evidence:
    """Plan, plant, measure, sum up.

    Parameters
    ----------
    campaign : Campaign
        As of a recovery run; `baseline` is not used.
    backends : sequence of str
        Which are compared; the first is the one figures are mostly asked of.
    step : callable, optional
        Called after every finished step.

    Raises
    ------
    InputError
        If no clip can be used.
    UsageError
        If the folder holds another run.
    OutputError
        If it cannot be written to.
    """
    plan = settle_plan(campaign, step)
    jobs = [
        _Job(plan.digest, clip.facts, copy, tuple(backends), campaign.settings, _place(campaign))
        for clip in plan.clips
        for copy in clip.copies
    ]
    waiting = [job for job in jobs if read_evidence(job.target, job.mark) is None]
    done = len(jobs) - len(waiting)
    if step and done:
        step(done, len(jobs), "results of an earlier run")
    for finished, label in enumerate(in_processes(_work, waiting, campaign.workers), done + 1):
        if step:
            step(finished, len(jobs), label)
    found = [read_evidence(job.target, job.mark) for job in jobs]
    traces = {
        (job.facts.key, job.copy.number): one
        for job, one in zip(jobs, found, strict=True)
        if one is not None
    }
    return _summed(plan, traces, backends, campaign)


@dataclass(frozen=True)
class _Job:
    plan: str
    facts: ClipFacts
    copy: CopyPlan
    backends: tuple[str, ...]
    settings: Settings
    folder: Path

    @property
    def mark(self) -> str:
        """Names what the traces belong to: the plan and the back ends."""
        return f"{self.plan} {' '.join(self.backends)}"

    @property
    def target(self) -> Path:
        return self.folder / f"{self.facts.key}-{self.copy.number:03d}.npz"


def _place(campaign: Campaign) -> Path:
    return campaign.out / "evidence"


@lru_cache(maxsize=1)
def _path_of(clip: str, fps: float | None) -> FacePath:
    return follow_face(clip, fps)


def _work(job: _Job) -> str:
    """Carry out one job and save what came of it; give its label."""
    try:
        path = _path_of(job.facts.path, job.settings.fps)
        with single_threads():
            found = make_and_measure(job.facts, path, job.copy, job.backends, job.settings)
    except OutputError:
        raise
    except UnspokenError as error:
        found = failed(str(error))
    write_evidence(found, job.mark, job.target)
    name = "untouched" if job.copy.number == 0 else f"copy {job.copy.number}"
    return f"{job.facts.name}, {name}"


def _summed(
    plan: Plan,
    traces: dict[tuple[str, int], CopyEvidence],
    backends: Sequence[str],
    campaign: Campaign,
) -> Evidence:
    failures = [
        (f"{clip}-{n:03d}", one.failure) for (clip, n), one in traces.items() if one.failure
    ]
    good = {key: one for key, one in traces.items() if not one.failure}
    known = recipes()
    planted = {name: tuple(known[name].units) for name in plan.grid.recipes}
    sizes = sorted({cell.peak_icd for cell in plan.grid.cells})
    clips = [c for c in plan.clips if (c.facts.key, 0) in good]
    if not clips:
        reasons = "\n  ".join(f"{copy}: {reason}" for copy, reason in failures)
        raise InputError(f"No untouched copy could be measured:\n  {reasons}")
    spans = [_spans(c.facts, good[c.facts.key, 0], campaign.classes) for c in clips]
    figures: list[BackendFigures] = []
    for number, backend in enumerate(backends):
        pieces = [
            piece
            for index, (clip, classes) in enumerate(zip(clips, spans, strict=True))
            for piece in _pieces(index, clip, good, number, classes, (list(planted), sizes))
        ]
        spent = float(np.mean([one.work_ms[number] for one in good.values()]))
        figures += sum_up_evidence(backend, pieces, planted, sizes, spent, plan.seed)
    exposure: dict[str, float] = {}
    for clip, classes in zip(clips, spans, strict=True):
        times = good[clip.facts.key, 0].times_s
        for name in CLASSES:
            share = _inside(times, classes, name).mean() if times.size else 0.0
            exposure[name] = exposure.get(name, 0.0) + float(share) * clip.facts.duration_s
    noise = {c.facts.name: good[c.facts.key, 0].noise for c in clips}
    return Evidence(plan, tuple(figures), noise, exposure, tuple(failures))


def _spans(facts: ClipFacts, untouched: CopyEvidence, given: dict[str, ClassSpans]) -> ClassSpans:
    """Footage classes: as given, or read off the untouched copy's own signals."""
    for name in (facts.name, Path(facts.name).stem, "*"):
        if name in given:
            return given[name]
    columns = ("yaw_deg", "pitch_deg", "roll_deg", "mouth_opening")
    table = {name: untouched.head[:, i] for i, name in enumerate(columns)}
    return classify_signals(pl.DataFrame({"time_s": untouched.times_s, **table}).fill_nan(None))


def _inside(times: NDArray[np.float64], spans: ClassSpans, footage: str) -> NDArray[np.bool_]:
    return np.array([spans.at(t) == footage for t in times.tolist()], dtype=bool)


def _pieces(
    index: int,
    clip: ClipPlan,
    good: dict[tuple[str, int], CopyEvidence],
    backend: int,
    spans: ClassSpans,
    names: tuple[list[str], list[float]],
) -> list[Piece]:
    """Tallies of one clip by copy and class of footage."""
    untouched = good[clip.facts.key, 0]
    found = []
    for footage in CLASSES:
        inside = _inside(untouched.times_s, spans, footage)
        noise = noise_tally(untouched, backend, inside, len(names[0]), len(names[1]))
        if noise.frames:
            found.append(Piece(index, 0, footage, noise))
        for copy in clip.copies[1:]:
            own = [p for p in copy.plantings if spans.of(p.interval) == footage]
            if own and (clip.facts.key, copy.number) in good:
                one = good[clip.facts.key, copy.number]
                tally = planted_tally(one, untouched, backend, own, *names)
                found.append(Piece(index, copy.number, footage, tally))
    return found
