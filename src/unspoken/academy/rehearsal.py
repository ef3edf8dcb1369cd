"""Trials without a learner: the same scenes a drill shows, to see whether a display keeps time.

Durations run evenly over all that can be shown, because one slipped frame is half of a two-frame
flash and nothing of half a second; every fourth trial is a catch trial, as in drills.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unspoken.academy.expressions import NONE
from unspoken.academy.levels import Level, catches_of
from unspoken.academy.rounds import PlannedTrial, plan_trial, truths_of
from unspoken.academy.stimuli import durations_for

__all__ = ["plan_rehearsal"]

_CATCH_EVERY = 4


def plan_rehearsal(
    task: str,
    level: Level,
    faces: Sequence[str],
    refresh_hz: float,
    count: int,
    rng: np.random.Generator,
) -> list[PlannedTrial]:
    """Trials of one task and level.

    Parameters
    ----------
    task : {"identify", "spot"}
    level : Level
    faces : sequence of str
        Names, at least one.
    refresh_hz : float
        Frames a second of the display.
    count : int
        How many; every fourth is a catch trial.
    rng : numpy.random.Generator

    Returns
    -------
    list of PlannedTrial
        Durations go up from one frame to half a second in even steps of the list a display can
        show. Empty for a count of 0.
    """
    durations = durations_for(refresh_hz)
    signals = [i for i in range(count) if i % _CATCH_EVERY != _CATCH_EVERY - 1]
    at = np.linspace(0, len(durations) - 1, max(1, len(signals))).round().astype(int)
    order, kinds = rng.permutation(len(faces)), catches_of(level)
    trials = []
    for i in range(count):
        who = faces[order[i % len(faces)]]
        if i not in signals:
            kind = kinds[int(rng.integers(len(kinds)))]
            trials.append(plan_trial(task, NONE, who, 0.0, level, refresh_hz, rng, kind))
            continue
        truth = truths_of(task)[int(rng.integers(len(truths_of(task))))]
        duration = durations[at[signals.index(i)]]
        trials.append(plan_trial(task, truth, who, duration, level, refresh_hz, rng))
    return trials
