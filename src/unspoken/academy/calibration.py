"""Confidence calibration: whether somebody who is sure is also right.

Confidence is given in four steps. Each has a nominal chance of being right, so that a mean
confidence can be set against the share of right answers: over-confidence is their difference
(Lichtenstein, Fischhoff & Phillips 1982, doi 10.1017/CBO9780511809477.023).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import nan

from unspoken.academy.detection import Proportion, proportion

__all__ = ["CONFIDENCE", "Calibration", "calibration"]

#: Step, word, nominal chance of being right (guessing among eight answers is 1/8).
CONFIDENCE: tuple[tuple[int, str, float], ...] = (
    (1, "guess", 0.125),
    (2, "unsure", 0.45),
    (3, "fairly sure", 0.75),
    (4, "sure", 0.95),
)
_NOMINAL = {step: chance for step, _word, chance in CONFIDENCE}


@dataclass(frozen=True)
class Calibration:
    """How confidence and being right go together.

    Parameters
    ----------
    steps : tuple of (int, Proportion)
        For every step of confidence, the share of right answers.
    over_confidence : float
        Mean nominal confidence minus share right; above 0 is over-confident, NaN without answers.
    brier : float
        Mean squared distance of nominal confidence from being right (0 best), NaN without answers.
    """

    steps: tuple[tuple[int, Proportion], ...]
    over_confidence: float
    brier: float


def calibration(answers: Iterable[tuple[int, bool]]) -> Calibration:
    """Calibration from (step of confidence, right or not).

    Raises
    ------
    KeyError
        If a step is not one of :data:`CONFIDENCE`.
    """
    listed = [(step, _NOMINAL[step], right) for step, right in answers]
    steps = tuple(
        (step, proportion(sum(r for s, _, r in listed if s == step),
                          sum(s == step for s, _, _ in listed)))
        for step in _NOMINAL
    )  # fmt: skip
    if not listed:
        return Calibration(steps, nan, nan)
    over = sum(chance - right for _, chance, right in listed) / len(listed)
    brier = sum((chance - right) ** 2 for _, chance, right in listed) / len(listed)
    return Calibration(steps, over, brier)
