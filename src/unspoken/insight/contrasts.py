"""Comparing two groups of moments: the rate ratio with its interval and p value.

Where the same customers are in both groups, everything is compared within customers: a Mantel-
Haenszel rate ratio with a stratum per customer. A customer who frowns all the time, or was filmed
longer in one step than in another, weighs on both sides alike. A customer's weight grows with their
moments only up to a point, as it should where the moments of one person come together (the weight
of a quasi-likelihood with an intra-customer correlation of 1/11): so no single customer decides.
Where the groups are different customers, their pooled rates are compared.

The interval is made as that of a rate (`unspoken.insight.estimates`); the p value is the one that
belongs to it, so an interval that leaves out 1 and a p value below 0.05 are the same statement.
Exchanging labels at random within customers was tried and not taken: when steps differ in length
and moments are rare, it named something by chance in 16 of 100 studies instead of 5.

References
----------
Greenland, Robins (1985), Mantel-Haenszel for person-time, doi:10.2307/2530643.
Liang, Zeger (1986), variances clustered by person, doi:10.1093/biomet/73.1.13.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import optimize, special

from unspoken.insight.estimates import NOTHING, Array, Estimate, degrees_of_freedom, t_quantile

__all__ = ["LEAST_CUSTOMERS", "Comparison", "between_customers", "compare", "within_customers"]

Design = Literal["within", "between", ""]
#: Least customers on each side; also what may be shown (see `unspoken.insight.privacy`).
LEAST_CUSTOMERS = 5
#: Fewer moments than this cannot tell two rates apart.
LEAST_MOMENTS = 6
#: Moments beyond which a customer's weight hardly grows.
_FULL_WEIGHT = 10.0
#: Degrees of freedom per effective customer, where weights already hold back the loud ones.
_DF_PER_CUSTOMER = 3.0
_TAIL = 0.025
#: Finding something four times out of five.
_POWER_Z = float(special.ndtri(0.8))


@dataclass(frozen=True, slots=True)
class Comparison:
    """One group against another.

    Parameters
    ----------
    design : {"within", "between", ""}
        Compared within the same customers, or between different ones; "" where not compared.
    ratio : Estimate
        Rate in the first group over the rate in the second, with its 95 % interval.
    p_value : float
        Two-sided; NaN where not compared.
    customers, customers_other : int
        Customers in the comparison, on each side.
    moments, moments_other : int
        Moments in the comparison, on each side.
    minutes, minutes_other : float
        Exposure in the comparison, on each side.
    visible_ratio : float
        The smallest rate ratio above 1 that would have been found four times out of five; NaN
        where unknown.
    customers_needed : int
        How many customers would find a doubling four times out of five; 0 where unknown.
    reason : str
        Why there is no comparison and what would be needed, or "".
    """

    design: Design
    ratio: Estimate
    p_value: float
    customers: int
    customers_other: int
    moments: int
    moments_other: int
    minutes: float
    minutes_other: float
    visible_ratio: float = math.nan
    customers_needed: int = 0
    reason: str = ""


def not_compared(reason: str) -> Comparison:
    """A comparison that was not made."""
    return Comparison("", NOTHING, math.nan, 0, 0, 0, 0, 0.0, 0.0, reason=reason)


def compare(count: Array, exposure: Array, level: int, others: list[int]) -> Comparison:
    """Compare one level of a grouping with others taken together.

    Parameters
    ----------
    count, exposure : ndarray, shape (customers, levels)
        Moments, and minutes in which they could have been seen.
    level : int
        The level in question.
    others : list of int
        The levels it is compared with.

    Returns
    -------
    Comparison
        Within customers where at least five are on both sides and most of the level's exposure is
        theirs; else between the customers who are on one side only, where both have five.
    """
    sides = np.stack([count[:, level], count[:, others].sum(axis=1)], axis=1)
    minutes = np.stack([exposure[:, level], exposure[:, others].sum(axis=1)], axis=1)
    here, there = (minutes > 0.0).T
    both = here & there
    only = int((here & ~there).sum()), int((there & ~here).sum())
    mostly = minutes[both, 0].sum() >= 0.5 * minutes[here, 0].sum()
    if both.sum() >= LEAST_CUSTOMERS and (mostly or min(only) < LEAST_CUSTOMERS):
        return within_customers(sides[both], minutes[both])
    if min(only) >= LEAST_CUSTOMERS:
        one = here ^ there
        return between_customers(sides[one], minutes[one])
    few = int(min(here.sum(), there.sum()))
    if few < LEAST_CUSTOMERS:
        needed = f"at least {LEAST_CUSTOMERS} are needed on each, {LEAST_CUSTOMERS - few} more."
    else:
        needed = f"at least {LEAST_CUSTOMERS} have to be on both sides, or on one side only."
    facts = _facts((int(here.sum()), int(there.sum())), sides, minutes)
    reason = (
        f"Not enough data: {facts[0]} customers on one side and {facts[1]} on the other; {needed}"
    )
    return Comparison("", NOTHING, math.nan, *facts, reason=reason)


def within_customers(count: Array, exposure: Array) -> Comparison:
    """Compare the first column with the second, each customer with themselves.

    Parameters
    ----------
    count, exposure : ndarray, shape (customers, 2)
        Moments and minutes; every customer has exposure on both sides.
    """
    moments, minutes = count.sum(axis=1), exposure.sum(axis=1)
    weight = 1.0 / (1.0 + moments / _FULL_WEIGHT)
    a = weight * count[:, 0] * exposure[:, 1] / minutes
    b = weight * count[:, 1] * exposure[:, 0] / minutes
    floor = float((weight**2 * exposure.prod(axis=1) * moments / minutes**2).sum())
    top, bottom = float(a.sum()), float(b.sum())
    customers = (count.shape[0], count.shape[0])
    if min(top, bottom) <= 0.0:
        carriers = moments > 0.0
        ratio, p = _one_sided(exposure[carriers], empty_first=top <= 0.0)
        return _comparison("within", ratio, p, math.nan, customers, count, exposure)
    parts = a / top - b / bottom
    parts = parts / (1.0 - np.minimum(0.5 * (a / top + b / bottom), 0.99))
    variance = max(float((parts**2).sum()), floor / (top * bottom))
    df = degrees_of_freedom(parts, _DF_PER_CUSTOMER)
    ratio, p = _log_interval(top / bottom, variance, df)
    return _comparison("within", ratio, p, math.sqrt(variance), customers, count, exposure)


def between_customers(count: Array, exposure: Array) -> Comparison:
    """Compare the customers of the first column with those of the second.

    Parameters
    ----------
    count, exposure : ndarray, shape (customers, 2)
        Moments and minutes; every customer has exposure on one side only.
    """
    first = exposure[:, 0] > 0.0
    customers = int(first.sum()), int((~first).sum())
    total, time = count.sum(axis=0), exposure.sum(axis=0)
    if total.min() <= 0.0:
        carriers = int((count.sum(axis=1) > 0.0).sum())
        ratio, p = _one_sided(np.tile(time, (carriers, 1)), empty_first=total[0] <= 0.0)
        return _comparison("between", ratio, p, math.nan, customers, count, exposure)
    rates = total / time
    leverage = np.minimum((exposure / time).sum(axis=1), 0.99)
    parts = ((count - rates * exposure) / total).sum(axis=1) / (1.0 - leverage)
    variance = max(float((parts**2).sum()), float((1.0 / total).sum()))
    df = min(degrees_of_freedom(parts), first.size - 2.0)
    ratio, p = _log_interval(rates[0] / rates[1], variance, df)
    return _comparison("between", ratio, p, math.sqrt(variance), customers, count, exposure)


def _facts(
    customers: tuple[int, int], count: Array, exposure: Array
) -> tuple[int, int, int, int, float, float]:
    (a, b), (s, t) = count.sum(axis=0), exposure.sum(axis=0)
    return *customers, int(a), int(b), float(s), float(t)


def _comparison(
    design: Design,
    ratio: Estimate,
    p_value: float,
    error: float,
    customers: tuple[int, int],
    count: Array,
    exposure: Array,
) -> Comparison:
    needed, visible, reason = 0, math.nan, ""
    if math.isfinite(error):
        spread = (1.96 + _POWER_Z) * error
        visible = math.exp(min(spread, 50.0))
        present = customers[0] if design == "within" else sum(customers)
        needed = math.ceil(present * (spread / math.log(2.0)) ** 2)
    total = int(count.sum())
    if total < LEAST_MOMENTS:
        p_value = math.nan
        reason = (
            f"Not enough data: {total} such moments in all; at least {LEAST_MOMENTS} are needed "
            "to tell two rates apart."
        )
    facts = _facts(customers, count, exposure)
    return Comparison(design, ratio, p_value, *facts, visible, needed, reason)


def _log_interval(ratio: float, variance: float, df: float) -> tuple[Estimate, float]:
    error, df = math.sqrt(variance), max(df, 1.0)
    reach = math.exp(min(t_quantile(df) * error, 50.0))
    p = 2.0 * float(special.stdtr(df, -abs(math.log(ratio)) / error))
    return Estimate(ratio, ratio / reach, ratio * reach), p


def _one_sided(minutes: Array, *, empty_first: bool) -> tuple[Estimate, float]:
    """Ratio, interval and p value where one side has no moments at all.

    Customers count here, not moments: each customer who showed anything could have shown it first
    on the empty side, with a chance that grows with the time there.

    Parameters
    ----------
    minutes : ndarray, shape (customers with moments, 2)
        Their exposure on both sides.
    empty_first : bool
        Whether the first side is the empty one.
    """
    if minutes.shape[0] == 0:
        return Estimate(math.nan, 0.0, math.inf), math.nan
    empty, other = (minutes if empty_first else minutes[:, ::-1]).T

    def log_chance(log_ratio: float) -> float:
        return -float(np.log1p(math.exp(log_ratio) * empty / other).sum())

    limit = math.exp(
        optimize.brentq(lambda x: log_chance(x) - math.log(_TAIL), -40.0, 40.0, xtol=1e-6)
    )
    p = min(1.0, 2.0 * math.exp(log_chance(0.0)))
    if empty_first:
        return Estimate(0.0, 0.0, limit), p
    return Estimate(math.inf, 1.0 / limit, math.inf), p
