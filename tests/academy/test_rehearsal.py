"""Trials without a learner cover what drills show: all durations, and catch trials."""

from __future__ import annotations

import numpy as np
import pytest

from unspoken.academy.levels import LEVELS, Level
from unspoken.academy.rehearsal import plan_rehearsal
from unspoken.academy.stimuli import durations_for


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_durations_run_from_one_frame_to_half_a_second(level: Level) -> None:
    planned = plan_rehearsal("identify", level, ("f01",), 60.0, 40, np.random.default_rng(1))
    frames = [p.stimulus.target_frames for p in planned if not p.catch]
    assert frames[0] == 1 and frames[-1] == 30
    assert {f / 60 for f in frames} == set(durations_for(60.0))


def test_every_fourth_trial_is_a_catch_trial() -> None:
    planned = plan_rehearsal("spot", LEVELS[0], ("f01", "m01"), 60.0, 20, np.random.default_rng(1))
    assert [bool(p.catch) for p in planned] == [i % 4 == 3 for i in range(20)]
    assert {p.identity for p in planned} == {"f01", "m01"}


def test_none_is_none() -> None:
    assert plan_rehearsal("spot", LEVELS[0], ("f01",), 60.0, 0, np.random.default_rng(1)) == []
