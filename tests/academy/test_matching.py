"""Marks and moments: cases worked by hand, and what must hold for all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.academy.matching import (
    STATED,
    Window,
    agreement,
    between,
    coverage,
    match,
    sensitivity,
    was_shown,
)
from unspoken.timing import Interval

A, B = Interval(2.0, 2.4), Interval(3.0, 3.3)
moments = st.lists(
    st.tuples(st.floats(0, 60), st.floats(0.05, 3)).map(lambda p: Interval(p[0], sum(p))),
    max_size=12,
)
marks = st.lists(st.floats(0, 65), max_size=20)


def test_a_mark_counts_from_a_fifth_of_a_second_to_one_and_a_half_after() -> None:
    for mark, fits in ((2.19, False), (2.2, True), (3.9, True), (3.91, False)):
        assert bool(match([mark], [A], STATED).pairs) is fits, mark


def test_one_mark_for_two_moments_goes_to_the_later() -> None:
    """At 3.5 both are open (2.2 to 3.9, 3.2 to 4.8); the delays are 1.5 and 0.5 s."""
    found = match([3.5], [A, B], STATED)
    assert found.pairs == ((0, 1),) and found.misses == (0,) and found.extras == ()


def test_as_many_pairs_as_possible_come_before_short_delays() -> None:
    """The mark at 3.5 could take B with less delay, but 4.5 fits only B."""
    assert match([3.5, 4.5], [A, B], STATED).pairs == ((0, 0), (1, 1))


def test_a_second_mark_on_the_same_moment_is_a_repetition() -> None:
    found = match([2.6, 3.2, 9.0], [A], STATED)
    assert (found.pairs, found.repeats, found.extras) == (((0, 0),), (1,), (2,))


def test_nothing_marked_and_nothing_there() -> None:
    assert match([], [A], STATED).misses == (0,)
    assert match([1.0], [], STATED).extras == (0,)
    assert match([], [], STATED).pairs == ()


@given(marks, moments)
def test_every_mark_and_every_moment_is_in_exactly_one_place(
    times: list[float], spans: list[Interval]
) -> None:
    found = match(times, spans, STATED)
    paired = [m for m, _ in found.pairs]
    assert sorted([*paired, *found.repeats, *found.extras]) == list(range(len(times)))
    assert sorted([*(k for _, k in found.pairs), *found.misses]) == list(range(len(spans)))
    for mark, moment in found.pairs:
        around = STATED.around(spans[moment])
        assert around.start_s <= times[mark] <= around.end_s


@given(marks, moments, st.floats(0, 65))
def test_one_more_mark_never_makes_fewer_hits(
    times: list[float], spans: list[Interval], more: float
) -> None:
    before = len(match(times, spans, STATED).pairs)
    assert before <= len(match([*times, more], spans, STATED).pairs) <= before + 1


def test_a_window_of_ones_own_is_the_median_and_three_robust_deviations() -> None:
    """Median 0.6; deviations 0.1, 0, 0.1, 0.05, 0.2: median 0.1; 0.6 + 3 x 0.14826."""
    own = Window.of([0.5, 0.6, 0.7, 0.55, 0.8])
    assert (own.source, own.earliest_s) == ("own", 0.2)
    assert own.latest_s == pytest.approx(1.04478)
    assert Window.of([0.5, 0.5, 0.5]) == STATED
    assert Window.of([0.4] * 5).latest_s == 0.8
    assert Window.of([0.4, 0.9, 1.4, 1.9, 1.95]).latest_s == 2.0


def test_coverage_counts_overlaps_once() -> None:
    """2.2 to 3.9 and 3.2 to 4.8 make 2.6 of 10 s."""
    assert coverage([B, A], STATED, 10.0) == pytest.approx(0.26)
    assert coverage([], STATED, 10.0) == 0.0


def test_chance_is_a_share_of_the_time_on_the_screen() -> None:
    """Of 10 s 3 to 6 were not shown: 0.8 of 7 s lie in 2.2 to 4.8."""
    gaps = [Interval(3.0, 5.0), Interval(4.5, 6.0)]
    assert coverage([A, B], STATED, 10.0, gaps) == pytest.approx(0.8 / 7.0)
    assert coverage([A, B], STATED, 10.0, [Interval(0.0, 12.0)]) == 0.0


def test_half_of_a_stretch_on_the_screen_is_enough() -> None:
    assert was_shown(Interval(1.0, 3.0), [Interval(2.0, 9.0)])
    assert not was_shown(Interval(1.0, 3.0), [Interval(1.9, 9.0)])


def test_agreement_by_hand() -> None:
    """2 x 6 / (2 x 6 + 2 + 1) = 0.8."""
    found = agreement(6, 2, 1)
    assert found.value == pytest.approx(0.8)
    assert 0.0 < found.low < 0.8 < found.high < 1.0
    nothing = agreement(0, 0, 0)
    assert nothing.value != nothing.value


def test_two_people_by_hand() -> None:
    """1.0 with 1.8; 5.0 with nobody; 9.0 and 9.4 are one, with 9.9; 20 only the other's."""
    assert between([1.0, 5.0, 9.0, 9.4], [1.8, 9.9, 20.0]) == (2, 1, 1)
    assert between([], []) == (0, 0, 0)


@given(marks, marks)
def test_agreement_between_two_does_not_depend_on_who_comes_first(
    one: list[float], two: list[float]
) -> None:
    both, first, second = between(one, two)
    assert between(two, one) == (both, second, first)


def test_d_prime_needs_enough_moments_and_enough_quiet() -> None:
    spans = [Interval(6.0 * k + 1, 6.0 * k + 1.3) for k in range(6)]
    times = [span.start_s + 0.6 for span in spans[:5]] + [40.0]
    found = match(times, spans, STATED)
    made = sensitivity(times, spans, STATED, 60.0, found)
    assert made is not None
    assert (made.hits, made.signals, made.false_alarms) == (5, 6, 1)
    # Quiet: 1.2 s, five times 4.4 s, 27.2 s; stretches of 1.6 s: 0 + 5 x 2 + 16.
    assert made.catches == 26
    # The last 16 begin at 32.8; of 36.0 to 56.0 s, 12 and a half of them are not seen.
    blind = sensitivity(times, spans, STATED, 60.0, found, [Interval(36.0, 56.0)])
    assert blind is not None
    assert (blind.catches, blind.false_alarms) == (14, 0)
    dense = [Interval(3.0 * k + 1, 3.0 * k + 1.3) for k in range(6)]
    assert sensitivity(times, dense, STATED, 18.0, match(times, dense, STATED)) is None
    few = match(times, spans[:4], STATED)
    assert sensitivity(times, spans[:4], STATED, 60.0, few) is None
