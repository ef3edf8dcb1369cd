"""Planted against found: one row per planted movement, one per false alarm.

* A planted movement is detected when an event is matched to it one to one with an overlap of at
  least 0.5 (inclusive frames; 0.2, 0.3 and 0.4 are noted too), whatever the event's kind.
* Events of the untouched copy are false alarms. Some will be real expressions of the person
  filmed, so the rate is an upper bound.
* Events of a planted copy that overlap one of the untouched copy by half or more were there
  before: they are nobody's hit and nobody's false alarm. The remaining ones without a planted
  movement are side effects of the planting or of coding it anew.
* A planted movement that lies on an event of the untouched copy (overlap of 0.2 or more, blinks
  left aside) cannot be told from it; it is listed and left out of the rates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from unspoken.bench.metrics import Mark, frame_iou, match
from unspoken.bench.recovery.footage import ClassSpans
from unspoken.bench.recovery.plan import ClipPlan
from unspoken.bench.recovery.results import CopyResult, Truth
from unspoken.spotting.events import Event
from unspoken.timing import Interval

__all__ = ["OVERLAPS", "Alarm", "ClipScore", "Outcome", "score_clip"]

#: Overlaps a detection is noted at; the last one counts.
OVERLAPS: tuple[float, ...] = (0.2, 0.3, 0.4, 0.5)
#: From this overlap on a planted movement lies on something that was there.
_OCCUPIED = 0.2
#: From this overlap on an event of a planted copy is one of the untouched copy.
_SAME = 0.5


@dataclass(frozen=True)
class Outcome:
    """A planted movement and what became of it.

    Parameters
    ----------
    clip, copy : str, int
        Key of the clip and number of the copy.
    truth : Truth
        What was planted.
    footage : str
        Class of footage there.
    blink : bool
        Whether a blink of the untouched copy overlaps it.
    occupied : bool
        Whether it lies on an event of the untouched copy.
    detected : tuple of bool
        By overlap, in the order of `OVERLAPS`.
    found : Mark or None
        The event matched at the last of them.
    snr, false_alarms_per_min : float
        Of that event; NaN without one.
    """

    clip: str
    copy: int
    truth: Truth
    footage: str
    blink: bool
    occupied: bool
    detected: tuple[bool, ...]
    found: Mark | None
    snr: float
    false_alarms_per_min: float

    @property
    def hit(self) -> bool:
        """Whether it counts as detected."""
        return self.detected[-1]


@dataclass(frozen=True)
class Alarm:
    """An event nothing was planted for.

    Parameters
    ----------
    clip, copy : str, int
        Where.
    footage : str
        Class of footage there.
    origin : str
        "untouched": in the untouched copy. "before": in a planted copy, and in the untouched one
        too. "side effect": in a planted copy only.
    event : Event
        What was found.
    """

    clip: str
    copy: int
    footage: str
    origin: str
    event: Event


@dataclass(frozen=True)
class ClipScore:
    """Everything about one clip that figures are made of.

    Parameters
    ----------
    key : str
        Of the clip.
    outcomes : tuple of Outcome
    alarms : tuple of Alarm
    exposure_s : dict of str to float
        Measured seconds of the untouched copy, by class.
    planted_exposure_s : float
        Measured seconds of all planted copies.
    work_s : float
        Seconds of measuring and spotting, all copies; depends on the machine.
    """

    key: str
    outcomes: tuple[Outcome, ...]
    alarms: tuple[Alarm, ...]
    exposure_s: dict[str, float]
    planted_exposure_s: float
    work_s: float


def score_clip(
    clip: ClipPlan,
    results: Sequence[CopyResult],
    classes: ClassSpans | None = None,
    *,
    baseline: bool = False,
) -> ClipScore | None:
    """Score all copies of one clip.

    Parameters
    ----------
    clip : ClipPlan
        As planned.
    results : sequence of CopyResult
        Of this clip, failed ones too.
    classes : ClassSpans, optional
        Footage classes given by the user; else those read off the untouched copy.
    baseline : bool
        Score the baseline's events instead of the engine's.

    Returns
    -------
    ClipScore or None
        None when the untouched copy has no result.
    """
    usable = {r.number: r for r in results if not r.failure}
    untouched = usable.get(0)
    if untouched is None:
        return None
    spans = classes or untouched.classes
    before = _events(untouched, baseline)
    blinks = [e.interval for e in untouched.events if e.kind == "blink"]
    blinks += [a.interval for a in untouched.artefacts if a.kind == "blink"]
    outcomes: list[Outcome] = []
    alarms = [Alarm(clip.facts.key, 0, spans.at(e.apex_s), "untouched", e) for e in before]
    for number in sorted(usable.keys() - {0}):
        own, rest = _score_copy(usable[number], before, blinks, spans, baseline)
        outcomes += own
        alarms += rest
    return ClipScore(
        clip.facts.key,
        tuple(outcomes),
        tuple(alarms),
        _exposure(untouched, spans, given=classes is not None),
        sum(r.exposure_s for n, r in usable.items() if n),
        sum(r.baseline_s if baseline else r.engine_s for r in usable.values()),
    )


def _events(result: CopyResult, baseline: bool) -> list[Event]:
    events = result.baseline if baseline else result.events
    return [e for e in events if e.kind != "blink"]


def _exposure(untouched: CopyResult, spans: ClassSpans, *, given: bool) -> dict[str, float]:
    """Seconds by class; where classes were given, measured time is dealt out by their share."""
    if not given:
        return untouched.class_exposure_s
    step, total = 0.1, 0.0
    counts: dict[str, float] = {}
    end = max((s[1] for s in untouched.classes.spans), default=untouched.exposure_s)
    start = min((s[0] for s in untouched.classes.spans), default=0.0)
    for i in range(max(1, round((end - start) / step))):
        name = spans.at(start + (i + 0.5) * step)
        counts[name] = counts.get(name, 0.0) + 1.0
        total += 1.0
    return {name: round(untouched.exposure_s * n / total, 4) for name, n in sorted(counts.items())}


def mark_of(truth: Truth) -> Mark:
    """A planted movement as the metrics see it."""
    return Mark(
        truth.kind,
        truth.onset_frame,
        truth.offset_frame,
        truth.onset_s,
        truth.offset_s,
        truth.apex_frame,
        truth.apex_s,
        frozenset(truth.units),
    )


def _score_copy(
    result: CopyResult,
    before: Sequence[Event],
    blinks: Sequence[Interval],
    spans: ClassSpans,
    baseline: bool,
) -> tuple[list[Outcome], list[Alarm]]:
    earlier = [Mark.of_event(e) for e in before]
    events = _events(result, baseline)
    old = {id(e) for e in events if _overlaps(Mark.of_event(e), earlier, _SAME)}
    new = {Mark.of_event(e): e for e in events if id(e) not in old}
    truths = {mark_of(t): t for t in result.truths}
    found = {x: match(list(truths), list(new), x) for x in OVERLAPS}
    hits = {x: {pair.truth: pair.found for pair in pairs} for x, pairs in found.items()}
    outcomes = []
    for mark, truth in truths.items():
        answer = hits[OVERLAPS[-1]].get(mark)
        event = None if answer is None else new[answer]
        outcomes.append(
            Outcome(
                clip=result.clip,
                copy=result.number,
                truth=truth,
                footage=spans.of(mark.interval),
                blink=any(mark.interval.overlap_s(b) > 0.0 for b in blinks),
                occupied=_overlaps(mark, earlier, _OCCUPIED),
                detected=tuple(mark in hits[x] for x in OVERLAPS),
                found=answer,
                snr=float("nan") if event is None else event.snr,
                false_alarms_per_min=float("nan") if event is None else event.false_alarms_per_min,
            )
        )
    used = set(hits[OVERLAPS[-1]].values())
    alarms = []
    for event in events:
        if id(event) not in old and Mark.of_event(event) in used:
            continue
        origin = "before" if id(event) in old else "side effect"
        footage = spans.at(event.apex_s)
        alarms.append(Alarm(result.clip, result.number, footage, origin, event))
    return outcomes, alarms


def _overlaps(mark: Mark, others: Iterable[Mark], least: float) -> bool:
    return any(frame_iou(mark, other) >= least for other in others)
