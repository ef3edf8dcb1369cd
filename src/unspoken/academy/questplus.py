"""QUEST+: choose the duration that tells most, and keep the whole posterior of the threshold.

A grid over threshold, slope, lapse rate and floor carries the probability of every combination. The
next stimulus is the one after which the posterior's entropy is expected to be least; the answer
multiplies the posterior by its likelihood.

Source: Watson 2017, QUEST+: a general multidimensional Bayesian adaptive psychometric method,
Journal of Vision 17(3):10, doi 10.1167/17.3.10.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from unspoken.academy.psychometric import p_correct

__all__ = ["Grid", "QuestPlus", "ThresholdEstimate"]

Floats = NDArray[np.float64]

#: Median of thresholds before any answer, seconds, and standard deviation of their logarithm.
_USUAL_S, _USUAL_SPREAD = 0.07, 0.9
#: How slowly the belief in high lapse rates and floors falls: to 1/e over so much.
_USUAL_LAPSE, _USUAL_FLOOR = 1.0, 0.1


def _log_grid(low: float, high: float, count: int) -> tuple[float, ...]:
    return tuple(float(value) for value in np.geomspace(low, high, count))


@dataclass(frozen=True)
class Grid:
    """Values the four parameters may take, and what is believed before any answer.

    The belief has to be like the people who are measured, or the stated intervals do not hold what
    they say. Thresholds: log-normal about 70 ms, 95 % of people between 12 and 400 ms. Lapse: what
    was seen and yet named wrongly, by a slip or because it looks like another emotion; up to a
    half, since fear and surprise are told apart by little more than half of all people however long
    they look. Floor: guesses that are right; mostly few, but somebody may always say "fear".
    Chosen on simulated learners drawn with another seed than those with which
    ``unspoken bench coverage`` checks it.

    Parameters
    ----------
    threshold_s : tuple of float, seconds
        From one frame at 240 Hz to one second, evenly spaced on a logarithmic scale.
    slope, lapse, floor : tuple of float
        Dimensionless.
    threshold_prior, lapse_prior, floor_prior : tuple of float, optional
        Weights before any answer; where left out, log-normal and falling exponentially.
    """

    threshold_s: tuple[float, ...] = field(default_factory=lambda: _log_grid(0.004, 1.0, 41))
    slope: tuple[float, ...] = (1.2, 1.8, 2.5, 3.5)
    lapse: tuple[float, ...] = (0.02, 0.06, 0.12, 0.2, 0.3, 0.4, 0.5)
    floor: tuple[float, ...] = (0.0, 0.04, 0.08, 0.125, 0.25, 0.4)
    threshold_prior: tuple[float, ...] | None = None
    lapse_prior: tuple[float, ...] | None = None
    floor_prior: tuple[float, ...] | None = None

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Length of the four axes: threshold, slope, lapse, floor."""
        return len(self.threshold_s), len(self.slope), len(self.lapse), len(self.floor)


def _falling(values: tuple[float, ...], scale: float) -> Floats:
    """Share of an exponential density that each value of an axis stands for."""
    axis = np.asarray(values)
    if len(axis) < 2:
        return np.ones(len(axis))
    middles = (axis[1:] + axis[:-1]) / 2.0
    edges = np.concatenate(([0.0], middles, [2.0 * axis[-1] - middles[-1]]))
    return np.asarray(-np.diff(np.exp(-edges / scale)))


@lru_cache(maxsize=256)
def _likelihoods(durations_s: tuple[float, ...], grid: Grid) -> Floats:
    """Chance of a right answer by duration, for every combination of the grid's parameters.

    Kept, because every round asks for the same ones again; shape (durations, combinations).
    """
    axes = np.ix_(grid.threshold_s, grid.slope, grid.lapse, grid.floor)
    table = np.stack([p_correct(d, *axes).ravel() for d in durations_s])
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
        Answers it rests on; 0 means only the prior speaks.
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


class QuestPlus:
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
        self.durations_s: Floats = np.asarray(durations_s, dtype=np.float64)
        self.grid = grid or Grid()
        self.trials = 0
        self.posterior: Floats = self._prior()
        self._p = _likelihoods(tuple(map(float, durations_s)), self.grid)

    def _prior(self) -> Floats:
        grid = self.grid
        far = np.log(np.asarray(grid.threshold_s) / _USUAL_S) / _USUAL_SPREAD
        threshold = np.asarray(grid.threshold_prior or np.exp(-(far**2) / 2.0))
        lapse = np.asarray(grid.lapse_prior or _falling(grid.lapse, _USUAL_LAPSE))
        floor = np.asarray(grid.floor_prior or _falling(grid.floor, _USUAL_FLOOR))
        slope = np.ones(len(grid.slope))
        weights = np.einsum("i,j,k,l->ijkl", threshold, slope, lapse, floor)
        return np.asarray(weights / weights.sum())

    def _likelihood(self, duration_s: float) -> Floats:
        row = _likelihoods((float(duration_s),), self.grid)[0]
        return np.asarray(row.reshape(self.grid.shape))

    def expected_entropy(self) -> Floats:
        """Entropy of the posterior expected after each duration, nats; shape (durations,)."""
        weights = self.posterior.ravel()
        total = np.zeros(len(self.durations_s))
        for outcome in (self._p, 1.0 - self._p):
            joint = outcome * weights
            chance = joint.sum(axis=1, keepdims=True)
            after = np.divide(joint, chance, out=np.zeros_like(joint), where=chance > 0)
            logs = np.log(after, out=np.zeros_like(after), where=after > 0)
            total -= chance[:, 0] * (after * logs).sum(axis=1)
        return total

    def next_duration_s(self, rng: np.random.Generator | None = None, choices: int = 1) -> float:
        """The most telling duration.

        Parameters
        ----------
        rng : numpy.random.Generator, optional
            Needed where `choices` is more than one.
        choices : int
            Draw from this many most telling durations instead of always taking the first, so that
            a learner cannot guess what comes.

        Returns
        -------
        float, seconds
        """
        order = np.argsort(self.expected_entropy(), kind="stable")
        if rng is None or choices <= 1:
            return float(self.durations_s[order[0]])
        return float(self.durations_s[order[rng.integers(min(choices, len(order)))]])

    def update(self, duration_s: float, correct: bool) -> None:
        """Take in one answer at the duration that was really shown; any duration will do.

        Raises
        ------
        ValueError
            If the duration is not positive.
        """
        if not duration_s > 0:
            raise ValueError(f"duration_s: expected positive seconds, found {duration_s!r}.")
        likely = self._likelihood(duration_s)
        posterior = self.posterior * (likely if correct else 1.0 - likely)
        self.posterior = posterior / posterior.sum()
        self.trials += 1

    def update_all(self, answers: Iterable[tuple[float, bool]]) -> None:
        """Take in several (duration in seconds, correct)."""
        for duration_s, correct in answers:
            self.update(duration_s, correct)

    def threshold_posterior(self) -> Floats:
        """Probability of every threshold of the grid; shape (thresholds,), sums to 1."""
        return np.asarray(self.posterior.sum(axis=(1, 2, 3)))

    def threshold(self, level: float = 0.95) -> ThresholdEstimate:
        """Median and central credible interval of the threshold.

        Between grid points the distribution is taken as even on the logarithmic scale, so the
        interval does not jump from one grid value to the next.
        """
        marginal = self.threshold_posterior()
        logs = np.log(self.grid.threshold_s)
        edges = np.concatenate(([logs[0]], (logs[1:] + logs[:-1]) / 2.0, [logs[-1]]))
        below = np.concatenate(([0.0], np.cumsum(marginal)))
        tail = (1.0 - level) / 2.0
        low, middle, high = np.exp(np.interp([tail, 0.5, 1.0 - tail], below, edges))
        edge = bool(low < self.durations_s.min() or high > self.durations_s.max())
        return ThresholdEstimate(float(middle), float(low), float(high), level, self.trials, edge)
