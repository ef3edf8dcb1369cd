"""QUEST+ asks what tells most, learns from outcomes, and agrees with another implementation."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from unspoken.academy.psychometric import p_correct
from unspoken.academy.questplus import QuestPlus

DURATIONS = [frames / 60 for frames in (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 24, 30)]


def test_the_function_runs_from_floor_to_ceiling_and_is_halfway_at_threshold() -> None:
    p = p_correct([0.0, 0.1, 100.0], 0.1, 2.5, 0.04, 0.1)
    assert p == pytest.approx([0.1, (0.1 + 0.96) / 2, 0.96])


def test_it_agrees_with_the_package_questplus() -> None:
    """Same model, same answers: same posterior and the same next stimulus, all the way."""
    reference_of = pytest.importorskip("questplus", reason="questplus is not installed")
    thresholds = np.geomspace(0.01, 0.5, 15)
    lapses, floors = np.array([0.0, 0.05]), np.array([0.0, 0.125])
    axes = np.ix_(thresholds, lapses, floors)

    def right_at(duration: float, slope: float) -> np.ndarray:
        return p_correct(duration, axes[0], slope, axes[1], axes[2]).ravel()

    # The package's Weibull crosses 1 - 1/e at threshold, ours a half: the same curve, shifted.
    for slope in (1.6, 2.5):
        right = np.stack([right_at(duration, slope) for duration in DURATIONS])
        ours = QuestPlus(np.stack([right, 1.0 - right]), np.ones(right.shape[1]))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = reference_of.QuestPlus(
                stim_domain={"intensity": np.array(DURATIONS)},
                param_domain={"threshold": thresholds / np.log(2.0) ** (1.0 / slope),
                              "slope": np.array([slope]), "lower_asymptote": floors,
                              "lapse_rate": lapses},
                outcome_domain={"response": ["right", "wrong"]},
                func="weibull", stim_scale="linear",
            )  # fmt: skip
        rng = np.random.default_rng(7)
        for _ in range(25):
            mine = DURATIONS[ours.next_stimulus()]
            other = float(theirs.next_stim["intensity"])
            at = dict(zip(DURATIONS, ours.expected_entropy(), strict=True))
            assert at[other] == pytest.approx(at[mine], abs=1e-9)
            correct = bool(rng.random() < p_correct(mine, 0.06, slope, 0.03, 0.1))
            likely = right_at(mine, slope)
            ours.update(likely if correct else 1.0 - likely)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                theirs.update(stim={"intensity": mine},
                              outcome={"response": "right" if correct else "wrong"})  # fmt: skip
            marginal = theirs.marginal_posterior["threshold"]
            found = ours.posterior.reshape(len(thresholds), -1).sum(axis=1)
            assert found == pytest.approx(np.asarray(marginal), abs=1e-9)


def test_choosing_among_several_stays_among_the_most_telling() -> None:
    right = np.stack([p_correct(d, np.geomspace(0.01, 0.5, 15), 2.0) for d in DURATIONS])
    quest = QuestPlus(np.stack([right, 1.0 - right]), np.ones(15))
    best = set(np.argsort(quest.expected_entropy(), kind="stable")[:3].tolist())
    rng = np.random.default_rng(1)
    assert {quest.next_stimulus(rng, 3) for _ in range(60)} == best


@pytest.mark.parametrize(
    ("chances", "prior"),
    [
        (np.full((2, 3), 0.5), np.ones(3)),
        (np.full((2, 3, 4), 0.5), np.ones(3)),
        (np.full((2, 3, 4), 0.4), np.ones(4)),
        (np.empty((2, 0, 4)), np.ones(4)),
    ],
)
def test_a_model_that_does_not_fit_is_refused(chances: np.ndarray, prior: np.ndarray) -> None:
    with pytest.raises(ValueError, match="chances"):
        QuestPlus(chances, prior)
