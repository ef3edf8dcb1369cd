"""Shares and rates with the interval the data allow.

Which interval for what: a *share* of independent trials gets Wilson's; a *count over time* gets the
exact Poisson interval; anything computed from several clips of several people gets a bootstrap that
draws whole clips, because what happens within a clip is not independent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.stats import norm

from unspoken.report.rates import Rate, rate

__all__ = [
    "Estimate",
    "Share",
    "bootstrap_over_clips",
    "false_alarm_rate",
    "share",
    "wilson_interval",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Share:
    """A share of trials with its 95 % interval.

    Parameters
    ----------
    hits, trials : int
        How many of how many.
    value, low, high : float
        Share and its interval, 0..1; NaN, 0 and 1 without trials.
    """

    hits: int
    trials: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number computed from several clips, with its interval.

    Parameters
    ----------
    value : float
        The number over all clips.
    low, high : float
        Its interval; NaN where fewer than two clips leave nothing to draw from.
    clips : int
        How many clips.
    draws : int
        Bootstrap draws in which the number could be computed.
    """

    value: float
    low: float
    high: float
    clips: int
    draws: int


def wilson_interval(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Score interval of a share of independent trials.

    Wilson 1927, doi 10.1080/01621459.1927.10502953. Unlike the textbook's ``p +- 1.96 se`` it stays
    inside 0..1 and does not shrink to nothing at 0 or 100 %.

    Parameters
    ----------
    hits, trials : int
        How many of how many.
    level : float
        Share of repetitions whose interval holds the true share, between 0 and 1.

    Returns
    -------
    tuple of float
        0 and 1 without trials.

    Raises
    ------
    ValueError
        If hits are negative or exceed trials, or the level lies outside 0..1.
    """
    if not 0 <= hits <= trials:
        raise ValueError(f"hits lie between 0 and the number of trials, got {hits} of {trials}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"the level lies between 0 and 1, got {level}")
    if trials == 0:
        return 0.0, 1.0
    z = float(norm.isf((1.0 - level) / 2.0))
    p, z2 = hits / trials, z * z
    middle = (p + z2 / (2 * trials)) / (1 + z2 / trials)
    half = z * math.sqrt(p * (1 - p) / trials + z2 / (4 * trials**2)) / (1 + z2 / trials)
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    return low, 1.0 if hits == trials else min(1.0, middle + half)


def share(hits: int, trials: int) -> Share:
    """A share with Wilson's 95 % interval, such as a detection rate.

    Raises
    ------
    ValueError
        See `wilson_interval`.
    """
    low, high = wilson_interval(hits, trials)
    return Share(hits, trials, hits / trials if trials else math.nan, low, high)


def false_alarm_rate(clips: Iterable[tuple[int, float]]) -> Rate:
    """False alarms a minute over many clips, with the exact Poisson interval.

    Counts and exposure are added up before they are divided. The interval holds for alarms that
    come independently; where they come in bursts, or clips differ a lot, it is too narrow, and
    `bootstrap_over_clips` tells how much.

    Parameters
    ----------
    clips : iterable of (int, float)
        False alarms and seconds of exposure of each clip. Exposure is time in which alarms could
        happen, not the length of the file. Clips without alarms belong here too.

    Returns
    -------
    Rate
        Per minute; NaN, 0 and infinity without exposure.

    Raises
    ------
    ValueError
        For a negative count or exposure, or alarms without exposure.
    """
    count, exposure_s = 0, 0.0
    for alarms, seconds in clips:
        if alarms < 0 or not seconds >= 0.0 or (alarms and seconds == 0.0):
            raise ValueError(f"{alarms} alarms in {seconds} s cannot be")
        count += alarms
        exposure_s += seconds
    return rate(count, exposure_s)


def bootstrap_over_clips(
    clips: Sequence[T],
    statistic: Callable[[Sequence[T]], float],
    *,
    seed: int,
    draws: int = 2000,
    level: float = 0.95,
) -> Estimate:
    """Interval of a number by drawing whole clips again, with replacement.

    Percentile interval of the cluster bootstrap (Field & Welsh 2007, doi
    10.1111/j.1467-9868.2007.00593.x). With few clips (under about ten) it is too narrow; that is in
    the nature of few clips. A statistic that is at its limit in every clip (no miss at all) gives
    an interval of length zero: then use `share` or `false_alarm_rate`.

    Parameters
    ----------
    clips : sequence
        What is known of each clip, in any form.
    statistic : callable
        Gives the number for a list of clips, in which a clip may come several times. NaN where it
        cannot be computed; such draws are left out.
    seed : int
        The same seed gives the same interval.
    draws : int
        How often to draw.
    level : float
        Share of draws the interval holds, between 0 and 1.

    Returns
    -------
    Estimate
        NaN value for no clips.

    Raises
    ------
    ValueError
        For no draws or a level outside 0..1.
    """
    if draws < 1 or not 0.0 < level < 1.0:
        raise ValueError(f"needs draws and a level between 0 and 1, got {draws} and {level}")
    count = len(clips)
    value = float(statistic(clips)) if count else math.nan
    if count < 2:
        return Estimate(value, math.nan, math.nan, count, 0)
    rng = np.random.default_rng(seed)
    drawn = np.array(
        [statistic([clips[i] for i in rng.integers(0, count, count)]) for _ in range(draws)],
        dtype=np.float64,
    )
    drawn = drawn[np.isfinite(drawn)]
    if drawn.size == 0:
        return Estimate(value, math.nan, math.nan, count, 0)
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(drawn, (tail, 1.0 - tail))
    return Estimate(value, float(low), float(high), count, int(drawn.size))
