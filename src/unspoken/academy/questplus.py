"""QUEST+: choose the stimulus that tells most, and keep the whole posterior.

A grid over all parameters carries the probability of every combination. The next stimulus is the
one after which the posterior's entropy is expected to be least; the outcome multiplies the
posterior by its likelihood. What the parameters mean is the model's business, not this module's.

Source: Watson 2017, QUEST+: a general multidimensional Bayesian adaptive psychometric method,
Journal of Vision 17(3):10, doi 10.1167/17.3.10.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["QuestPlus", "x_log_x"]

Floats = NDArray[np.float64]


def x_log_x(values: Floats) -> Floats:
    """Each value times its logarithm; 0 where it is 0."""
    from scipy.special import xlogy

    return np.asarray(xlogy(values, values))


class QuestPlus:
    """One adaptive measurement.

    Parameters
    ----------
    chances : ndarray of float64, shape (outcomes, stimuli, combinations)
        Chance of every outcome, for every stimulus and combination of parameters.
    prior : ndarray of float64, shape (combinations,)
        Weights before any outcome; need not sum to 1.
    spread : ndarray of float64, optional
        :func:`x_log_x` of `chances`, where many measurements share it.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the chances of outcomes do not sum to 1.
    """

    def __init__(self, chances: Floats, prior: Floats, spread: Floats | None = None) -> None:
        if chances.ndim != 3 or prior.shape != chances.shape[2:] or 0 in chances.shape:
            raise ValueError(
                "chances: expected (outcomes, stimuli, combinations) and a prior of "
                f"(combinations,), found {chances.shape} and {prior.shape}."
            )
        if not np.allclose(chances.sum(axis=0), 1.0):
            raise ValueError("chances: expected outcomes whose chances sum to 1.")
        self._chances = chances
        self._spread = x_log_x(chances) if spread is None else spread
        self.posterior: Floats = prior / prior.sum()

    def expected_entropy(self) -> Floats:
        """Entropy of the posterior expected after each stimulus, nats; shape (stimuli,)."""
        weights = self.posterior
        own = x_log_x(weights)
        total = np.zeros(self._chances.shape[1])
        # Of an outcome with chance c, the posterior is p w / c; the sum of -p w log(p w / c)
        # over combinations is c log c - sum(w p log p) - sum(p w log w): products with tables.
        for outcome, spread in zip(self._chances, self._spread, strict=True):
            total += x_log_x(outcome @ weights) - spread @ weights - outcome @ own
        return total

    def next_stimulus(self, rng: np.random.Generator | None = None, choices: int = 1) -> int:
        """Index of the most telling stimulus.

        Parameters
        ----------
        rng : numpy.random.Generator, optional
            Needed where `choices` is more than one.
        choices : int
            Draw from this many most telling ones instead of always taking the first, so that nobody
            can guess what comes.
        """
        order = np.argsort(self.expected_entropy(), kind="stable")
        if rng is None or choices <= 1:
            return int(order[0])
        return int(order[rng.integers(min(choices, len(order)))])

    def update(self, likelihood: Floats) -> None:
        """Take in what was found, by its likelihood; shape (combinations,).

        It need not be one of the stimuli that could be chosen.
        """
        posterior = self.posterior * likelihood
        self.posterior = posterior / posterior.sum()
