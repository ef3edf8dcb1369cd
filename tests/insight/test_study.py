"""A simulated study whose truth is known: the step is named, and nothing is where nothing is."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from unspoken.bench.insight import recovery
from unspoken.bench.insight_study import Plan, shuffled, simulate
from unspoken.errors import InputError, UsageError
from unspoken.insight.study import Question, study
from unspoken.insight.words import headline
from unspoken.reading.exposure import both
from unspoken.report.insights import render_study

BY_STEP = Question(by=("step",))


def test_the_step_at_which_some_frown_is_named_with_the_right_interval() -> None:
    plan = Plan(visits=2)
    found = study(simulate(plan, 3), BY_STEP)
    first = found.standing_out[0]
    assert (first.level, first.measure, first.verdict) == ("price", "confusion", "more")
    assert first.comparison.ratio.holds(plan.true_ratio)
    assert first.comparison.ratio.low > 1.0
    assert "price" in headline(found)[0] and len(headline(found)) == 3


def test_the_same_study_with_its_labels_shuffled_is_quiet() -> None:
    found = study(shuffled(simulate(Plan(visits=2), 3), 3), BY_STEP)
    assert found.standing_out == []
    assert "Nothing stands out" in headline(found)[0]


@pytest.mark.slow
def test_over_many_studies_the_step_is_named_and_chance_is_not() -> None:
    planted = recovery("planted", Plan(), range(40))
    quiet = recovery("shuffled", Plan(), range(60), shuffle=True)
    frowner = recovery("frowner", Plan(planted="", frowner=100.0), range(40))
    assert planted.named >= 0.7
    assert 0.9 <= planted.held <= 1.0
    assert planted.others <= 0.1
    assert quiet.others <= 0.05 and frowner.others <= 0.05


def test_a_habitual_frowner_makes_no_insight() -> None:
    found = study(simulate(Plan(planted="", frowner=100.0), 5), BY_STEP)
    assert found.standing_out == []


def test_the_named_moments_come_first_and_at_most_three_are_of_one_customer() -> None:
    found = study(simulate(Plan(visits=3), 3), BY_STEP)
    assert found.moments[0].in_insight
    assert found.moments[0].where == ("price",)
    owners = [m.customer for m in found.moments]
    assert max(map(owners.count, owners)) <= 3
    flags = [m.in_insight for m in found.moments]
    assert flags == sorted(flags, reverse=True)


def test_fewer_than_five_customers_are_not_shown() -> None:
    with pytest.raises(InputError, match="groups under 5 are not shown"):
        study(simulate(Plan(customers=4), 1), BY_STEP)


def test_an_unknown_reference_is_refused_with_what_there_is() -> None:
    with pytest.raises(InputError, match="none of the groups") as caught:
        study(simulate(Plan(customers=8), 1), Question(by=("step",), reference="prize"))
    assert "price" in str(caught.value)


def test_every_group_can_be_compared_with_one_of_them() -> None:
    found = study(simulate(Plan(), 3), Question(by=("step",), reference="welcome"))
    assert {r.compared_with for r in found.groups if r.level != "welcome"} == {("welcome",)}


def test_nothing_seen_at_all_is_an_answer_with_a_limit() -> None:
    calm = simulate(Plan(), 1)
    for one in calm:
        one.marks.clear()
    found = study(calm, BY_STEP)
    assert all(r.rate.value == 0.0 and r.rate.high > 0.0 for r in found.overall)
    assert found.standing_out == []


def test_grouping_by_staff_is_refused() -> None:
    with pytest.raises(UsageError):
        study(simulate(Plan(customers=8), 1), Question(by=("agent",)))


def test_what_a_hand_hid_from_everybody_is_not_called_zero(tmp_path: Path) -> None:
    """Confusion cannot be seen in the price step; no rate, no share and no verdict on it."""
    whole = simulate(Plan(visits=2), 3)
    covered = []
    for one in whole:
        hidden = [(s.start_s, s.end_s) for s in one.segments if s.label == "price"]
        lost = {"signal:confusion": both(hidden, one.exposure)}
        covered.append(replace(one, unmeasured=lost))
    found = study(covered, BY_STEP)
    (price,) = [r for r in found.groups if (r.level, r.measure) == ("price", "confusion")]
    assert (price.moments, price.minutes, price.customers) == (0, 0.0, 0)
    assert math.isnan(price.rate.value) and price.verdict == "not enough data"
    assert not any(r.measure == "confusion" for r in found.standing_out)
    (before,) = [r for r in study(whole, BY_STEP).overall if r.measure == "confusion"]
    (after,) = [r for r in found.overall if r.measure == "confusion"]
    assert after.minutes < before.minutes
    (micro,) = [r for r in found.overall if r.measure == "micro"]
    assert micro.minutes == pytest.approx(found.minutes)
    page = render_study(found, tmp_path)
    assert "nan" not in page and "hidden by hands" in page
