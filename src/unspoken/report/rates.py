"""Counts as rates: per minute of exposure, with the interval the count allows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from unspoken.analysis import Analysis

__all__ = ["Rate", "poisson_interval", "rate", "rates_by_kind"]


def poisson_interval(count: int, level: float = 0.95) -> tuple[float, float]:
    """Exact interval for the mean of a Poisson count.

    Garwood 1936 (doi 10.1093/biomet/28.3-4.437), from the gamma distribution: half a chi-square
    variable of 2k degrees of freedom is a gamma variable of shape k.

    Parameters
    ----------
    count : int
        Events counted, at least 0.
    level : float
        Share of repetitions whose interval holds the true mean, between 0 and 1.

    Returns
    -------
    tuple of float
        Lower and upper bound of the expected count; the lower one is 0 for no events.

    Raises
    ------
    ValueError
        For a negative count or a level outside 0..1.
    """
    if count < 0:
        raise ValueError(f"a count cannot be negative, got {count}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"the level lies between 0 and 1, got {level}")
    # Loaded here: it takes a third of a second, which every start of the program would pay.
    from scipy.special import gammainccinv, gammaincinv

    tail = (1.0 - level) / 2.0
    low = float(gammaincinv(count, tail)) if count else 0.0
    return low, float(gammainccinv(count + 1, tail))


@dataclass(frozen=True, slots=True)
class Rate:
    """Events per minute of exposure.

    Parameters
    ----------
    count : int
        Events.
    exposure_s : float
        Seconds in which they could have been seen.
    per_min, low, high : float
        Rate and its 95 % interval, 1/min; NaN, 0 and infinity without exposure.
    """

    count: int
    exposure_s: float
    per_min: float
    low: float
    high: float


def rate(count: int, exposure_s: float) -> Rate:
    """Put a count over its exposure."""
    if exposure_s <= 0.0:
        return Rate(count, 0.0, float("nan"), 0.0, float("inf"))
    low, high = poisson_interval(count)
    scale = 60.0 / exposure_s
    return Rate(count, exposure_s, count * scale, low * scale, high * scale)


def rates_by_kind(analysis: Analysis, kinds: Iterable[str]) -> dict[str, Rate]:
    """Rates of the given kinds of events over all measured faces."""
    counts = dict.fromkeys(kinds, 0)
    for event in analysis.events:
        if event.kind in counts:
            counts[event.kind] += 1
    return {kind: rate(count, analysis.exposure_s) for kind, count in counts.items()}
