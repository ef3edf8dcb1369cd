"""Segments: what holds an instant, and that looking one up never misses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.context.timeline import Segment, Timeline


def segment(start_s: float, end_s: float, kind: str = "step", name: str = "") -> Segment:
    return Segment(name or f"{start_s}-{end_s}-{kind}", kind, "label", start_s, end_s)


def test_of_two_neighbours_only_one_holds_the_instant_between_them() -> None:
    timeline = Timeline((segment(0.0, 5.0), segment(5.0, 9.0)))
    assert [s.start_s for s in timeline.at(5.0)] == [5.0]
    assert timeline.at(9.0) == () and timeline.at(-0.1) == ()


def test_a_point_in_time_holds_itself() -> None:
    timeline = Timeline((segment(3.0, 3.0, "price"), segment(0.0, 9.0)))
    assert [s.kind for s in timeline.at(3.0)] == ["step", "price"]
    assert [s.kind for s in timeline.at(3.0, "price")] == ["price"]


def test_segments_come_in_order_of_start_whatever_order_they_were_given_in() -> None:
    timeline = Timeline((segment(5.0, 6.0), segment(1.0, 9.0), segment(1.0, 2.0)))
    assert [(s.start_s, s.end_s) for s in timeline.segments] == [(1.0, 2.0), (1.0, 9.0), (5.0, 6.0)]
    assert Timeline().segments == () and Timeline().kinds == () and Timeline().at(0.0) == ()


@pytest.mark.parametrize(("start", "end"), [(2.0, 1.0), (float("nan"), 1.0), (0.0, float("inf"))])
def test_impossible_times_are_refused(start: float, end: float) -> None:
    with pytest.raises(ValueError, match="finite|before"):
        segment(start, end)


def test_an_id_names_one_segment() -> None:
    with pytest.raises(ValueError, match='"a"'):
        Timeline((segment(0.0, 1.0, name="a"), segment(1.0, 2.0, name="a")))


seconds = st.floats(-100.0, 1e5, allow_nan=False) | st.integers(0, 50).map(lambda n: n / 10)


@given(st.lists(st.tuples(seconds, seconds), max_size=30), seconds, seconds)
def test_looking_up_agrees_with_trying_every_segment(
    spans: list[tuple[float, float]], time_s: float, other_s: float
) -> None:
    timeline = Timeline(
        tuple(segment(min(a, b), max(a, b), name=str(i)) for i, (a, b) in enumerate(spans))
    )
    assert timeline.at(time_s) == tuple(s for s in timeline.segments if s.holds(time_s))
    low, high = sorted((time_s, other_s))
    meeting = tuple(s for s in timeline.segments if s.start_s <= high and s.end_s >= low)
    assert timeline.between(low, high) == meeting
