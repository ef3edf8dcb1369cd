"""Many outcomes summed up: detection rates, F1, errors, false alarms, each with its interval.

Counts are pooled over copies and clips before any ratio is taken. Intervals of rates and F1 draw
whole clips again (`unspoken.bench.metrics.bootstrap_over_clips`), because what is planted in one
clip shares its person, camera and light; with a single clip there is nothing to draw from, and the
interval given is that of independent trials in that clip (Wilson), marked as such. The same is
given where no clip differs from any other (all found, or none).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from unspoken.bench.metrics import (
    Counts,
    Mark,
    Match,
    Video,
    bootstrap_over_clips,
    false_alarm_rate,
    instant_errors,
    rate_reliability,
    score_spotting,
    share,
    unit_score,
)
from unspoken.bench.metrics.reliability import RateStep
from unspoken.bench.recovery.figures import (
    ALL,
    AlarmRow,
    AskedRow,
    CellRow,
    Figures,
    SpottingRow,
    TimingRow,
    UnitRow,
    Verification,
)
from unspoken.bench.recovery.footage import CLASSES
from unspoken.bench.recovery.score import OVERLAPS, Alarm, ClipScore, Outcome, mark_of
from unspoken.bench.recovery.verify import RELIABLE_PX
from unspoken.report.rates import Rate

__all__ = ["sum_up"]

_PARTS = (ALL, "upper", "lower")
_DRAWS = 1000
#: Stated rates that are compared with what happened, 1/min; those above the asked one are left out.
_STEPS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def sum_up(spotter: str, scores: Sequence[ClipScore], asked_per_min: float, seed: int) -> Figures:
    """Sum up the scores of all clips.

    Parameters
    ----------
    spotter : str
        Name of what was measured.
    scores : sequence of ClipScore
        Of all clips.
    asked_per_min : float
        False alarms per minute the engine was asked for.
    seed : int
        Of the bootstrap.
    """
    present = [ALL, *(c for c in CLASSES if any(c in s.exposure_s for s in scores))]
    everything = [o for s in scores for o in s.outcomes]
    return Figures(
        spotter=spotter,
        cells=tuple(row for name in present for row in _cells(scores, name, seed)),
        spotting=tuple(row for name in present for row in _spotting(scores, name, seed)),
        timing=tuple(row for name in present for row in _timing(scores, name)),
        units=tuple(_units(scores, name) for name in present),
        confusion=_confusion(scores),
        alarms=tuple(row for name in present for row in _alarms(scores, name)),
        side_effects=_side_effects(scores),
        reliability=_reliability(scores, ALL, [s for s in _STEPS if s <= asked_per_min]),
        asked=tuple(
            AskedRow(name, step)
            for name in present
            for step in _reliability(scores, name, [asked_per_min])
        ),
        verification=_verification(everything),
        planted=len(everything),
        occupied=sum(o.occupied for o in everything),
        work_s=round(sum(s.work_s for s in scores), 2),
    )


def _outcomes(score: ClipScore, footage: str, part: str = ALL) -> list[Outcome]:
    """What counts: free places, of that footage and part of the face."""
    return [
        o
        for o in score.outcomes
        if not o.occupied and footage in (ALL, o.footage) and (part == ALL or o.truth.part == part)
    ]


def _extra(score: ClipScore, footage: str, origins: tuple[str, ...]) -> list[Alarm]:
    return [a for a in score.alarms if a.origin in origins and footage in (ALL, a.footage)]


_NEW, _ALL_NEW = ("side effect",), ("side effect", "before")


# -- detection rates -----------------------------------------------------------------------------


def _cells(scores: Sequence[ClipScore], footage: str, seed: int) -> list[CellRow]:
    cells = sorted({(o.truth.duration_s, o.truth.peak_icd) for s in scores for o in s.outcomes})
    rows = []
    for part in _PARTS:
        costs = [_alarms_per_planting(scores, footage, origins) for origins in (_NEW, _ALL_NEW)]
        for duration_s, peak_icd in cells:
            counts = [
                _hits(
                    o
                    for o in _outcomes(score, footage, part)
                    if (o.truth.duration_s, o.truth.peak_icd) == (duration_s, peak_icd)
                )
                for score in scores
            ]
            found, planted = sum(c[0] for c in counts), sum(c[1] for c in counts)
            if not planted:
                continue
            rate, low, high, interval = _rate_interval(counts, seed)
            micro = duration_s <= 0.5
            f1, f1_all = (_f1(found, cost[micro] * planted, planted - found) for cost in costs)
            rows.append(
                CellRow(
                    *(footage, part, duration_s, peak_icd, planted, found),
                    *(rate, low, high, interval, f1, f1_all),
                )
            )
    return rows


def _hits(outcomes: Iterable[Outcome]) -> tuple[int, int]:
    listed = list(outcomes)
    return sum(o.hit for o in listed), len(listed)


def _rate_interval(counts: Sequence[tuple[int, int]], seed: int) -> tuple[float, float, float, str]:
    """Detection rate, its interval, and what was drawn."""
    there = [c for c in counts if c[1]]
    hits, trials = sum(h for h, _ in there), sum(n for _, n in there)
    drawn = bootstrap_over_clips(
        there, lambda c: _ratio(sum(h for h, _ in c), sum(n for _, n in c)), seed=seed, draws=_DRAWS
    )
    if len(there) >= 2 and drawn.high > drawn.low:
        return drawn.value, drawn.low, drawn.high, "clips"
    alone = share(hits, trials)
    return alone.value, alone.low, alone.high, "trials"


def _alarms_per_planting(
    scores: Sequence[ClipScore], footage: str, origins: tuple[str, ...]
) -> tuple[float, float]:
    """False alarms per planted movement, macro and micro."""
    found = []
    for kind in ("macro", "micro"):
        alarms = sum(a.event.kind == kind for s in scores for a in _extra(s, footage, origins))
        planted = sum(
            (o.truth.duration_s <= 0.5) == (kind == "micro")
            for s in scores
            for o in _outcomes(s, footage)
        )
        found.append(alarms / planted if planted else 0.0)
    return found[0], found[1]


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _f1(tp: float, fp: float, fn: float) -> float:
    return _ratio(2 * tp, 2 * tp + fp + fn)


# -- spotting ------------------------------------------------------------------------------------


def _videos(score: ClipScore, footage: str, origins: tuple[str, ...]) -> list[Video]:
    """One video per planted copy: what was planted, and every event that may count."""
    outcomes, extra = _outcomes(score, footage), _extra(score, footage, origins)
    copies = sorted({o.copy for o in score.outcomes} | {a.copy for a in score.alarms if a.copy})
    return [
        Video(
            f"{score.key}-{copy}",
            tuple(mark_of(o.truth) for o in outcomes if o.copy == copy),
            (
                *(o.found for o in outcomes if o.copy == copy and o.found is not None),
                *(Mark.of_event(a.event) for a in extra if a.copy == copy),
            ),
        )
        for copy in copies
    ]


def _counts_of(
    scores: Sequence[ClipScore], footage: str, origins: tuple[str, ...], overlap: float
) -> list[dict[str, Counts]]:
    """Counts per clip, by kind and with kinds left aside."""
    found = []
    for score in scores:
        scored = score_spotting(_videos(score, footage, origins), overlap)
        found.append({**scored.by_kind, "any": scored.any_kind})
    return found


def _spotting(scores: Sequence[ClipScore], footage: str, seed: int) -> list[SpottingRow]:
    rows = []
    for overlap in OVERLAPS:
        counts = _counts_of(scores, footage, _NEW, overlap)
        strict = _counts_of(scores, footage, _ALL_NEW, overlap)
        for kind in ("micro", "macro", "any"):
            total = Counts.total(c[kind] for c in counts)
            if not total.tp + total.fn + total.fp:
                continue
            # A clip without any such footage says nothing about how much clips differ in it.
            there = [c[kind] for c in counts if c[kind].truths + c[kind].found]
            drawn = bootstrap_over_clips(there, _pooled_f1, seed=seed, draws=_DRAWS)
            rows.append(
                SpottingRow(
                    *(footage, kind, overlap, total.tp, total.fp, total.fn),
                    *(total.precision, total.recall, total.f1, drawn.low, drawn.high),
                    Counts.total(c[kind] for c in strict).f1,
                )
            )
    return rows


def _pooled_f1(counts: Sequence[Counts]) -> float:
    return Counts.total(counts).f1


def _confusion(scores: Sequence[ClipScore]) -> tuple[tuple[str, str, int], ...]:
    videos = [v for s in scores for v in _videos(s, ALL, _NEW)]
    table = score_spotting(videos).confusion
    return tuple((truth, found, n) for (truth, found), n in sorted(table.items()))


# -- timing and units ----------------------------------------------------------------------------


def _matches(scores: Sequence[ClipScore], footage: str) -> list[Match]:
    return [
        Match(mark_of(o.truth), o.found, OVERLAPS[-1])
        for s in scores
        for o in _outcomes(s, footage)
        if o.found is not None
    ]


def _timing(scores: Sequence[ClipScore], footage: str) -> list[TimingRow]:
    matches = _matches(scores, footage)
    return [
        TimingRow(footage, "onset", instant_errors(matches, "onset")),
        TimingRow(footage, "apex", instant_errors(matches, "apex")),
        TimingRow(footage, "offset", instant_errors(matches, "offset")),
    ]


def _units(scores: Sequence[ClipScore], footage: str) -> UnitRow:
    matches = _matches(scores, footage)
    found = unit_score([(m.truth.action_units, m.found.action_units) for m in matches])
    return UnitRow(
        footage,
        len(matches),
        found.with_side.precision,
        found.with_side.recall,
        found.with_side.f1,
        found.without_side.f1,
        found.side_right.value,
        found.side_right.trials,
    )


# -- false alarms --------------------------------------------------------------------------------


def _alarms(scores: Sequence[ClipScore], footage: str) -> list[AlarmRow]:
    rows = []
    for kind in ("micro", "macro"):
        clips = [
            (
                sum(a.event.kind == kind for a in _extra(s, footage, ("untouched",))),
                sum(t for name, t in s.exposure_s.items() if footage in (ALL, name)),
            )
            for s in scores
        ]
        rows.append(AlarmRow(footage, kind, false_alarm_rate(clips)))
    return rows


def _side_effects(scores: Sequence[ClipScore]) -> Rate:
    return false_alarm_rate((len(_extra(s, ALL, _NEW)), s.planted_exposure_s) for s in scores)


def _reliability(
    scores: Sequence[ClipScore], footage: str, steps: Sequence[float]
) -> tuple[RateStep, ...]:
    alarms = [a for s in scores for a in _extra(s, footage, ("untouched",))]
    stated = [alarm.event.false_alarms_per_min for alarm in alarms]
    if any(rate != rate for rate in stated):
        return ()  # a spotter that states no rates
    exposure_s = sum(
        t for s in scores for name, t in s.exposure_s.items() if footage in (ALL, name)
    )
    return rate_reliability(stated, exposure_s, steps)


# -- verification --------------------------------------------------------------------------------


def _verification(outcomes: Sequence[Outcome]) -> Verification:
    judged: list[float] = []
    small: list[float] = []
    for outcome in outcomes:
        truth = outcome.truth
        if truth.measured_share == truth.measured_share:
            large = truth.peak_icd * truth.icd_px >= RELIABLE_PX
            (judged if large else small).append(truth.measured_share)
    within = sum(abs(value - 1.0) <= 0.1 for value in judged)
    return Verification(len(judged), within, _median(judged), len(small), _median(small))


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    if not ordered:
        return float("nan")
    return ordered[half] if len(ordered) % 2 else 0.5 * (ordered[half - 1] + ordered[half])
