"""The study of intervals counts intervals that hold the truth, and compares forms."""

from __future__ import annotations

import numpy as np
import pytest

from unspoken.academy.expressions import NONE
from unspoken.academy.people import FORMS
from unspoken.academy.rounds import truths_of
from unspoken.academy.simulated import SimulatedLearner
from unspoken.bench.coverage import SETTINGS, Setting, run_study, take_test
from unspoken.facs.prototypes import EMOTIONS


def test_a_test_ends_with_an_interval_for_every_emotion_and_a_joint_one() -> None:
    somebody = SimulatedLearner(dict.fromkeys(EMOTIONS, 0.08))
    rows = take_test(somebody, ("f01",), 60.0, np.random.default_rng(3))
    assert [row.name for row in rows] == [*EMOTIONS, "joint"]
    assert all(row.low < row.estimate < row.high for row in rows)
    assert rows[-1].truth == pytest.approx(0.08)
    assert rows[-1].high / rows[-1].low < min(row.high / row.low for row in rows[:-1])


def test_a_face_that_is_hard_to_read_makes_thresholds_longer() -> None:
    somebody = SimulatedLearner(dict.fromkeys(EMOTIONS, 0.06), guessing=0.0)
    plain = take_test(somebody, ("f01",), 60.0, np.random.default_rng(3))[-1]
    hard = take_test(somebody, ("f01",), 60.0, np.random.default_rng(3), {"f01": 2.0})[-1]
    assert 1.5 < hard.estimate / plain.estimate < 2.7


@pytest.mark.slow
def test_intervals_of_a_small_study_hold_the_truth() -> None:
    study = run_study(16, workers=1, seed=5)
    assert study.every.inside.of == 16 * len(EMOTIONS)
    assert study.every.inside.of == sum(c.inside.of for c in study.truths)
    outside = study.every.inside.of - study.every.inside.count
    assert outside == study.every.below + study.every.above
    # Binomial: with a true share of 0.95 fewer than 97 of 112 happens once in a thousand.
    assert study.every.inside.count >= 97
    equal, unequal = study.retests
    assert (equal.face_spread, unequal.face_spread) == (0.0, 0.2)
    assert equal.pairs == unequal.pairs == 4 * (len(FORMS) - 1)
    assert 1.1 < equal.least_change < 3.0


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.name)
def test_every_setting_is_planned_and_scored_as_for_people(setting: Setting) -> None:
    rng = np.random.default_rng(8)
    somebody = SimulatedLearner.drawn(rng, setting.task, setting.clear)
    rows = take_test(somebody, ("f01", "m01"), 60.0, rng, None, setting)
    assert [row.name for row in rows] == [*truths_of(setting.task), "joint"]


def test_who_mixes_things_up_is_right_less_often_and_says_something_else() -> None:
    rng = np.random.default_rng(9)
    mixing = SimulatedLearner({"fear": 0.02, "anger": 0.02}, lapse=0.0, confusion={"fear": 0.4})
    said = [mixing.answer("fear", 0.5, rng)[0] for _ in range(400)]
    assert said.count("fear") / 400 == pytest.approx(0.6, abs=0.08)
    assert said.count(NONE) == 0
    favouring = SimulatedLearner({"fear": 9.0}, guessing=1.0, favourite="anger")
    said = [favouring.answer("fear", 0.02, rng)[0] for _ in range(400)]
    assert said.count("anger") / 400 == pytest.approx(0.7 + 0.3 / 7, abs=0.08)


def test_too_few_learners_to_compare_forms_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 8"):
        run_study(7)
