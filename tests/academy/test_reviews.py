"""When something is due again follows from how long one needs to see it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fsrs import Rating
from hypothesis import given
from hypothesis import strategies as st

from unspoken.academy.reviews import rating_of, reviewed

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ratio", "rating"),
    [(0.4, Rating.Easy), (0.8, Rating.Easy), (0.81, Rating.Good), (1.0, Rating.Good),
     (1.25, Rating.Good), (1.26, Rating.Hard), (2.0, Rating.Hard), (2.01, Rating.Again)],
)  # fmt: skip
def test_a_drill_is_rated_by_its_threshold_over_the_one_before(
    ratio: float, rating: Rating
) -> None:
    assert rating_of(ratio * 1.0, 1.0) == rating


def test_a_first_drill_has_nothing_to_compare_with_and_is_never_easy_or_forgotten() -> None:
    assert rating_of(0.2, None) == Rating.Good
    assert rating_of(0.201, None) == Rating.Hard


@given(st.floats(0.01, 1.0), st.floats(0.01, 1.0), st.floats(1.0, 10.0))
def test_needing_longer_never_rates_better(now: float, before: float, longer: float) -> None:
    assert rating_of(now * longer, before) <= rating_of(now, before)


@pytest.mark.parametrize(("now", "before"), [(0.0, None), (0.1, 0.0), (float("nan"), None)])
def test_what_is_no_threshold_is_refused(now: float, before: float | None) -> None:
    with pytest.raises(ValueError, match="thresholds above 0"):
        rating_of(now, before)


def test_the_better_the_rating_the_later_it_is_due() -> None:
    first, _due = reviewed(None, Rating.Good, NOW)
    later = NOW.replace(day=5)
    dues = [reviewed(first, Rating(n), later)[1] for n in (1, 2, 3, 4)]
    assert dues == sorted(dues) and dues[0] < dues[3]
    assert all(due > later for due in dues)
