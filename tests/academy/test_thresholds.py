"""Thresholds from answers: seeing is told from guessing and from mixing up."""

from __future__ import annotations

import numpy as np
import pytest

from unspoken.academy.thresholds import NOTHING, OTHER, RIGHT, Threshold, p_outcomes

DURATIONS = [frames / 60 for frames in (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 24, 30)]


def as_array(value: float) -> np.ndarray:
    return np.array([value])


def outcomes(
    duration_s: float, threshold_s: float, slope: float = 2.0, confusion: float = 0.0,
    guessing: float = 0.0, lucky: float = 0.14,
) -> np.ndarray:  # fmt: skip
    rest = map(as_array, (threshold_s, slope, confusion, guessing, lucky))
    return p_outcomes(duration_s, *rest)[:, 0]


def measured(rng: np.random.Generator, rounds: int = 12, **somebody: float) -> Threshold:
    found = Threshold(DURATIONS)
    alarms = rng.binomial(rounds // 2, somebody.get("guessing", 0.0))
    found.update_still(int(alarms), rounds // 2)
    for _ in range(rounds):
        duration = found.next_duration_s(rng, 2)
        found.update(duration, int(rng.choice(3, p=outcomes(duration, **somebody))))
    return found


def test_half_is_seen_at_threshold_and_what_is_not_seen_is_guessed_at() -> None:
    assert outcomes(0.1, 0.1) == pytest.approx([0.48, 0.0, 0.52])
    assert outcomes(9.0, 0.1, confusion=0.4) == pytest.approx([0.576, 0.384, 0.04])
    blind = outcomes(1e-6, 0.1, guessing=0.5, lucky=0.2)
    assert blind == pytest.approx([0.1, 0.4, 0.5], abs=1e-6)


def test_an_answer_at_a_duration_that_was_not_planned_counts_as_it_was_shown() -> None:
    found = Threshold(DURATIONS)
    before = found.estimate().threshold_s
    found.update(0.0123, RIGHT)
    assert found.estimate().threshold_s < before
    assert found.trials == 1


def test_without_answers_only_the_belief_speaks_and_the_interval_is_open() -> None:
    estimate = Threshold(DURATIONS).estimate()
    assert estimate.trials == 0 and estimate.edge
    assert estimate.high_s / estimate.low_s > 25


def test_somebody_who_is_always_right_is_reported_as_at_the_edge() -> None:
    found = Threshold(DURATIONS)
    for _ in range(12):
        found.update(1 / 60, RIGHT)
    assert found.estimate().low_s < 1 / 60
    assert found.estimate().edge


def test_a_threshold_well_inside_what_can_be_shown_is_not_at_the_edge() -> None:
    found = Threshold(DURATIONS)
    said = [(4 / 60, NOTHING), (8 / 60, NOTHING), (12 / 60, RIGHT), (30 / 60, RIGHT)]
    for duration, outcome in said * 8:
        found.update(duration, outcome)
    assert not found.estimate().edge


def test_taking_fear_for_surprise_is_not_the_same_as_seeing_nothing() -> None:
    """The same answers right, the others named or not: only the second means slow."""
    mixing, blind = Threshold(DURATIONS), Threshold(DURATIONS)
    for found, missed in ((mixing, OTHER), (blind, NOTHING)):
        found.update_still(0, 9)
        for duration in (4 / 60, 8 / 60, 15 / 60, 30 / 60) * 3:
            found.update(duration, RIGHT)
            found.update(duration, missed)
    assert mixing.estimate().threshold_s < 0.5 * blind.estimate().threshold_s


def test_naming_something_on_faces_that_did_nothing_makes_other_answers_worth_less() -> None:
    sober, guessing = Threshold(DURATIONS), Threshold(DURATIONS)
    sober.update_still(0, 9)
    guessing.update_still(8, 9)
    for found in (sober, guessing):
        for _ in range(6):
            found.update(2 / 60, OTHER)
    assert guessing.estimate().threshold_s > 1.5 * sober.estimate().threshold_s


@pytest.mark.parametrize("wrong", [[], [0.0], [-0.1, 0.2]])
def test_durations_that_cannot_be_shown_are_refused(wrong: list[float]) -> None:
    with pytest.raises(ValueError, match="durations_s"):
        Threshold(wrong)


def test_an_answer_to_nothing_shown_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        Threshold(DURATIONS).update(0.0, RIGHT)


def test_known_thresholds_lie_in_the_stated_interval_in_nineteen_of_twenty_runs() -> None:
    """Learners drawn at random, some of whom mix things up: 95 % inside, up to chance."""
    rng = np.random.default_rng(20)
    runs, inside = 240, 0
    for _ in range(runs):
        threshold = float(np.exp(rng.uniform(np.log(0.012), np.log(0.35))))
        estimate = measured(
            rng, threshold_s=threshold, slope=float(rng.uniform(1.0, 4.0)),
            confusion=float(rng.uniform(0.0, 0.45)), guessing=float(rng.uniform(0.0, 0.9)),
            lucky=float(rng.uniform(0.0, 0.3)),
        ).estimate()  # fmt: skip
        inside += estimate.low_s <= threshold <= estimate.high_s
    # Binomial: with a true share of 0.95 fewer than 217 of 240 happens once in a thousand.
    assert inside >= 217, inside
