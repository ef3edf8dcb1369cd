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


def _log_grid(low: float, high: float, count: int) -> tuple[float, ...]:
    return tuple(float(value) for value in np.geomspace(low, high, count))


@dataclass(frozen=True)
class Grid:
    """Values the four parameters may take, and what is believed before any answer.

    The belief has to be like the people who are measured, or the stated intervals do not hold what
    they say: with a belief wider than people are, they come out too wide. Thresholds: log-normal
    about 70 ms, 95 % of people between 12 and 400 ms. Slips up to a tenth, guesses right up to an
    eighth. ``unspoken bench coverage`` checks it, also on people unlike these.

    Parameters
    ----------
    threshold_s : tuple of float, seconds
        From one frame at 240 Hz to one second, evenly spaced on a logarithmic scale.
    slope, lapse, floor : tuple of float
        Dimensionless.
    threshold_prior : tuple of float, optional
        Weights of the thresholds before any answer; log-normal where left out.
    """

    threshold_s: tuple[float, ...] = field(default_factory=lambda: _log_grid(0.004, 1.0, 61))
    slope: tuple[float, ...] = (1.2, 1.8, 2.5, 3.5)
    lapse: tuple[float, ...] = (0.0, 0.03, 0.06, 0.1)
    floor: tuple[float, ...] = (0.0, 0.04, 0.08, 0.125)
    threshold_prior: tuple[float, ...] | None = None

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Length of the four axes: threshold, slope, lapse, floor."""
        return len(self.threshold_s), len(self.slope), len(self.lapse), len(self.floor)


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
        Whether the interval reaches the end of what can be measured, so that it is open there.
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
        given = self.grid.threshold_prior
        if given is None:
            far = np.log(np.asarray(self.grid.threshold_s) / _USUAL_S) / _USUAL_SPREAD
            threshold = np.exp(-(far**2) / 2.0)
        else:
            threshold = np.asarray(given, dtype=np.float64)
        weights = np.broadcast_to(threshold[:, None, None, None], self.grid.shape)
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
        edge = bool(marginal[0] > tail or marginal[-1] > tail)
        return ThresholdEstimate(float(middle), float(low), float(high), level, self.trials, edge)
