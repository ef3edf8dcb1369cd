"""Which groups stand out from the others, and which only seem to.

Each level is compared with all the others taken together. One level that truly differs shifts what
the others are compared with, so the levels are named one after the other: when the strongest has
been named, the rest are compared again without it, and a level keeps the larger of its p values.
All p values of a study, over all groupings and measures, are then judged together by the procedure
of Benjamini and Hochberg: of what is named, at most the stated share is expected to be chance.

References
----------
Benjamini, Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from unspoken.insight.association import Association
from unspoken.insight.contrasts import LEAST_CUSTOMERS, Comparison, compare, not_compared
from unspoken.insight.counts import Counts
from unspoken.insight.estimates import Estimate, rate, share

__all__ = ["VERDICTS", "GroupResult", "adjust", "study_groups"]

#: What is said of a group.
VERDICTS = {
    "more": "stands out: more often than in the others",
    "less": "stands out: less often than in the others",
    "no difference seen": "compared, and no difference was seen beyond chance",
    "not enough data": "could not be compared",
}
_ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class GroupResult:
    """One measure in one group.

    Parameters
    ----------
    grouping, level, measure : str
        Which.
    customers : int
        With exposure.
    interactions, moments : int
        How much there is of it.
    minutes : float
        Exposure: time in which it could have been seen.
    rate : Estimate
        Moments per minute.
    showing : int
        Customers who showed it at least once.
    share : Estimate
        The same as a share of the customers.
    comparison : Comparison
        Against the other groups.
    compared_with : tuple of str
        Which those are.
    p_adjusted : float
        Smallest false discovery rate at which this would be named; NaN where not compared.
    verdict : str
        Key of `VERDICTS`.
    """

    grouping: str
    level: str
    measure: str
    customers: int
    interactions: int
    moments: int
    minutes: float
    rate: Estimate
    showing: int
    share: Estimate
    comparison: Comparison
    compared_with: tuple[str, ...]
    p_adjusted: float = math.nan
    verdict: str = "not enough data"


def study_groups(counts: Counts, reference: str = "") -> list[GroupResult]:
    """Rates, shares and comparisons of every measure in every level of a grouping.

    Parameters
    ----------
    counts : Counts
        Small groups already hidden.
    reference : str
        A level all others are compared with, instead of each with all the others.

    Returns
    -------
    list of GroupResult
        Not yet judged: see :func:`judge`.
    """
    results: list[GroupResult] = []
    for position, measure in enumerate(counts.measures):
        comparisons = _compare_all(counts, position, reference)
        for level, name in enumerate(counts.levels):
            comparison, others = comparisons[level]
            results.append(_result(counts, position, measure, level, name, comparison, others))
    return results


def _result(
    counts: Counts,
    position: int,
    measure: str,
    level: int,
    name: str,
    comparison: Comparison,
    others: list[int],
) -> GroupResult:
    seen = counts.exposed[position, :, level] > 0.0
    count, minutes = counts.moments[position, seen, level], counts.exposed[position, seen, level]
    showing = int((count > 0.0).sum())
    return GroupResult(
        grouping=counts.grouping,
        level=name,
        measure=measure,
        customers=int(seen.sum()),
        interactions=int(counts.interactions[level]),
        moments=int(count.sum()),
        minutes=float(minutes.sum()),
        rate=rate(count, minutes),
        showing=showing,
        share=share(showing, int(seen.sum())),
        comparison=comparison,
        compared_with=tuple(counts.levels[i] for i in others),
    )


def _compare_all(
    counts: Counts, position: int, reference: str
) -> dict[int, tuple[Comparison, list[int]]]:
    """Compare every level, naming the strongest one after the other."""
    count, minutes = counts.moments[position], counts.exposed[position]
    everything = list(range(len(counts.levels)))

    def against(level: int, others: list[int]) -> tuple[Comparison, list[int]]:
        return compare(count, minutes, level, others), others

    if reference in counts.levels:
        base = counts.levels.index(reference)
        found = {i: against(i, [base]) for i in everything if i != base}
        return {base: (not_compared("This is the reference."), []), **found}
    if len(everything) < 2:
        only = not_compared("There is only one group to show; nothing to compare with.")
        return {level: (only, []) for level in everything}
    found = {level: against(level, [i for i in everything if i != level]) for level in everything}
    if len(everything) == 2:
        return found  # one is the mirror of the other
    named: list[int] = []
    while len(everything) - len(named) > 2:
        rest = [i for i in everything if i not in named]
        p = {i: found[i][0].p_value for i in rest if not math.isnan(found[i][0].p_value)}
        if not p or min(p.values()) * len(rest) > _ALPHA:
            break
        named.append(min(p, key=lambda i: (p[i], -_strength(found[i][0].ratio))))
        for level in (i for i in rest if i not in named):
            others = [i for i in rest if i not in named and i != level]
            again, _ = against(level, others)
            larger = max(again.p_value, found[level][0].p_value)
            found[level] = replace(again, p_value=larger), others
    return found


def _strength(ratio: Estimate) -> float:
    """How far a ratio is from 1 for sure, on the log scale."""
    edge = max(ratio.low, 1.0 / ratio.high if ratio.high > 0.0 else math.inf)
    return math.log(edge) if 0.0 < edge < math.inf else 0.0


def adjust(
    results: Sequence[GroupResult],
    associations: Sequence[Association],
    false_discoveries: float = 0.05,
) -> tuple[list[GroupResult], list[Association]]:
    """Say which groups stand out, all tests of a study taken together.

    A group is named when its adjusted p value is small enough, its interval leaves out 1, and at
    least five customers carry it. The two sides of a two-level grouping count as one test.

    Parameters
    ----------
    results : sequence of GroupResult
        All of a study.
    associations : sequence of Association
        All of the same study.
    false_discoveries : float
        Share of the named that may be chance.
    """
    p_of: dict[tuple[object, ...], float] = {}
    for result in results:
        p_of[_test_key(result)] = result.comparison.p_value
    for item in associations:
        p_of[item.measure, item.outcome] = item.p_value
    p_of = {key: p for key, p in p_of.items() if not math.isnan(p)}
    if not p_of:
        return list(results), list(associations)
    adjusted = stats.false_discovery_control(np.array(list(p_of.values())))
    q_of = {key: float(q) for key, q in zip(p_of, adjusted, strict=True)}
    judged = []
    for result in results:
        q = q_of.get(_test_key(result), math.nan)
        if not math.isnan(q):
            result = replace(result, p_adjusted=q, verdict=_verdict(result, q, false_discoveries))
        judged.append(result)
    known = [
        replace(item, p_adjusted=q_of.get((item.measure, item.outcome), math.nan))
        for item in associations
    ]
    return judged, known


def _test_key(result: GroupResult) -> tuple[object, ...]:
    sides: tuple[str, ...] = (result.level,)
    if len(result.compared_with) == 1:
        sides = tuple(sorted((result.level, *result.compared_with)))
    return result.grouping, result.measure, sides


def _verdict(result: GroupResult, p_adjusted: float, false_discoveries: float) -> str:
    comparison = result.comparison
    if comparison.reason:
        return "not enough data"
    if p_adjusted > false_discoveries or comparison.ratio.holds(1.0):
        return "no difference seen"
    if comparison.ratio.value > 1.0:
        return "more" if result.showing >= LEAST_CUSTOMERS else "no difference seen"
    return "less"
