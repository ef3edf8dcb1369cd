"""Moments and minutes by customer and level."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.errors import InputError
from unspoken.insight.counting import choose_measures, count_groups
from unspoken.insight.groupings import Grouping
from unspoken.insight.interactions import Interaction, Segment, marks_of
from unspoken.insight.stored import Moment, Signal
from unspoken.reading.moments import SAME_MOVEMENT

STEP = Grouping("step", "segment kind", "step")


def one(
    customer: str,
    exposure: list[tuple[float, float]],
    times: list[float],
    steps: list[tuple[str, float, float]],
) -> Interaction:
    return Interaction(
        name=customer,
        folder=Path(customer),
        customer=customer,
        tags={},
        outcomes={},
        segments=tuple(Segment("step", label, a, b, {}) for label, a, b in steps),
        exposure=tuple(exposure),
        marks={"signal:confusion": np.array(times)},
    )


def test_minutes_are_the_exposure_inside_a_step_and_moments_those_with_their_apex_in_it() -> None:
    made = one(
        "C1",
        [(0.0, 30.0), (60.0, 150.0)],
        [10.0, 60.0, 119.9, 120.0],
        [("a", 0.0, 60.0), ("b", 60.0, 120.0)],
    )
    counts = count_groups([made], STEP, ["signal:confusion"])
    assert counts.levels == ("a", "b") and counts.measures == ("confusion",)
    assert counts.minutes.tolist() == [[0.5, 1.0]]
    assert counts.moments[0].tolist() == [[1.0, 2.0]]
    assert "25%" in counts.notes[0]


def test_a_customer_with_many_interactions_is_one_customer() -> None:
    visits = [one("C1", [(0.0, 60.0)], [5.0], [("a", 0.0, 60.0)]) for _ in range(7)]
    counts = count_groups(visits, STEP, ["signal:confusion"])
    assert counts.customers == ("C1",)
    assert counts.moments[0].tolist() == [[7.0]] and counts.interactions.tolist() == [7]


def test_without_measured_time_in_any_level_it_says_so() -> None:
    made = one("C1", [(0.0, 10.0)], [], [("a", 20.0, 60.0)])
    with pytest.raises(InputError, match="no measured time"):
        count_groups([made], STEP, ["micro"])


def test_an_unknown_measure_gets_a_suggestion() -> None:
    made = one("C1", [(0.0, 60.0)], [5.0], [("a", 0.0, 60.0)])
    with pytest.raises(InputError, match='Did you mean "confusion"'):
        choose_measures([made], ["confuson"])


#: Clocks count in thousandths at the finest; a step of 5e-324 s is none.
_INSTANTS = st.integers(0, 600_000).map(lambda thousandths: thousandths / 1000.0)


@given(
    st.lists(_INSTANTS, min_size=2, max_size=12),
    st.lists(_INSTANTS, max_size=20),
)
def test_steps_side_by_side_lose_and_double_nothing(edges: list[float], times: list[float]) -> None:
    bounds = [0.0, *sorted(edges), 601.0]
    steps = [(f"s{i}", a, b) for i, (a, b) in enumerate(zip(bounds, bounds[1:], strict=False))]
    made = one("C1", [(0.0, 601.0)], sorted(times), steps)
    counts = count_groups([made], STEP, ["signal:confusion"])
    assert counts.minutes.sum() == pytest.approx(601.0 / 60.0)
    assert counts.moments.sum() == len(times)


def test_a_moment_that_tells_again_what_a_surer_one_tells_is_not_counted() -> None:
    sure, again = (
        Moment("1-1", 1, "micro", 4.9, 5.0, 5.3, {"AU4L": 0.2}, signals=[Signal("confusion", 0.4)])
        for _ in range(2)
    )
    again.flags = [SAME_MOVEMENT]
    assert {name: len(at) for name, at in marks_of([sure, again]).items()} == {
        "micro": 1,
        "signal:confusion": 1,
        "AU4": 1,
    }


def test_time_behind_a_hand_is_no_exposure_of_what_it_hides() -> None:
    """Two minutes; the hand is there from 30 to 60 and from 100 to 110 s: 80 s are left."""
    plain = one("C1", [(0.0, 120.0)], [10.0, 70.0], [("a", 0.0, 60.0), ("b", 60.0, 120.0)])
    made = replace(
        plain,
        marks={**plain.marks, "micro": np.array([10.0, 40.0])},
        unmeasured={"signal:confusion": [(30.0, 60.0), (100.0, 110.0)]},
    )
    counts = count_groups([made], STEP, ["signal:confusion", "micro"])
    assert counts.minutes.tolist() == [[1.0, 1.0]]
    assert counts.exposed[0].tolist() == [[0.5, pytest.approx(50.0 / 60.0)]]
    assert counts.exposed[1].tolist() == [[1.0, 1.0]]
    assert counts.moments.tolist() == [[[1.0, 1.0]], [[2.0, 0.0]]]
    assert counts.notes == (
        "A hand before the face hid what these go by for part of the measured time, which is not "
        "counted for them: confusion 33%.",
    )


def test_what_was_hidden_all_the_time_has_no_exposure_and_no_moments() -> None:
    made = replace(
        one("C1", [(0.0, 60.0)], [5.0], [("a", 0.0, 60.0)]),
        unmeasured={"signal:confusion": [(0.0, 60.0)]},
    )
    counts = count_groups([made], STEP, ["signal:confusion"])
    assert counts.exposed.sum() == counts.moments.sum() == 0.0 and counts.minutes.sum() == 1.0


def test_a_moment_in_time_that_is_not_counted_is_not_counted_either() -> None:
    smiles = [
        Moment(str(at), face, "macro", at - 0.5, at, at + 0.5, {"AU6L": 0.3}, {"happiness": 0.8})
        for face, at in ((1, 5.0), (1, 20.0), (2, 5.0))
    ]
    hidden = {"1": {"emotion:happiness": [(0.0, 10.0)]}}
    marks = marks_of(smiles, hidden)
    assert marks["emotion:happiness"].tolist() == [5.0, 20.0]
    assert marks["AU6"].tolist() == marks["macro"].tolist() == [5.0, 5.0, 20.0]
