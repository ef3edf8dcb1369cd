"""Simulated learners: known thresholds, so that what the academy reports can be held against them.

A simulated learner sees a trial with the chance the psychometric function gives for its duration.
Seen expressions are named rightly, or taken for another emotion as often as the learner mixes them
up; of unseen ones most are answered "none", some by a guess, which may always be the same one.
Confidence follows what was seen, with noise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from unspoken.academy.desk import Desk
from unspoken.academy.expressions import NONE
from unspoken.academy.psychometric import p_correct
from unspoken.academy.rounds import truths_of
from unspoken.store.models import Trial

__all__ = ["Clock", "SimulatedLearner", "take_block"]

#: Share of guesses that are the favourite one, where there is one.
_FAVOURED = 0.7


@dataclass
class Clock:
    """A clock that is moved by hand."""

    time: datetime

    def __call__(self) -> datetime:
        """The present time."""
        return self.time

    def pass_(self, **duration: float) -> None:
        """Let time pass; arguments as of `datetime.timedelta`."""
        self.time += timedelta(**duration)


@dataclass
class SimulatedLearner:
    """Somebody whose thresholds are known.

    Parameters
    ----------
    thresholds_s : dict of str to float
        Per emotion or region, seconds: half of them are seen.
    slope, lapse : float
        As in `unspoken.academy.psychometric`.
    guessing : float
        How often an unseen expression is guessed at, instead of answered "none".
    learning : float
        Factor on all thresholds after a block with feedback; below 1 is learning.
    confusion : dict of str to float
        Per emotion or region, how often it is taken for another although it was seen.
    favourite : str
        What most guesses are; "" where all answers are guessed equally often.
    """

    thresholds_s: dict[str, float]
    slope: float = 2.0
    lapse: float = 0.03
    guessing: float = 0.3
    learning: float = 1.0
    confusion: dict[str, float] = field(default_factory=dict)
    favourite: str = ""

    @classmethod
    def drawn(
        cls, rng: np.random.Generator, task: str = "identify", clear: bool = False
    ) -> SimulatedLearner:
        """Somebody out of a population.

        Thresholds lie between 15 and 300 ms, slopes between 1 and 4, slips under a tenth. Happiness
        is taken for something else in up to a tenth of the cases, everything else in up to 45 %;
        half of all learners have a favourite guess.

        Parameters
        ----------
        rng : numpy.random.Generator
        task : {"identify", "spot"}
        clear : bool
            Nobody mixes anything up, and nobody has a favourite.
        """
        names = truths_of(task)
        spread = rng.uniform(np.log(0.015), np.log(0.3), len(names))
        mixed = {n: float(rng.uniform(0.0, 0.1 if n == "happiness" else 0.45)) for n in names}
        favours = rng.random() < 0.5
        favourite = names[int(rng.integers(len(names)))]
        return cls(
            {name: float(np.exp(value)) for name, value in zip(names, spread, strict=True)},
            slope=float(np.exp(rng.uniform(np.log(1.0), np.log(4.0)))),
            lapse=float(rng.uniform(0.0, 0.1)),
            guessing=float(rng.uniform(0.0, 0.9)),
            confusion={} if clear else mixed,
            favourite=favourite if favours and not clear else "",
        )

    def answer(
        self, truth: str, shown_s: float, rng: np.random.Generator, task: str = "identify"
    ) -> tuple[str, int]:
        """Response and step of confidence."""
        truths = truths_of(task)
        if truth != NONE:
            seen = p_correct(shown_s, self.thresholds_s[truth], self.slope, self.lapse)
            if rng.random() < seen:
                said = truth
                if rng.random() < self.confusion.get(truth, 0.0):
                    others = [name for name in truths if name != truth]
                    said = others[int(rng.integers(len(others)))]
                return said, int(rng.choice([2, 3, 4], p=[0.2, 0.4, 0.4]))
        if rng.random() < self.guessing:
            guess = truths[int(rng.integers(len(truths)))]
            if self.favourite and rng.random() < _FAVOURED:
                guess = self.favourite
            return guess, int(rng.choice([1, 2, 3], p=[0.5, 0.4, 0.1]))
        return NONE, int(rng.choice([1, 2, 3], p=[0.3, 0.4, 0.3]))

    def practise(self) -> None:
        """Learn from a block with feedback."""
        self.thresholds_s = {k: v * self.learning for k, v in self.thresholds_s.items()}


def take_block(
    desk: Desk,
    learner: SimulatedLearner,
    purpose: str,
    rng: np.random.Generator,
    *,
    task: str = "identify",
    level: str = "plain",
    refresh_hz: float = 60.0,
    late: float = 0.0,
) -> str:
    """Let a learner take a whole block the way a browser would.

    Parameters
    ----------
    late : float
        Share of trials the display shows one frame too long.

    Returns
    -------
    str
        The block's id.
    """
    block = desk.open_block(task, purpose, level, refresh_hz)
    while trials := desk.next_round(block):
        desk.record(block, [_result(trial, learner, rng, task, late) for trial in trials])
    if purpose == "drill":
        learner.practise()
    return block


def _result(
    trial: Trial, learner: SimulatedLearner, rng: np.random.Generator, task: str, late: float
) -> dict[str, object]:
    shown = trial.planned_frames + int(trial.planned_frames > 0 and rng.random() < late)
    said, confidence = learner.answer(trial.truth, shown / trial.refresh_hz, rng, task)
    spotted = task == "spot" and said != NONE
    moment = (trial.onset_frame + trial.planned_frames / 2) / trial.refresh_hz
    return {
        "id": trial.id,
        "response": "something" if spotted else said,
        "region": said if spotted else None,
        "when_s": moment + float(rng.normal(0.0, 0.2)) if spotted else None,
        "confidence": confidence,
        "rt_s": float(rng.uniform(0.6, 3.0)),
        "shown_frames": shown,
        "flags": [],
    }
