"""Is what was stated what happened: tables of stated against observed rates and probabilities."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unspoken.bench.metrics.intervals import Share, share
from unspoken.report.rates import Rate, rate

__all__ = ["ProbabilityBin", "RateStep", "probability_reliability", "rate_reliability"]


@dataclass(frozen=True, slots=True)
class RateStep:
    """What happened below one stated false-alarm rate.

    Parameters
    ----------
    stated_per_min : float
        The rate that was stated, or asked for, 1/min.
    observed : Rate
        False alarms that stated this rate or a lower one, over the exposure, with the exact Poisson
        interval.
    ratio, low, high : float
        Observed over stated and its interval; 1 is right, 2 is twice as many alarms as stated.
    """

    stated_per_min: float
    observed: Rate
    ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ProbabilityBin:
    """Statements of about the same probability and how often they were true.

    Parameters
    ----------
    low, high : float
        Bounds of the bin; the upper one belongs to the last bin only.
    mean_stated : float
        Mean stated probability, NaN for an empty bin.
    observed : Share
        How often it was true.
    """

    low: float
    high: float
    mean_stated: float
    observed: Share


def rate_reliability(
    stated_per_min: Sequence[float], exposure_s: float, steps_per_min: Sequence[float]
) -> tuple[RateStep, ...]:
    """Compare the false-alarm rates that false alarms state with the rates they come at.

    An event states how often noise alone reaches its strength. So of all false alarms, those that
    state at most ``r`` a minute must come ``r`` times a minute. Steps share alarms (every alarm of
    a lower step is in the higher ones too), so they do not vary independently.

    Parameters
    ----------
    stated_per_min : sequence of float
        What each false alarm stated, 1/min, all clips together. NaN is refused.
    exposure_s : float
        Seconds of all clips in which alarms could happen.
    steps_per_min : sequence of float
        Rates to look at, 1/min, above 0; none above the rate the run was asked for, because events
        beyond it were never reported.

    Returns
    -------
    tuple of RateStep
        In rising order.

    Raises
    ------
    ValueError
        For a stated rate that is NaN or negative, or a step that is not above 0.
    """
    stated = np.asarray(stated_per_min, dtype=np.float64)
    if not (stated >= 0.0).all():
        raise ValueError("every false alarm must state a rate of 0 or more a minute")
    if any(not (math.isfinite(step) and step > 0.0) for step in steps_per_min):
        raise ValueError(f"steps must be rates above 0 a minute, got {list(steps_per_min)}")
    table = []
    for step in sorted(steps_per_min):
        seen = rate(int((stated <= step).sum()), exposure_s)
        table.append(RateStep(step, seen, seen.per_min / step, seen.low / step, seen.high / step))
    return tuple(table)


def probability_reliability(
    stated: Sequence[float], true: Sequence[bool], bins: int = 10
) -> tuple[ProbabilityBin, ...]:
    """Compare stated probabilities with how often they were true.

    The reliability diagram of Murphy & Winkler 1977 (doi 10.2307/2346866), with equal bins.

    Parameters
    ----------
    stated : sequence of float
        Probabilities, 0..1.
    true : sequence of bool
        Whether each turned out true.
    bins : int
        How many, at least 1.

    Returns
    -------
    tuple of ProbabilityBin
        All bins, empty ones too.

    Raises
    ------
    ValueError
        If lengths differ, a probability lies outside 0..1, or there is no bin.
    """
    p, came = np.asarray(stated, dtype=np.float64), np.asarray(true, dtype=bool)
    if p.shape != came.shape or bins < 1:
        raise ValueError(f"{p.size} probabilities, {came.size} outcomes, {bins} bins")
    if not ((p >= 0.0) & (p <= 1.0)).all():
        raise ValueError("probabilities lie between 0 and 1")
    edges = np.linspace(0.0, 1.0, bins + 1)
    where = np.clip(np.searchsorted(edges, p, side="right") - 1, 0, bins - 1)
    table = []
    for index in range(bins):
        inside = where == index
        mean = float(p[inside].mean()) if inside.any() else math.nan
        observed = share(int(came[inside].sum()), int(inside.sum()))
        table.append(ProbabilityBin(float(edges[index]), float(edges[index + 1]), mean, observed))
    return tuple(table)
