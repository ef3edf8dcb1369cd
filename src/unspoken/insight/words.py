"""What a study found, in sentences for people who have one minute."""

from __future__ import annotations

import math

from unspoken.insight.association import Association
from unspoken.insight.estimates import Estimate
from unspoken.insight.standing_out import GroupResult
from unspoken.insight.study import Study

__all__ = [
    "association_sentence",
    "comparison_text",
    "capital",
    "headline",
    "measure_words",
    "number",
    "p_text",
    "percent",
    "plural",
    "rate_text",
    "ratio_text",
    "span",
    "stands_out_sentence",
    "times_text",
]

_MOST_NAMED = 2
#: A ratio beyond which a comparison could hardly have found anything.
_BLUNT = 3.0


def number(value: float, digits: int = 2) -> str:
    """A number with so many significant digits, never in powers of ten."""
    if math.isnan(value):
        return "unknown"
    if math.isinf(value):
        return "no limit"
    if value == 0.0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(places, 6)}f}"
    return text.replace("-", "\u2212")


def plural(count: int, word: str) -> str:
    """A count with its word: "1 customer", "2 customers"."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def span(estimate: Estimate, digits: int = 2) -> str:
    """The interval: "1.2 to 3.4"."""
    if math.isnan(estimate.low):
        return "no interval"
    if math.isinf(estimate.high):
        return f"at least {number(estimate.low, digits)}"
    return f"{number(estimate.low, digits)} to {number(estimate.high, digits)}"


def rate_text(result: GroupResult) -> str:
    """The rate with its interval."""
    return f"{number(result.rate.value)} per minute ({span(result.rate)})"


def times_text(ratio: Estimate, there: str) -> str:
    """A ratio as people say it.

    Parameters
    ----------
    ratio : Estimate
        Rate here over the rate there.
    there : str
        What follows "in": the other groups.
    """
    if ratio.value == 0.0:
        return f"not once, unlike in {there}"
    if math.isinf(ratio.value):
        return f"only here, never in {there}"
    return f"{number(ratio.value)} times as often as in {there}"


def ratio_text(ratio: Estimate) -> str:
    """A ratio and its interval for a table."""
    if math.isnan(ratio.value):
        return ""
    value = "only here" if math.isinf(ratio.value) else f"\u00d7{number(ratio.value)}"
    return f"{value} ({span(ratio)})"


def stands_out_sentence(result: GroupResult) -> str:
    """What stands out, with everything needed to weigh it."""
    c = result.comparison
    who = "the same customers" if c.design == "within" else "other customers"
    what = capital(measure_words(result.measure))
    return (
        f"{what} came {times_text(c.ratio, _others(result))} ({who}; interval {span(c.ratio)}): "
        f"{plural(c.moments, 'moment')} in {number(c.minutes, 3)} minutes against "
        f"{plural(c.moments_other, 'moment')} in {number(c.minutes_other, 3)} minutes. "
        f"{result.showing} of {result.customers} customers showed it there at least once."
    )


def _others(result: GroupResult) -> str:
    if len(result.compared_with) == 1:
        return f"\u201c{result.compared_with[0]}\u201d"
    return f"the other {len(result.compared_with)} groups"


def measure_words(measure: str) -> str:
    """What a measure is called in a sentence."""
    if measure in ("micro", "macro"):
        return f"{measure}-expressions"
    if measure.startswith("emotion:"):
        return f"movements consistent with {measure.removeprefix('emotion:')}"
    return measure


def percent(value: float) -> str:
    """A share in whole percent."""
    return f"{100.0 * value:.0f} %"


def p_text(value: float) -> str:
    """A p value; below 0.001 nobody needs more digits."""
    return "below 0.001" if value < 0.001 else number(value)


def capital(text: str) -> str:
    """The first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]


def headline(study: Study) -> list[str]:
    """The three sentences a manager reads first: what, on what grounds, what to do.

    Returns
    -------
    list of str
        Three sentences.
    """
    named = study.standing_out
    grounds = (
        f"This rests on {plural(study.interactions, 'interaction')} of "
        f"{plural(study.customers, 'customer')}, {number(study.minutes / 60.0, 3)} hours in which "
        "something could have been seen."
    )
    if named:
        return [_what(named), grounds, _look(study, named[0])]
    return [_nothing(study), grounds, _next(study)]


def _what(named: list[GroupResult]) -> str:
    texts = []
    for result in named[:_MOST_NAMED]:
        c = result.comparison
        what = f"{measure_words(result.measure)} in \u201c{result.level}\u201d"
        texts.append(
            f"{what} ({times_text(c.ratio, _others(result))}, interval {span(c.ratio)}; "
            f"{result.showing} of {result.customers} customers)"
        )
    more = len(named) - _MOST_NAMED
    tail = f"; and {more} more below" if more > 0 else ""
    return f"What stands out: {', and '.join(texts)}{tail}."


def _look(study: Study, first: GroupResult) -> str:
    share = percent(study.question.false_discoveries)
    return (
        f"Look at the moments of \u201c{first.level}\u201d below before changing anything: a "
        f"movement of the face has many causes, and about {share} of what is named may be chance."
    )


def _nothing(study: Study) -> str:
    compared = [r for r in study.groups if not r.comparison.reason and r.comparison.design]
    if not study.groups:
        return "Nothing was compared: there are no groups to compare, only rates over everything."
    if not compared:
        return "No group could be compared with another: there is not enough data yet."
    visible = [r.comparison.visible_ratio for r in compared]
    finite = sorted(v for v in visible if math.isfinite(v))
    if finite and finite[len(finite) // 2] > _BLUNT:
        return (
            "Nothing stands out, but only large differences could have been found: typically "
            f"{number(finite[len(finite) // 2])} times as often or more."
        )
    size = f" of {number(finite[len(finite) // 2])} times or more" if finite else ""
    return (
        "Nothing stands out: no group differs from the others by more than chance; typically a "
        f"difference{size} would have been found."
    )


def _next(study: Study) -> str:
    needed = sorted(
        r.comparison.customers_needed for r in study.groups if r.comparison.customers_needed
    )
    if needed and needed[len(needed) // 2] > study.customers:
        return (
            f"To find a doubling, about {needed[len(needed) // 2]} customers would typically be "
            f"needed; there are {study.customers}."
        )
    if not study.groups:
        return "Say what to compare with --by, for example --by step."
    return "The rates below are still worth reading, each with its interval."


def comparison_text(result: GroupResult) -> str:
    """One cell: how the comparison ended, and what could have been seen."""
    c = result.comparison
    if math.isnan(result.rate.value):
        return "Nothing can be said: hands before the face hid what it goes by."
    if c.reason:
        return c.reason
    text = {"more": "stands out: more often", "less": "stands out: less often"}.get(
        result.verdict, "no difference seen"
    )
    if result.verdict == "no difference seen" and math.isfinite(c.visible_ratio):
        text += f"; \u00d7{number(c.visible_ratio)} or more would have shown"
    return text


def association_sentence(item: Association) -> str:
    """What goes together, in words."""
    if item.reason:
        return item.reason
    if item.method == "pairs":
        share = item.estimate
        return (
            f"In {percent(share.value)} of pairs the customer with \u201c{item.outcome}\u201d "
            f"showed more of it ({percent(share.low)} to {percent(share.high)}; 50 % is no "
            "association)."
        )
    e = item.estimate
    low, high = (f"{x:+.2f}".replace("-", "\u2212") for x in (e.low, e.high))
    value = f"{e.value:+.2f}".replace("-", "\u2212")
    return f"Rank correlation {value} ({low} to {high}; 0 is no association)."
