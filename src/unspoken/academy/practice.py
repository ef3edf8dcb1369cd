"""Items for drills that no server plans: where nobody measures, and the display is not known yet.

An item holds everything of a trial but its duration. The page that shows it puts the flash in, in
whole frames of the display it finds, as `unspoken.academy.stimuli` does for the academy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from unspoken.academy.expressions import NONE
from unspoken.academy.levels import Level, catches_of
from unspoken.academy.rounds import plan_trial, round_of
from unspoken.academy.stimuli import DURATIONS_S

__all__ = ["ITEMS_PER_TRUTH", "practice_items"]

#: Items of every expression; of every region twice as many. Six blocks show no item twice.
ITEMS_PER_TRUTH = 24
#: Times of items are in whole milliseconds.
_STEPS_HZ = 1000.0


def practice_items(
    task: str,
    level: Level,
    faces: Sequence[str],
    rng: np.random.Generator,
    per_truth: int = ITEMS_PER_TRUTH,
) -> list[dict[str, Any]]:
    """Items of a task, in random order; as many of each truth as rounds need of it.

    Parameters
    ----------
    task : {"identify", "spot"}
    level : Level
    faces : sequence of str
        Names, at least one; each is used before one comes again.
    rng : numpy.random.Generator
    per_truth : int
        Rounds' worth of items.

    Returns
    -------
    list of dict
        ``truth``, ``catch``, ``identity``; ``lead_s`` until it begins and ``whole_s`` in all, with
        room for the longest flash; ``apex``, amplitudes; ``units`` and ``head``, the courses of
        what moves besides.
    """
    wanted = [(t, n) for t, count in round_of(task).items() for n in range(count * per_truth)]
    order = rng.permutation(len(wanted))
    turns = [str(face) for _ in wanted for face in rng.permutation(list(faces))][: len(wanted)]
    kinds = catches_of(level)
    found = []
    for who, place in zip(turns, order, strict=True):
        truth, number = wanted[place]
        found.append(_item(task, truth, kinds[number % len(kinds)], who, level, rng))
    return found


def _item(
    task: str, truth: str, kind: str, who: str, level: Level, rng: np.random.Generator
) -> dict[str, Any]:
    catch = kind if truth == NONE else ""
    planned = plan_trial(task, truth, who, DURATIONS_S[-1], level, _STEPS_HZ, rng, catch)
    shown, scene = planned.stimulus, planned.stimulus.scene.to_json()
    return {
        "truth": truth,
        "catch": catch,
        "identity": who,
        "lead_s": shown.onset_frame / _STEPS_HZ,
        "whole_s": scene["duration_s"],
        "apex": shown.apex,
        "units": {key: [list(k) for k in course] for key, course in shown.ordinary.items()},
        "head": scene["head"],
    }
