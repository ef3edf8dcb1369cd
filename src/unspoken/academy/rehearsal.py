"""Trials without a learner: the same scenes a drill shows, to see whether a display keeps time.

Durations run evenly over all that can be shown, because one slipped frame is half of a two-frame
flash and nothing of half a second; every fourth trial is a catch trial, as in drills.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unspoken.academy.answers import family_of
from unspoken.academy.expressions import NONE
from unspoken.academy.levels import CATCHES, Level
from unspoken.academy.rounds import PlannedTrial, truths_of
from unspoken.academy.stimuli import (
    catch_stimulus,
    durations_for,
    expression_stimulus,
    move_stimulus,
)

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
    order = rng.permutation(len(faces))
    trials = []
    for i in range(count):
        who = faces[order[i % len(faces)]]
        if i not in signals:
            kind = CATCHES[int(rng.integers(len(CATCHES)))]
            stimulus = catch_stimulus(who, kind, 0.1, level, refresh_hz, rng, spot=task == "spot")
            family = family_of(task, NONE, level.name)
            trials.append(PlannedTrial(NONE, kind, family, who, stimulus))
            continue
        truth = truths_of(task)[int(rng.integers(len(truths_of(task))))]
        draw = expression_stimulus if task == "identify" else move_stimulus
        stimulus = draw(who, truth, durations[at[signals.index(i)]], level, refresh_hz, rng)
        trials.append(PlannedTrial(truth, "", family_of(task, truth, level.name), who, stimulus))
    return trials
