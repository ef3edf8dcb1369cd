"""What is said of a study, in sentences."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from unspoken.bench.insight_study import Plan, simulate
from unspoken.insight.estimates import Estimate
from unspoken.insight.study import Question, study
from unspoken.insight.words import (
    comparison_text,
    headline,
    number,
    p_text,
    span,
    stands_out_sentence,
    times_text,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.01234, "0.012"), (1.0, "1.0"), (12.3, "12"), (12345.0, "12,345")],
)
def test_numbers_have_two_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text
    assert number(math.nan) == "unknown" and number(math.inf) == "no limit"
    assert p_text(1e-9) == "below 0.001"


def test_an_open_interval_says_at_least() -> None:
    assert span(Estimate(2.0, 1.5, math.inf)) == "at least 1.5"


def test_less_and_never_and_only_read_as_english() -> None:
    there = "the other 5 groups"
    assert times_text(Estimate(0.3, 0.1, 0.6), there) == "0.30 times as often as in " + there
    assert times_text(Estimate(0.0, 0.0, 0.4), there) == "not once, unlike in " + there
    assert times_text(Estimate(math.inf, 2.0, math.inf), there) == "only here, never in " + there


def test_what_stands_out_is_said_with_everything_needed_to_weigh_it() -> None:
    found = study(simulate(Plan(visits=2), 3), Question(by=("step",)))
    text = stands_out_sentence(found.standing_out[0])
    for part in ("times as often as in the other 5 groups", "interval", "moments in", "customers"):
        assert part in text
    assert comparison_text(found.standing_out[0]) == "stands out: more often"


def test_nothing_found_differs_from_nothing_could_have_been_found() -> None:
    calm = study(simulate(Plan(planted="", visits=4), 1), Question(by=("step",)))
    few = study(simulate(Plan(planted="", customers=6), 1), Question(by=("step",)))
    assert "would have been found" in headline(calm)[0]
    assert "only large differences could have been found" in headline(few)[0]
    assert "customers would typically be needed" in headline(few)[2]


def test_without_groups_it_says_that_nothing_was_compared() -> None:
    found = study(simulate(Plan(), 1), Question(by=("signal",)))
    assert headline(found)[0].startswith("Nothing was compared")
    assert "--by" in headline(found)[2]


def test_when_every_group_is_small_none_is_shown() -> None:
    made = [replace(one, tags={"product": one.customer}) for one in simulate(Plan(customers=8), 1)]
    found = study(made, Question(by=("product",)))
    assert found.groups == () and "8 of 8 groups" in found.group_notes["product"][0]
