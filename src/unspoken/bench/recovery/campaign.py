"""A recovery run from clips to figures: plan, copies in parallel processes, tables, page.

Whatever is finished stays on disk under OUT/copies, one file per copy. A run that is started again
with the same clips and the same choices reads its plan and goes on; one with others is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from unspoken import __version__
from unspoken.bench.recovery.copies import make_and_analyse
from unspoken.bench.recovery.footage import ClassSpans
from unspoken.bench.recovery.grid import Grid
from unspoken.bench.recovery.parallel import in_processes
from unspoken.bench.recovery.path import FacePath, follow_face
from unspoken.bench.recovery.plan import (
    ClipFacts,
    ClipPlan,
    CopyPlan,
    Plan,
    Skipped,
    plan_clip,
    read_plan,
    write_plan,
)
from unspoken.bench.recovery.results import CopyResult, read_result, write_result
from unspoken.bench.recovery.survey import clip_keys, survey_clip
from unspoken.errors import InputError, OutputError, UnspokenError, UsageError
from unspoken.settings import Settings
from unspoken.threads import single_threads

__all__ = ["Campaign", "Step", "run_copies", "settle_plan"]

PLAN_NAME = "plan.json"
#: Called after every finished step: steps done, steps in all, what was done.
Step = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Campaign:
    """What the user asked for.

    Parameters
    ----------
    clips : tuple of str
        Video files or folders of pictures.
    out : Path
        Folder for plan, results, tables and page.
    grid : Grid
        What is planted.
    seed : int
        The same seed gives the same plan.
    settings : Settings
        Of the engine.
    workers : int
        Processes at the same time; 1 works in this one.
    baseline : str
        Name of a baseline to run on the same copies; "" for none.
    most_copies : int or None
        Planted copies per clip at most.
    crf : int or None
        Quality of copies instead of the source's.
    classes : dict of str to ClassSpans
        Footage classes by file name; "*" is for all clips not named. Empty: read off the signals.
    keep_copies : bool
        Keep the copies under OUT/clips.
    """

    clips: tuple[str, ...]
    out: Path
    grid: Grid
    seed: int = 0
    settings: Settings = field(default_factory=lambda: Settings(report=False))
    workers: int = 1
    baseline: str = ""
    most_copies: int | None = None
    crf: int | None = None
    classes: dict[str, ClassSpans] = field(default_factory=dict)
    keep_copies: bool = False

    @property
    def limits(self) -> str:
        """What is asked for about copies, for comparing runs."""
        most = "as many copies as needed" if self.most_copies is None else str(self.most_copies)
        return f"{most}; {'quality as the source' if self.crf is None else f'crf {self.crf}'}"


def settle_plan(campaign: Campaign, step: Step | None = None) -> Plan:
    """The plan of a run: read back where there is one, made and saved where not.

    Raises
    ------
    UsageError
        If the folder holds the plan of another run.
    InputError
        If no clip can be used; the message lists the reasons.
    """
    path = campaign.out / PLAN_NAME
    if path.exists():
        plan = read_plan(path)
        _check_same(plan, campaign)
        return plan
    clips: list[ClipPlan] = []
    skipped: list[Skipped] = []
    keys = clip_keys(campaign.clips)
    for done, (name, key) in enumerate(zip(campaign.clips, keys, strict=True), 1):
        try:
            facts, _ = survey_clip(name, key, campaign.settings, campaign.crf)
            clips.append(plan_clip(facts, campaign.grid, campaign.seed, campaign.most_copies))
        except InputError as error:
            skipped.append(Skipped(name, str(error)))
        if step:
            step(done, len(keys), f"looked at {Path(name).name}")
    if not clips:
        reasons = "\n  ".join(s.reason for s in skipped)
        raise InputError(f"None of the clips can be used:\n  {reasons}")
    settings = campaign.settings.model_dump_json()
    plan = Plan(
        *(__version__, campaign.seed, campaign.grid, settings, campaign.baseline),
        *(campaign.limits, tuple(clips), tuple(skipped)),
    )
    write_plan(plan, path)
    return plan


def _check_same(plan: Plan, campaign: Campaign) -> None:
    """Refuse to mix two runs in one folder."""
    asked = {
        "clips": sorted(campaign.clips),
        "seed": campaign.seed,
        "grid": campaign.grid,
        "engine settings": campaign.settings.model_dump_json(),
        "baseline": campaign.baseline,
        "limits": campaign.limits,
        "files": {c.facts.path: _digest(c.facts) for c in plan.clips},
    }
    there = {
        "clips": sorted([c.facts.path for c in plan.clips] + [s.path for s in plan.skipped]),
        "seed": plan.seed,
        "grid": plan.grid,
        "engine settings": plan.settings,
        "baseline": plan.baseline,
        "limits": plan.limits,
        "files": {c.facts.path: c.facts.sha256 for c in plan.clips},
    }
    other = [name for name, value in asked.items() if value != there[name]]
    if other:
        raise UsageError(
            f"{campaign.out} holds another run: its {', '.join(other)} differ from what is asked.",
            "Choose another --out, or remove that folder to start again.",
        )


def _digest(facts: ClipFacts) -> str:
    """SHA-256 of a clip as it is now; a folder of pictures is taken for unchanged."""
    path = Path(facts.path)
    if path.is_dir():
        return facts.sha256
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "gone"


@dataclass(frozen=True)
class _Job:
    plan: str
    facts: ClipFacts
    copy: CopyPlan
    settings: Settings
    baseline: str
    target: Path
    keep: Path | None

    @property
    def label(self) -> str:
        name = "untouched" if self.copy.number == 0 else f"copy {self.copy.number}"
        return f"{self.facts.name}, {name}"


def _result_path(out: Path, facts: ClipFacts, copy: CopyPlan) -> Path:
    return out / "copies" / f"{facts.key}-{copy.number:03d}.json"


def run_copies(plan: Plan, campaign: Campaign, step: Step | None = None) -> list[CopyResult]:
    """Make and analyse every copy that has no result yet; give all results, in order of the plan.

    Raises
    ------
    OutputError
        If results cannot be written.
    KeyboardInterrupt
        On Ctrl-C; what is finished stays.
    """
    keep = campaign.out / "clips" if campaign.keep_copies else None
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
    digest = plan.digest
    jobs = [
        _Job(
            digest,
            clip.facts,
            copy,
            campaign.settings,
            plan.baseline,
            _result_path(campaign.out, clip.facts, copy),
            keep,
        )
        for clip in plan.clips
        for copy in clip.copies
    ]
    open_jobs = [job for job in jobs if read_result(job.target, digest) is None]
    done = len(jobs) - len(open_jobs)
    if step and done:
        step(done, len(jobs), "results of an earlier run")
    for finished, label in enumerate(in_processes(_work, open_jobs, campaign.workers), done + 1):
        if step:
            step(finished, len(jobs), label)
    found = [read_result(job.target, digest) for job in jobs]
    return [result for result in found if result is not None]


@lru_cache(maxsize=1)
def _path_of(clip: str, fps: float | None) -> FacePath:
    return follow_face(clip, fps)


def _work(job: _Job) -> str:
    """Carry out one job and save what came of it; give its label."""
    try:
        with single_threads():
            path = _path_of(job.facts.path, job.settings.fps)
            result = make_and_analyse(
                job.plan, job.facts, path, job.copy, job.settings, job.baseline, job.keep
            )
    except OutputError:
        raise
    except UnspokenError as error:
        result = CopyResult(job.plan, job.facts.key, job.copy.number, failure=str(error))
    write_result(result, job.target)
    return job.label
