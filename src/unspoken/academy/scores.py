"""Scoring answers: what was seen, what was mistaken for what, how sure, how fast it could be.

Every figure comes with its interval and with the number of trials it rests on. The figures describe
a task on a screen; they say nothing about anybody's way with people.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import exp, isfinite, log, sqrt
from typing import Any

from unspoken.academy.answers import EXCLUDING, Answer, family_of, valid
from unspoken.academy.calibration import Calibration, calibration
from unspoken.academy.detection import Detection, Proportion, detection, proportion
from unspoken.academy.expressions import NONE
from unspoken.academy.rounds import estimates_of, truths_of
from unspoken.academy.thresholds import ThresholdEstimate

__all__ = ["Score", "joint_threshold", "plain", "score"]

#: Correlation of the errors of one learner's thresholds.
_ALIKE = 0.1


@dataclass(frozen=True)
class Score:
    """What one block, or several under the same condition, amount to.

    Parameters
    ----------
    task, level : str
    accuracy : Proportion
        Right answers among all trials with something to see.
    by_truth : dict of str to Proportion
        The same per emotion or region.
    detection : Detection
        Told something from nothing; catch trials are the nothing.
    by_catch : dict of str to Proportion
        False alarms per kind of catch trial.
    confusion : dict of str to dict of str to int
        Answers per truth; rows and columns end with "none".
    thresholds : dict of str to ThresholdEstimate
        Per emotion or region.
    calibration : Calibration
    median_rt_s, median_when_error_s : float or None, seconds
    trials : int
        Trials that count.
    excluded : dict of str to int
        Trials that do not, per flag.
    """

    task: str
    level: str
    accuracy: Proportion
    by_truth: dict[str, Proportion]
    detection: Detection
    by_catch: dict[str, Proportion]
    confusion: dict[str, dict[str, int]]
    thresholds: dict[str, ThresholdEstimate]
    calibration: Calibration
    median_rt_s: float | None
    median_when_error_s: float | None
    trials: int
    excluded: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """As plain JSON; what is not a number becomes null."""
        found = plain(asdict(self))
        assert isinstance(found, dict)
        return found


def score(answers: Sequence[Answer], task: str, level: str, refresh_hz: float) -> Score:
    """Score answers of one task and level.

    Parameters
    ----------
    answers : sequence of Answer
        Also those that do not count; they are counted as excluded.
    refresh_hz : float
        Only sets which durations a next trial could have; thresholds use what was shown.

    Returns
    -------
    Score
        With no answers, shares and sensitivities are NaN and thresholds rest on 0 trials.
    """
    counted = valid(answers)
    signals = [a for a in counted if a.is_signal]
    catches = [a for a in counted if not a.is_signal]
    truths = truths_of(task)
    by_family: dict[str, list[Answer]] = {family_of(task, t, level): [] for t in truths}
    for answer in signals:
        by_family[answer.family].append(answer)
    estimates = estimates_of(by_family, refresh_hz, catches)
    kinds = sorted({a.catch for a in catches})
    return Score(
        task=task,
        level=level,
        accuracy=_right(signals),
        by_truth={t: _right([a for a in signals if a.truth == t]) for t in truths},
        detection=detection(
            sum(a.said_something for a in signals),
            len(signals),
            sum(a.said_something for a in catches),
            len(catches),
        ),
        by_catch={k: _alarms([a for a in catches if a.catch == k]) for k in kinds},
        confusion=_confusion(counted, (*truths, NONE)),
        thresholds={t: estimates[family_of(task, t, level)] for t in truths},
        calibration=calibration((a.confidence, a.correct) for a in counted if a.confidence),
        median_rt_s=_median([a.rt_s for a in counted if a.rt_s is not None]),
        median_when_error_s=_median(
            [abs(a.when_error_s) for a in counted if a.when_error_s is not None]
        ),
        trials=len(counted),
        excluded=_excluded(answers),
    )


def joint_threshold(estimates: Sequence[ThresholdEstimate]) -> ThresholdEstimate | None:
    """Geometric mean of several thresholds, with the interval its parts imply.

    Logarithms of the parts are taken as near normal, and their errors as correlated a little:
    somebody whom the belief about people does not fit, it does not fit in all parts. None without
    parts.
    """
    if not estimates:
        return None
    count = len(estimates)
    middle = sum(log(e.threshold_s) for e in estimates) / count
    halves = [log(e.high_s / e.low_s) / 2.0 for e in estimates]
    alone = sum(half**2 for half in halves)
    half = sqrt((1.0 - _ALIKE) * alone + _ALIKE * sum(halves) ** 2) / count
    return ThresholdEstimate(
        exp(middle), exp(middle - half), exp(middle + half), estimates[0].level,
        sum(e.trials for e in estimates), any(e.edge for e in estimates),
    )  # fmt: skip


def plain(value: Any) -> Any:
    """A value as JSON holds it: tuples as lists, NaN and infinities as None."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value


def _right(answers: Sequence[Answer]) -> Proportion:
    return proportion(sum(a.correct for a in answers), len(answers))


def _alarms(answers: Sequence[Answer]) -> Proportion:
    return proportion(sum(a.said_something for a in answers), len(answers))


def _confusion(answers: Sequence[Answer], labels: tuple[str, ...]) -> dict[str, dict[str, int]]:
    counts = Counter((a.truth, a.response) for a in answers)
    return {truth: {said: counts[truth, said] for said in labels} for truth in labels}


def _median(values: Sequence[float]) -> float | None:
    ordered = sorted(values)
    middle = len(ordered) // 2
    if not ordered:
        return None
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2.0


def _excluded(answers: Sequence[Answer]) -> dict[str, int]:
    counts: defaultdict[str, int] = defaultdict(int)
    for answer in answers:
        for flag in EXCLUDING & set(answer.flags):
            counts[flag] += 1
    return dict(sorted(counts.items()))
