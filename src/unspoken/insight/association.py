"""Do customers who show more of something also end differently? Association, not cause.

The customer is the unit: their rate over all their interactions against the mean of their outcomes.
Numbers (CSAT, NPS) are compared by rank (Spearman), outcomes of two kinds (bought or left) by the
chance that a customer of one kind shows more than one of the other.

References
----------
Bonett, Wright (2000), interval of a rank correlation, doi:10.1007/BF02294183.
Newcombe (2006), interval of the Mann-Whitney area (method 5), doi:10.1002/sim.2324.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from unspoken.insight.estimates import NOTHING, Estimate
from unspoken.insight.interactions import Interaction

__all__ = ["Association", "associate", "outcomes_by_customer"]

Array = NDArray[np.float64]
LEAST_CUSTOMERS = 10
LEAST_PER_KIND = 5
_YES = {"yes", "true", "y", "bought", "buy", "purchased", "won", "renewed", "stayed"}
_NO = {"no", "false", "n", "left", "lost", "not bought", "churned", "cancelled", "none"}
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Association:
    """One measure against one outcome.

    Parameters
    ----------
    measure, outcome : str
        Which.
    method : {"rank correlation", "pairs"}
        Spearman's rank correlation (-1 to 1), or the share of pairs of customers, one with and one
        without the outcome, in which the one with it shows more (0 to 1; 0.5 is no association).
    customers, customers_with : int
        Customers with this outcome known; those of them who have it ("pairs" only).
    minutes : float
        Their exposure.
    estimate : Estimate
        With 95 % interval; NaN where there is not enough data.
    p_value, p_adjusted : float
        Two-sided; adjusted together with all tests of the study.
    reason : str
        Why there is no estimate, or "".
    """

    measure: str
    outcome: str
    method: Literal["rank correlation", "pairs"]
    customers: int
    customers_with: int
    minutes: float
    estimate: Estimate = NOTHING
    p_value: float = math.nan
    p_adjusted: float = math.nan
    reason: str = ""


@dataclass(frozen=True)
class Outcome:
    """One outcome by customer.

    Parameters
    ----------
    name : str
        As in the context; for texts, which of the two is counted as 1.
    values : dict of str to float
        Mean by customer.
    two_kinds : bool
        Whether values are 0 or 1.
    """

    name: str
    values: dict[str, float]
    two_kinds: bool


def outcomes_by_customer(interactions: Sequence[Interaction]) -> tuple[list[Outcome], list[str]]:
    """Outcomes as numbers, one per customer.

    Returns
    -------
    list of Outcome
        Numbers as they are; texts of two kinds as 0 and 1.
    list of str
        What could not be used, in sentences.
    """
    raw: dict[str, dict[str, list[object]]] = {}
    for one in interactions:
        for name, value in one.outcomes.items():
            if value is not None and value != "":
                raw.setdefault(name, {}).setdefault(one.customer, []).append(value)
    found, notes = [], []
    for name, by_customer in sorted(raw.items()):
        numbers = _as_numbers([v for values in by_customer.values() for v in values])
        if numbers is None:
            notes.append(f'The outcome "{name}" has more than two different texts; not used.')
            continue
        label, table = numbers
        values = {
            customer: float(np.mean([table[_key(v)] for v in items]))
            for customer, items in by_customer.items()
        }
        two = set(values.values()) <= {0.0, 1.0}
        found.append(Outcome(f"{name} = {label}" if label else name, values, two))
    return found, notes


def _key(value: object) -> str:
    return str(value).strip().lower()


def _as_numbers(values: list[object]) -> tuple[str, dict[str, float]] | None:
    """What each value counts as; and for texts the name of the one that counts 1."""
    kinds = sorted({_key(value) for value in values})
    try:
        return "", {kind: float(kind) for kind in kinds}
    except ValueError:
        pass
    if len(kinds) > 2:
        return None
    good = next((k for k in kinds if k in _YES), None)
    if good is None:
        good = next((k for k in kinds if k not in _NO), kinds[0])
    return good, {kind: float(kind == good) for kind in kinds}


def associate(
    measure: str,
    outcome: Outcome,
    customers: Sequence[str],
    moments: Array,
    minutes: Array,
) -> Association:
    """Compare customers' rates with one outcome.

    Parameters
    ----------
    measure : str
        Its name.
    outcome : Outcome
        By customer.
    customers : sequence of str
        Pseudonyms.
    moments, minutes : ndarray, shape (customers,)
        Totals.
    """
    keep = [i for i, c in enumerate(customers) if c in outcome.values and minutes[i] > 0.0]
    rates = moments[keep] / minutes[keep]
    values = np.array([outcome.values[customers[i]] for i in keep])
    having = int((values == 1.0).sum()) if outcome.two_kinds else 0
    empty = Association(
        measure=measure,
        outcome=outcome.name,
        method="pairs" if outcome.two_kinds else "rank correlation",
        customers=len(keep),
        customers_with=having,
        minutes=float(minutes[keep].sum()),
    )
    reason = _too_few(values, rates, having, outcome.two_kinds)
    if reason:
        return replace(empty, reason=reason)
    compared = _pairs(rates, values == 1.0) if outcome.two_kinds else _ranks(rates, values)
    return replace(empty, estimate=compared[0], p_value=compared[1])


def _too_few(values: Array, rates: Array, having: int, two_kinds: bool) -> str:
    count = values.size
    if count < LEAST_CUSTOMERS:
        return (
            f"Not enough data: this outcome is known of {count} customers; at least "
            f"{LEAST_CUSTOMERS} are needed."
        )
    if two_kinds and min(having, count - having) < LEAST_PER_KIND:
        return (
            f"Not enough data: {having} customers with and {count - having} without this outcome; "
            f"at least {LEAST_PER_KIND} of each are needed."
        )
    if np.ptp(rates) == 0.0 or np.ptp(values) == 0.0:
        return "All customers are alike in one of the two, so nothing can go together."
    return ""


def _ranks(rates: Array, values: Array) -> tuple[Estimate, float]:
    result = stats.spearmanr(rates, values)
    r = min(max(float(result.statistic), -0.999), 0.999)
    error = math.sqrt((1.0 + r * r / 2.0) / (rates.size - 3.0))
    z = math.atanh(r)
    estimate = Estimate(r, math.tanh(z - _Z * error), math.tanh(z + _Z * error))
    return estimate, float(result.pvalue)


def _pairs(rates: Array, having: NDArray[np.bool_]) -> tuple[Estimate, float]:
    first, second = rates[having], rates[~having]
    result = stats.mannwhitneyu(first, second, alternative="two-sided")
    m, n = first.size, second.size
    area = float(result.statistic) / (m * n)
    more = 0.5 * (m + n) - 1.0

    def beyond(theta: float) -> float:
        spread = (
            theta
            * (1.0 - theta)
            * (1.0 + more * (1.0 - theta) / (2.0 - theta) + more * theta / (1.0 + theta))
        )
        return (area - theta) ** 2 - _Z**2 * spread / (m * n)

    low = optimize.brentq(beyond, 1e-12, area) if area > 1e-9 else 0.0
    high = optimize.brentq(beyond, area, 1.0 - 1e-12) if area < 1.0 - 1e-9 else 1.0
    return Estimate(area, float(low), float(high)), float(result.pvalue)
