"""Confidence calibration: whether somebody who is sure is also right.

Confidence is given in four steps. Each states a chance of being right, and learners see it where
they choose, so that the mean of what they stated can be set against the share of right answers:
over-confidence is their difference (Lichtenstein, Fischhoff & Phillips 1982,
doi 10.1017/CBO9780511809477.023). It grows with how hard the trials are (the same source), so it is
no more comparable between tests or people than the share of right answers is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import nan

from unspoken.academy.detection import Proportion, proportion

__all__ = ["CONFIDENCE", "CONFIDENCE_HELP", "Calibration", "calibration"]

#: Step, word, stated chance of being right. The lowest is a little above blind guessing among
#: eight answers, the highest leaves room for a slip.
CONFIDENCE: tuple[tuple[int, str, float], ...] = (
    (1, "guess", 0.15),
    (2, "unsure", 0.45),
    (3, "fairly sure", 0.75),
    (4, "sure", 0.95),
)
CONFIDENCE_HELP = (
    "The percentages say how often you expect to be right: "
    "75 % means with three of four such answers."
)
_STATED = {step: chance for step, _word, chance in CONFIDENCE}


@dataclass(frozen=True)
class Calibration:
    """How confidence and being right go together.

    Parameters
    ----------
    steps : tuple of (int, Proportion)
        For every step of confidence, the share of right answers.
    right : Proportion
        Right answers among all that came with a confidence.
    stated : float
        Mean stated chance of being right; NaN without answers.
    over_confidence, over_confidence_low, over_confidence_high : float
        Stated minus share right, with its 95 % interval: Wilson's interval of the share right, set
        against the mean stated, which is taken as it is. Above 0 is over-confident; NaN without
        answers.
    brier : float
        Mean squared distance of the stated chance from being right (0 best), NaN without answers.
    """

    steps: tuple[tuple[int, Proportion], ...]
    right: Proportion
    stated: float
    over_confidence: float
    over_confidence_low: float
    over_confidence_high: float
    brier: float


def calibration(answers: Iterable[tuple[int, bool]]) -> Calibration:
    """Calibration from (step of confidence, right or not).

    Raises
    ------
    KeyError
        If a step is not one of :data:`CONFIDENCE`.
    """
    listed = [(step, _STATED[step], right) for step, right in answers]
    steps = tuple(
        (step, proportion(sum(r for s, _, r in listed if s == step),
                          sum(s == step for s, _, _ in listed)))
        for step in _STATED
    )  # fmt: skip
    right = proportion(sum(r for _, _, r in listed), len(listed))
    if not listed:
        return Calibration(steps, right, nan, nan, nan, nan, nan)
    stated = sum(chance for _, chance, _ in listed) / len(listed)
    brier = sum((chance - r) ** 2 for _, chance, r in listed) / len(listed)
    return Calibration(
        steps, right, stated,
        stated - right.value, stated - right.high, stated - right.low,
        brier,
    )  # fmt: skip
