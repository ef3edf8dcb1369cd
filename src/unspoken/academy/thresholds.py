"""How long something has to stand until half of it is seen: one threshold, from answers.

An answer is right, something else, or "none", and the three tell different things. Somebody who
says "none" saw nothing; somebody who says "surprise" to fear saw a face move and mixed it up, or
guessed. Counting both as wrong would make who mixes up two emotions look slow. So the model has,
besides threshold and slope, how often what was seen is named as something else, how often something
is named although nothing was seen, and how often such a guess happens to be right. Faces that did
not move show how often somebody guesses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from unspoken.academy.psychometric import p_correct
from unspoken.academy.questplus import QuestPlus

__all__ = ["NOTHING", "OTHER", "RIGHT", "Grid", "Threshold", "ThresholdEstimate", "p_outcomes"]

Floats = NDArray[np.float64]

#: Outcomes of a trial.
RIGHT, OTHER, NOTHING = range(3)
#: Median of thresholds before any answer, seconds, and standard deviation of their logarithm.
_USUAL_S, _USUAL_SPREAD = 0.07, 1.05
#: How often something that was seen is lost again, by a slip or a wrong key.
_SLIP = 0.04


def _log_grid(low: float, high: float, count: int) -> tuple[float, ...]:
    return tuple(float(value) for value in np.geomspace(low, high, count))


@dataclass(frozen=True)
class Grid:
    """Values the parameters may take, with what is believed of them before any answer.

    The belief has to be like the people who are measured, or the stated intervals do not hold what
    they say. Thresholds are log-normal about 70 ms, 95 % of people between 9 and 550 ms. It was
    chosen on simulated learners drawn with another seed than those with which
    ``unspoken bench coverage`` checks it, also on people unlike these.

    Parameters
    ----------
    threshold_s : tuple of float, seconds
        From one frame at 240 Hz to one second, evenly spaced on a logarithmic scale.
    slope : tuple of float
        Dimensionless.
    confusion : tuple of (float, float)
        Share of seen ones that are named as something else, and its weight. Up to 45 %: fear and
        surprise are told apart by little more than half of all people, however long they look.
    guessing : tuple of float
        Share of unseen ones that are named all the same.
    lucky : tuple of (float, float)
        Share of such guesses that are right, and its weight. High for a favourite guess.
    """

    threshold_s: tuple[float, ...] = _log_grid(0.004, 1.0, 41)
    slope: tuple[float, ...] = (1.2, 2.0, 3.5)
    confusion: tuple[tuple[float, float], ...] = (
        (0.02, 0.8), (0.1, 1.0), (0.2, 1.0), (0.32, 1.0), (0.45, 1.0),
    )  # fmt: skip
    guessing: tuple[float, ...] = (0.05, 0.25, 0.5, 0.8)
    lucky: tuple[tuple[float, float], ...] = ((0.03, 3.0), (0.14, 5.0), (0.3, 1.0), (0.6, 1.0))

    def axes(self) -> tuple[Floats, ...]:
        """Threshold, slope, confusion, guessing and lucky, each along a dimension of its own."""
        values = (
            self.threshold_s, self.slope, [value for value, _w in self.confusion],
            self.guessing, [value for value, _w in self.lucky],
        )  # fmt: skip
        return np.ix_(*(np.asarray(axis, dtype=np.float64) for axis in values))

    def prior(self) -> Floats:
        """Weights of all combinations, flat."""
        far = np.log(np.asarray(self.threshold_s) / _USUAL_S) / _USUAL_SPREAD
        parts = (
            np.exp(-(far**2) / 2.0), np.ones(len(self.slope)),
            np.array([weight for _v, weight in self.confusion]), np.ones(len(self.guessing)),
            np.array([weight for _v, weight in self.lucky]),
        )  # fmt: skip
        return np.asarray(np.einsum("i,j,k,l,m->ijklm", *parts).ravel())


def p_outcomes(
    duration_s: float, threshold_s: Floats, slope: Floats, confusion: Floats, guessing: Floats,
    lucky: Floats,
) -> Floats:  # fmt: skip
    """Chances of the three outcomes.

    Parameters
    ----------
    duration_s : float, seconds
    threshold_s : ndarray, seconds
        Half of what is shown for so long is seen.
    slope, confusion, guessing, lucky : ndarray
        As in :class:`Grid`; all broadcast against each other.

    Returns
    -------
    ndarray of float64, shape (3, ...)
        :data:`RIGHT`, :data:`OTHER`, :data:`NOTHING`; they sum to 1.
    """
    seen = p_correct(duration_s, threshold_s, slope, _SLIP)
    guessed = (1.0 - seen) * guessing
    right = seen * (1.0 - confusion) + guessed * lucky
    other = seen * confusion + guessed * (1.0 - lucky)
    right, other = np.broadcast_arrays(right, other)
    return np.stack([right, other, 1.0 - right - other])


@lru_cache(maxsize=256)
def _chances(duration_s: float, grid: Grid) -> Floats:
    """Kept, because every round asks for the same ones again; shape (3, combinations)."""
    table = p_outcomes(duration_s, *grid.axes()).reshape(3, -1)
    table.flags.writeable = False
    return table


@lru_cache(maxsize=16)
def _table(durations_s: tuple[float, ...], grid: Grid) -> Floats:
    table = np.stack([_chances(duration, grid) for duration in durations_s], axis=1)
    table.flags.writeable = False
    return table


@dataclass(frozen=True)
class ThresholdEstimate:
    """What is known about one threshold.

    Parameters
    ----------
    threshold_s : float, seconds
        Median of the posterior.
    low_s, high_s : float, seconds
        Ends of the central credible interval.
    level : float
        Its probability, 0.95 for instance.
    trials : int
        Answers it rests on, catch trials not counted; 0 means only the belief speaks.
    edge : bool
        Whether the interval reaches under the shortest, or over the longest duration that can be
        shown: there it rests on the belief about people, not on answers.
    """

    threshold_s: float
    low_s: float
    high_s: float
    level: float
    trials: int
    edge: bool


class Threshold:
    """One adaptive measurement of one threshold.

    Parameters
    ----------
    durations_s : sequence of float, seconds
        Durations that can be shown: whole frames of the display at hand.
    grid : Grid, optional

    Raises
    ------
    ValueError
        If there is no duration, or one is not positive.
    """

    def __init__(self, durations_s: Sequence[float], grid: Grid | None = None) -> None:
        if not durations_s or min(durations_s) <= 0:
            raise ValueError(f"durations_s: expected positive seconds, found {durations_s!r}.")
        self.durations_s = tuple(map(float, durations_s))
        self.grid = grid or Grid()
        self.trials = 0
        self.quest = QuestPlus(_table(self.durations_s, self.grid), self.grid.prior())

    def next_duration_s(self, rng: np.random.Generator | None = None, choices: int = 1) -> float:
        """The most telling duration, seconds; arguments as of `QuestPlus.next_stimulus`."""
        return self.durations_s[self.quest.next_stimulus(rng, choices)]

    def update(self, duration_s: float, outcome: int) -> None:
        """Take in one answer at the duration that was really shown; any duration will do.

        Raises
        ------
        ValueError
            If the duration is not positive.
        """
        if not duration_s > 0:
            raise ValueError(f"duration_s: expected positive seconds, found {duration_s!r}.")
        self.quest.update(_chances(float(duration_s), self.grid)[outcome])
        self.trials += 1

    def update_still(self, alarms: int, faces: int) -> None:
        """Take in how many of some faces that did nothing were said to have done something."""
        guessing = self.grid.axes()[3]
        likely = guessing**alarms * (1.0 - guessing) ** (faces - alarms)
        shape = tuple(axis.size for axis in self.grid.axes())
        self.quest.update(np.broadcast_to(likely, shape).ravel())

    def posterior(self) -> Floats:
        """Probability of every threshold of the grid; shape (thresholds,), sums to 1."""
        whole = self.quest.posterior.reshape(len(self.grid.threshold_s), -1)
        return np.asarray(whole.sum(axis=1))

    def estimate(self, level: float = 0.95) -> ThresholdEstimate:
        """Median and central credible interval of the threshold.

        Between grid points the distribution is taken as even on the logarithmic scale, so the
        interval does not jump from one grid value to the next.
        """
        logs = np.log(self.grid.threshold_s)
        edges = np.concatenate(([logs[0]], (logs[1:] + logs[:-1]) / 2.0, [logs[-1]]))
        below = np.concatenate(([0.0], np.cumsum(self.posterior())))
        tail = (1.0 - level) / 2.0
        low, middle, high = np.exp(np.interp([tail, 0.5, 1.0 - tail], below, edges))
        edge = bool(low < min(self.durations_s) or high > max(self.durations_s))
        return ThresholdEstimate(float(middle), float(low), float(high), level, self.trials, edge)
