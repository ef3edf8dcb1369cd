"""QUEST+ asks what tells most, learns from answers, and agrees with another implementation."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from unspoken.academy.psychometric import p_correct
from unspoken.academy.questplus import Grid, QuestPlus

DURATIONS = [frames / 60 for frames in (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 24, 30)]


def test_the_function_runs_from_floor_to_ceiling_and_is_halfway_at_threshold() -> None:
    p = p_correct([0.0, 0.1, 100.0], 0.1, 2.5, 0.04, 0.1)
    assert p == pytest.approx([0.1, (0.1 + 0.96) / 2, 0.96])


def test_it_agrees_with_the_package_questplus() -> None:
    """Same model, same answers: same posterior and the same next stimulus, all the way."""
    reference_of = pytest.importorskip("questplus", reason="questplus is not installed")
    even = (1.0,) * 15
    two = (1.0, 1.0)
    shape = ((0.0, 0.05), (0.0, 0.125), even, two, two)
    grid = Grid(tuple(np.geomspace(0.01, 0.5, 15)), (1.6, 2.5), *shape)
    # The package's Weibull crosses 1 - 1/e at threshold, ours a half: the same curve, shifted.
    for slope in grid.slope:
        alpha_grid = np.array(grid.threshold_s) / np.log(2.0) ** (1.0 / slope)
        one = Grid(grid.threshold_s, (slope,), *shape)
        ours = QuestPlus(DURATIONS, one)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = reference_of.QuestPlus(
                stim_domain={"intensity": np.array(DURATIONS)},
                param_domain={"threshold": alpha_grid, "slope": np.array([slope]),
                              "lower_asymptote": np.array(grid.floor),
                              "lapse_rate": np.array(grid.lapse)},
                outcome_domain={"response": ["right", "wrong"]},
                func="weibull", stim_scale="linear",
            )  # fmt: skip
        rng = np.random.default_rng(7)
        for _ in range(25):
            mine = ours.next_duration_s()
            other = float(theirs.next_stim["intensity"])
            entropy = ours.expected_entropy()
            at = {d: e for d, e in zip(ours.durations_s, entropy, strict=True)}
            assert at[other] == pytest.approx(at[mine], abs=1e-9)
            right = bool(rng.random() < p_correct(mine, 0.06, slope, 0.03, 0.1))
            ours.update(mine, right)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                theirs.update(stim={"intensity": mine},
                              outcome={"response": "right" if right else "wrong"})  # fmt: skip
            marginal = theirs.marginal_posterior["threshold"]
            assert ours.threshold_posterior() == pytest.approx(np.asarray(marginal), abs=1e-9)


def test_an_answer_at_a_duration_that_was_not_planned_counts_as_it_was_shown() -> None:
    quest = QuestPlus(DURATIONS)
    before = quest.threshold().threshold_s
    quest.update(0.0123, True)
    assert quest.threshold().threshold_s < before
    assert quest.trials == 1


def test_without_answers_only_the_prior_speaks_and_the_interval_is_open() -> None:
    estimate = QuestPlus(DURATIONS).threshold()
    assert estimate.trials == 0
    assert estimate.high_s / estimate.low_s > 25


def test_somebody_who_is_always_right_is_reported_as_at_the_edge() -> None:
    quest = QuestPlus(DURATIONS)
    for _ in range(12):
        quest.update(1 / 60, True)
    assert quest.threshold().low_s < 1 / 60
    assert quest.threshold().edge


def test_a_threshold_well_inside_what_can_be_shown_is_not_at_the_edge() -> None:
    quest = QuestPlus(DURATIONS)
    for duration, right in [(4 / 60, False), (8 / 60, False), (12 / 60, True), (30 / 60, True)] * 8:
        quest.update(duration, right)
    assert not quest.threshold().edge


def test_somebody_who_takes_fear_for_surprise_is_not_told_that_he_is_slow() -> None:
    """Half of the faces are named wrongly however long they stand: that is no long threshold."""
    rng = np.random.default_rng(30)
    inside = 0
    for _ in range(60):
        quest = QuestPlus(DURATIONS)
        for _ in range(12):
            duration = quest.next_duration_s(rng, 2)
            quest.update(duration, bool(rng.random() < p_correct(duration, 0.06, 2.0, 0.45)))
        inside += quest.threshold().low_s <= 0.06 <= quest.threshold().high_s
    # Binomial: with a true share of 0.95 fewer than 51 of 60 happens once in a thousand.
    assert inside >= 51, inside


@pytest.mark.parametrize("wrong", [[], [0.0], [-0.1, 0.2]])
def test_durations_that_cannot_be_shown_are_refused(wrong: list[float]) -> None:
    with pytest.raises(ValueError, match="durations_s"):
        QuestPlus(wrong)


def test_known_thresholds_lie_in_the_stated_interval_in_nineteen_of_twenty_runs() -> None:
    """Learners drawn from the grid: the 95 % interval must hold 95 % of them, up to chance."""
    rng = np.random.default_rng(20)
    runs, inside = 300, 0
    for _ in range(runs):
        threshold = float(np.exp(rng.uniform(np.log(0.012), np.log(0.35))))
        slope, lapse = float(rng.uniform(1.2, 3.5)), float(rng.uniform(0.0, 0.1))
        floor = float(rng.uniform(0.0, 0.15))
        quest = QuestPlus(DURATIONS)
        for _ in range(16):
            duration = quest.next_duration_s(rng, 2)
            quest.update(
                duration, bool(rng.random() < p_correct(duration, threshold, slope, lapse, floor))
            )
        estimate = quest.threshold()
        inside += estimate.low_s <= threshold <= estimate.high_s
    # Binomial: with a true share of 0.95 fewer than 272 of 300 happens once in a thousand.
    assert inside >= 272, inside
