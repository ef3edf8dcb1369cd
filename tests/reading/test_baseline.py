"""The person's own baseline: habits are no signals, little footage is said to be little."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reading.planted import both, event
from unspoken.reading.baseline import Earlier, exposure_of, rarity


def frowns(times: list[float]) -> list:  # type: ignore[type-arg]
    return [event(*both(4), at=t, event_id=f"1-{i}") for i, t in enumerate(times)]


def test_a_habitual_frown_is_common_and_a_single_one_is_rare() -> None:
    habit = frowns(list(np.arange(10.0, 590.0, 12.0)))
    often, _ = rarity([*habit, event(*both(12), at=300.0)], [(0.0, 600.0)])
    assert often[0] < 0.05
    assert often[-1] > 0.8  # the one smile among them
    once, _ = rarity(frowns([300.0]), [(0.0, 600.0)])
    assert once[0] > 0.9


def test_a_habit_known_from_earlier_interactions_counts() -> None:
    earlier = Earlier(tuple(frowns(list(np.arange(5.0, 1200.0, 15.0)))), 1200.0, 2)
    alone, _ = rarity(frowns([30.0]), [(0.0, 60.0)])
    known, facts = rarity(frowns([30.0]), [(0.0, 60.0)], earlier)
    assert known[0] < 0.1 < alone[0]
    assert facts.earlier_interactions == 2 and facts.enough
    assert "2 earlier" in facts.sentence


def test_a_habit_that_begins_late_is_still_a_habit_and_the_drift_is_stated() -> None:
    late = frowns(list(np.arange(3000.0, 3590.0, 15.0)))
    rare, facts = rarity(late, [(0.0, 3600.0)])
    assert rare[20] < 0.1
    assert facts.drift["AU4"] > 0.0
    assert "Drift" in facts.sentence


def test_a_much_larger_movement_than_usual_is_not_the_habit() -> None:
    habit = frowns(list(np.arange(10.0, 590.0, 12.0)))
    big = event(*both(4), at=300.5, amplitude=0.9)
    rare, _ = rarity([*habit, big], [(0.0, 600.0)])
    assert rare[-1] > 0.8


def test_too_little_footage_is_said_and_none_is_survived() -> None:
    rare, facts = rarity(frowns([5.0]), [(0.0, 10.0)])
    assert not facts.enough and "too little" in facts.sentence
    assert 0.5 < rare[0] < 1.0
    none, facts = rarity([], [])
    assert none.shape == (0,) and facts.per_min == {}
    some, _ = rarity(frowns([5.0]), [])
    assert 0.0 < some[0] < 1.0


def test_exposure_is_the_time_with_evidence() -> None:
    times = np.arange(0.0, 10.0, 0.04)
    usable = (times < 3.0) | (times >= 5.0)
    (first, second) = exposure_of(times, usable)
    assert first == pytest.approx((0.0, 3.0), abs=0.041)
    assert second == pytest.approx((5.0, 10.0), abs=0.041)
    assert exposure_of(times[:0], usable[:0]) == ()
    assert exposure_of(times, usable & False) == ()
