"""From the results of all copies to tables and page."""

from __future__ import annotations

from collections.abc import Sequence

from unspoken.bench.recovery.campaign import Campaign, Step, run_copies, settle_plan
from unspoken.bench.recovery.figures import Figures
from unspoken.bench.recovery.footage import known_classes
from unspoken.bench.recovery.page import render_page
from unspoken.bench.recovery.plan import Plan
from unspoken.bench.recovery.results import CopyResult
from unspoken.bench.recovery.score import ClipScore, score_clip
from unspoken.bench.recovery.summing import sum_up
from unspoken.bench.recovery.tables import write_tables
from unspoken.errors import InputError

__all__ = ["Recovery", "measure_recovery", "report_results"]


class Recovery:
    """What a run gave.

    Parameters
    ----------
    plan : Plan
        What was planted.
    figures : tuple of Figures
        Of the engine, then of the baseline if there was one.
    failures : tuple of (str, str)
        Copies without a result, and why.
    """

    def __init__(
        self, plan: Plan, figures: Sequence[Figures], failures: Sequence[tuple[str, str]]
    ) -> None:
        self.plan = plan
        self.figures = tuple(figures)
        self.failures = tuple(failures)


def measure_recovery(campaign: Campaign, step: Step | None = None) -> Recovery:
    """Plan, plant, analyse, score, write: everything.

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
    results = run_copies(plan, campaign, step)
    return report_results(plan, results, campaign)


def report_results(plan: Plan, results: Sequence[CopyResult], campaign: Campaign) -> Recovery:
    """Score results and write figures, tables and page.

    Raises
    ------
    InputError
        If there is no clip with an untouched copy to compare with.
    OutputError
        If the folder cannot be written to.
    """
    failures = [(f"{r.clip}-{r.number:03d}", r.failure) for r in results if r.failure]
    spotters = ["engine", *([plan.baseline] if plan.baseline else [])]
    scores: dict[str, list[ClipScore]] = {}
    for name in spotters:
        scores[name] = []
        for clip in plan.clips:
            own = [r for r in results if r.clip == clip.facts.key]
            spans = known_classes(clip.facts.name, clip.facts.icd_px, campaign.classes)
            score = score_clip(clip, own, spans, baseline=name != "engine")
            if score is not None:
                scores[name].append(score)
    if not scores["engine"]:
        reasons = "\n  ".join(f"{copy}: {reason}" for copy, reason in failures)
        raise InputError(f"No untouched copy could be analysed:\n  {reasons}")
    asked = campaign.settings.false_alarms_per_min
    figures = [sum_up(name, clips, asked, plan.seed) for name, clips in scores.items()]
    page = render_page(plan, figures, failures)
    write_tables(campaign.out, plan, figures, scores, failures, page)
    return Recovery(plan, figures, failures)
