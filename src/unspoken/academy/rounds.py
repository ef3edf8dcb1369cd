"""Planning a round: some of the trials that a block still needs, each at the most telling duration.

A block holds as many rounds' worth of every emotion (or region of the face when spotting), and
three catch trials a round: 30 % of ten when identifying, 27 % of eleven when spotting. Which of
them a round shows is drawn from all that are left, so that nobody can tell from what came what
comes next. Durations are chosen by QUEST+ once a round; a lost connection in mid-round loses
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from unspoken.academy.answers import Answer, family_of
from unspoken.academy.expressions import NONE, REGIONS
from unspoken.academy.levels import Level, catches_of
from unspoken.academy.stimuli import (
    Stimulus,
    catch_stimulus,
    durations_for,
    expression_stimulus,
    move_stimulus,
)
from unspoken.academy.thresholds import NOTHING, OTHER, RIGHT, Threshold, ThresholdEstimate
from unspoken.facs.prototypes import EMOTIONS

__all__ = [
    "CATCHES_A_ROUND", "TASKS", "PlannedTrial", "plan_round", "plan_trial", "round_of",
    "threshold_of", "truths_of",
]  # fmt: skip

TASKS: tuple[str, ...] = ("identify", "spot")
CATCHES_A_ROUND = 3
#: Trials of every truth in a round.
_PER_TRUTH: dict[str, int] = {"identify": 1, "spot": 2}


@dataclass(frozen=True)
class PlannedTrial:
    """One trial before it is shown.

    Parameters
    ----------
    truth : str
        Emotion, region or "none".
    catch : str
        What a catch trial holds; "" otherwise.
    family : str
    stimulus : Stimulus
    """

    truth: str
    catch: str
    family: str
    stimulus: Stimulus

    @property
    def identity(self) -> str:
        """The face."""
        return self.stimulus.scene.identity


def truths_of(task: str) -> tuple[str, ...]:
    """What is measured in a task, "none" left out."""
    return EMOTIONS if task == "identify" else REGIONS


def round_of(task: str) -> dict[str, int]:
    """By truth, how many trials one round has."""
    return dict.fromkeys(truths_of(task), _PER_TRUTH[task]) | {NONE: CATCHES_A_ROUND}


def threshold_of(
    answers: Iterable[Answer], refresh_hz: float, quiet: Iterable[Answer] = ()
) -> Threshold:
    """The measurement of one family.

    Parameters
    ----------
    answers : iterable of Answer
        The family's, in order; those that do not count are passed over.
    refresh_hz : float
        Of the display that the next one would be shown on.
    quiet : iterable of Answer
        To catch trials of the same task and level. Only faces that did nothing tell how often
        somebody guesses who saw nothing.
    """
    found = Threshold(durations_for(refresh_hz))
    still = [a for a in quiet if a.counts and a.catch == "nothing"]
    if still:
        found.update_still(sum(a.said_something for a in still), len(still))
    for answer in answers:
        if answer.counts and answer.shown_s > 0:
            found.update(answer.shown_s, _outcome(answer))
    return found


def _outcome(answer: Answer) -> int:
    if answer.correct:
        return RIGHT
    return OTHER if answer.said_something else NOTHING


def estimates_of(
    answers: Mapping[str, Sequence[Answer]], refresh_hz: float, quiet: Sequence[Answer] = ()
) -> dict[str, ThresholdEstimate]:
    """Threshold per family; arguments as of :func:`threshold_of`."""
    return {name: threshold_of(a, refresh_hz, quiet).estimate() for name, a in answers.items()}


def plan_trial(
    task: str,
    truth: str,
    who: str,
    duration_s: float,
    level: Level,
    refresh_hz: float,
    rng: np.random.Generator,
    catch: str = "",
) -> PlannedTrial:
    """One trial.

    Parameters
    ----------
    task : {"identify", "spot"}
    truth : str
        Emotion or region; "none" for a catch trial.
    who : str
        The face.
    duration_s : float
        Of the flash; nothing to a catch trial.
    level : Level
    refresh_hz : float
    rng : numpy.random.Generator
    catch : str
        What a catch trial holds; "" otherwise.
    """
    family = family_of(task, truth, level.name)
    if catch:
        shown = catch_stimulus(who, catch, task, level, refresh_hz, rng)
        return PlannedTrial(truth, catch, family, shown)
    draw = expression_stimulus if task == "identify" else move_stimulus
    return PlannedTrial(truth, "", family, draw(who, truth, duration_s, level, refresh_hz, rng))


def plan_round(
    task: str,
    level: Level,
    faces: Sequence[str],
    refresh_hz: float,
    history: Mapping[str, Sequence[Answer]],
    needed: Mapping[str, int],
    rng: np.random.Generator,
    choices: int = 2,
) -> list[PlannedTrial]:
    """The trials of one round, in random order.

    Parameters
    ----------
    task : {"identify", "spot"}
    level : Level
    faces : sequence of str
        Names; each is used before one comes again.
    refresh_hz : float
        Frames a second of the learner's display.
    history : mapping of str to sequence of Answer
        By family, that of catch trials too: what the next duration is chosen from.
    needed : mapping of str to int
        By truth ("none" for catch trials), how many more trials the block wants. A round is drawn
        from them.
    rng : numpy.random.Generator
    choices : int
        As in `QuestPlus.next_stimulus`.

    Returns
    -------
    list of PlannedTrial
        Empty when nothing is needed.
    """
    left = [truth for truth in (*truths_of(task), NONE) for _ in range(needed.get(truth, 0))]
    size = sum(round_of(task).values())
    face = _in_turn(faces, rng)
    quiet = history.get(family_of(task, NONE, level.name), ())
    quests: dict[str, Threshold] = {}
    trials: list[PlannedTrial] = []
    for truth in (left[i] for i in rng.permutation(len(left))[:size]):
        duration, kind = 0.0, ""
        if truth == NONE:
            kinds = catches_of(level)
            kind = kinds[int(rng.integers(len(kinds)))]
        else:
            family = family_of(task, truth, level.name)
            if family not in quests:
                quests[family] = threshold_of(history.get(family, ()), refresh_hz, quiet)
            duration = quests[family].next_duration_s(rng, choices)
        trials.append(plan_trial(task, truth, next(face), duration, level, refresh_hz, rng, kind))
    return trials


def _in_turn(faces: Sequence[str], rng: np.random.Generator) -> Iterator[str]:
    """Every face once in random order, then again in another order."""
    while True:
        yield from (faces[i] for i in rng.permutation(len(faces)))
