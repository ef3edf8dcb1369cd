"""Small groups are not shown, nor can they be had by subtraction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from unspoken.insight.counts import Counts
from unspoken.insight.privacy import hide_small_groups


def counts(sizes: list[int], total: int = 60) -> Counts:
    """Levels held by separate customers."""
    minutes = np.zeros((total, len(sizes)))
    row = 0
    for level, size in enumerate(sizes):
        minutes[row : row + size, level] = 10.0
        row += size
    return Counts(
        grouping="product",
        levels=tuple("abcdefgh"[: len(sizes)]),
        measures=("confusion",),
        customers=tuple(map(str, range(total))),
        moments=minutes[None],
        minutes=minutes,
        exposed=minutes[None],
        interactions=(minutes > 0).sum(axis=0),
    )


def test_groups_of_five_are_shown_and_of_four_are_not() -> None:
    assert hide_small_groups(counts([5, 6])).levels == ("a", "b")
    assert hide_small_groups(counts([4, 4, 9])).levels == ("c",)


def test_a_single_small_group_takes_the_smallest_other_with_it() -> None:
    """Else the total less what is shown would be that group."""
    shown = hide_small_groups(counts([3, 20, 7]))
    assert shown.levels == ("b",)
    assert "subtraction" in shown.notes[-1] and "1 of 3" in shown.notes[-1]
    assert '"a"' not in shown.notes[-1]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_what_is_hidden_is_nobody_or_at_least_five(sizes: list[int]) -> None:
    before = counts(sizes)
    after = hide_small_groups(before)
    hidden = [i for i, level in enumerate(before.levels) if level not in after.levels]
    assert all(before.customers_in([before.levels.index(x)]) >= 5 for x in after.levels)
    assert not hidden or not after.levels or before.customers_in(hidden) >= 5


def test_a_measure_a_hand_hid_from_all_but_a_few_is_not_shown() -> None:
    before = counts([8, 9])
    exposed = before.exposed.copy()
    exposed[0, 3:8, 0] = 0.0  # three of the eight are left
    after = hide_small_groups(replace(before, exposed=exposed))
    assert after.levels == ("a", "b") and after.minutes.sum() == before.minutes.sum()
    # With one group left the three could be had from the total, so it goes too.
    assert after.exposed.sum() == after.moments.sum() == 0.0
    assert after.notes[-1].endswith("could be had by subtraction: confusion.")


def test_a_measure_nobody_could_show_gives_nobody_away() -> None:
    before = counts([8, 9])
    exposed = before.exposed.copy()
    exposed[0, :8, 0] = 0.0
    after = hide_small_groups(replace(before, exposed=exposed))
    assert after.exposed[0].sum(axis=0).tolist() == [0.0, 90.0] and after.notes == ()
