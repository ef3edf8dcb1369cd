"""Sets of action units, with and without sides."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.bench.metrics import Counts, unit_score
from unspoken.bench.metrics.unit_sets import without_side


def test_action_units_by_hand() -> None:
    """First: right but for the side of AU12. Second: AU1 on one side of two; AU17 missed."""
    score = unit_score(
        [
            ({"AU4L", "AU4R", "AU12L"}, {"AU4L", "AU4R", "AU12R"}),
            ({"AU1L", "AU1R", "AU17"}, {"AU1L"}),
            ({"AU2L"}, {"AU2L"}),
        ]
    )
    assert score.with_side == Counts(tp=4, fp=1, fn=3)
    assert score.without_side == Counts(tp=4, fp=0, fn=1)
    assert score.by_unit_without_side["AU12"] == Counts(1, 0, 0)
    assert score.by_unit["AU12L"] == Counts(0, 0, 1)
    assert score.by_unit["AU12R"] == Counts(0, 1, 0)
    assert list(score.by_unit_without_side) == ["AU1", "AU2", "AU4", "AU12", "AU17"]
    assert (score.side_right.hits, score.side_right.trials) == (2, 4)
    assert (score.exact.hits, score.exact.trials) == (1, 3)


def test_a_unit_without_sides_says_nothing_about_sides() -> None:
    score = unit_score([({"AU17"}, {"AU17"})])
    assert score.side_right.trials == 0
    assert score.with_side == score.without_side == Counts(tp=1)


def test_empty_unit_sets_are_counted() -> None:
    score = unit_score([(set(), {"AU4L"}), ({"AU4L"}, set()), (set(), set())])
    assert score.with_side == Counts(0, 1, 1)
    assert (score.exact.hits, score.exact.trials) == (1, 3)
    assert math.isnan(unit_score([]).exact.value)


@pytest.mark.parametrize("name", ["4L", "AU", "AU4X", "smile", "AU4LR"])
def test_names_that_are_no_unit_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="expected an action unit"):
        without_side({name})


unit_sets = st.frozensets(st.sampled_from(["AU1L", "AU1R", "AU4L", "AU4R", "AU17"]))


@given(st.lists(st.tuples(unit_sets, unit_sets)))
def test_leaving_sides_out_never_loses_a_unit(
    pairs: list[tuple[frozenset[str], frozenset[str]]],
) -> None:
    score = unit_score(pairs)
    assert Counts.total(score.by_unit.values()) == score.with_side
    assert score.without_side.fp <= score.with_side.fp
    assert score.without_side.fn <= score.with_side.fn
