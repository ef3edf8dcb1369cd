"""Do the academy's stated intervals hold the truth? Simulated learners of known thresholds say.

Every learner takes a whole test with the planning and the scoring of the product: 84 expressions
and 36 catch trials. Then the stated 95 % interval either holds the learner's threshold or not.

Parallel forms are compared by letting the same learners take all four. Faces can be made unequally
hard (`face_spread`), because forms consist of few faces: what that does to the forms, and what is
left of it when learners take them in balanced order, is part of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from unspoken.academy.answers import Answer
from unspoken.academy.course import PURPOSES
from unspoken.academy.detection import Proportion, proportion
from unspoken.academy.expressions import NONE
from unspoken.academy.levels import level_named
from unspoken.academy.people import FORMS, Cast, load_people
from unspoken.academy.rounds import CATCHES_A_ROUND, plan_round
from unspoken.academy.scores import joint_threshold, score
from unspoken.academy.simulated import SimulatedLearner
from unspoken.facs.prototypes import EMOTIONS

__all__ = ["BANDS_S", "Coverage", "CoverageStudy", "FormFigures", "run_study", "take_test"]

#: True thresholds are also looked at by size, seconds: an interval that is right on average may
#: still be wrong at the ends of what can be measured.
BANDS_S: tuple[float, ...] = (0.015, 0.03, 0.06, 0.12, 0.3)
#: Learners that take all four forms: one of so many.
_ALL_FORMS_EVERY = 4


@dataclass(frozen=True)
class Coverage:
    """How estimates of one kind lie about the truth.

    Parameters
    ----------
    name : str
        Emotion, band of true thresholds, or "all".
    inside : Proportion
        Intervals that hold the truth.
    below, above : int
        Intervals that lie wholly below, or above it.
    bias : float
        Mean of the logarithm of estimate over truth: 0.05 is 5 % too long.
    spread : float
        Standard deviation of the same.
    ratio : float
        Median of upper over lower end of the interval.
    """

    name: str
    inside: Proportion
    below: int
    above: int
    bias: float
    spread: float
    ratio: float


@dataclass(frozen=True)
class FormFigures:
    """A form beside form A, on the same learners.

    Parameters
    ----------
    form : str
    faces : int
    difference, low, high : float
        Mean difference of the logarithms of joint thresholds, with its 95 % interval.
    """

    form: str
    faces: int
    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class CoverageStudy:
    """Everything the study found."""

    learners: int
    seed: int
    scale: float
    refresh_hz: float
    face_spread: float
    emotions: tuple[Coverage, ...]
    bands: tuple[Coverage, ...]
    every: Coverage
    joint: Coverage
    forms: tuple[FormFigures, ...]
    forms_unequal: tuple[FormFigures, ...]
    """The same with faces that are unequally hard."""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self)


@dataclass(frozen=True)
class _Row:
    """One threshold: what it was taken for, and what it was."""

    name: str
    truth: float
    estimate: float
    low: float
    high: float


def take_test(
    learner: SimulatedLearner,
    faces: Sequence[str],
    refresh_hz: float,
    rng: np.random.Generator,
    hardness: Mapping[str, float] | None = None,
) -> list[_Row]:
    """A test before training, from the first trial to the estimates; the last row is the joint one.

    Parameters
    ----------
    learner : SimulatedLearner
    faces : sequence of str
        The form's.
    refresh_hz : float
    rng : numpy.random.Generator
    hardness : mapping of str to float, optional
        By face, a factor on the learner's thresholds.
    """
    rounds, level = PURPOSES["pre"].rounds, level_named("plain")
    history: dict[str, list[Answer]] = {}
    needed: dict[str, int] = dict.fromkeys(EMOTIONS, 1)
    needed[NONE] = CATCHES_A_ROUND
    for _ in range(rounds):
        for trial in plan_round("identify", level, faces, refresh_hz, history, needed, rng):
            factor = (hardness or {}).get(trial.identity, 1.0)
            met = replace(
                learner, thresholds_s={k: v * factor for k, v in learner.thresholds_s.items()}
            )
            shown_s = trial.stimulus.target_frames / refresh_hz
            said, sure = met.answer(trial.truth, shown_s, rng)
            answer = Answer(trial.truth, said, shown_s, trial.family, sure, trial.catch)
            history.setdefault(trial.family, []).append(answer)
    answers = [answer for family in history.values() for answer in family]
    found = score(answers, "identify", "plain", refresh_hz).thresholds
    rows = [
        _Row(name, learner.thresholds_s[name], e.threshold_s, e.low_s, e.high_s)
        for name, e in found.items()
    ]
    joint = joint_threshold(list(found.values()))
    assert joint is not None
    truth = float(np.exp(np.mean(np.log([row.truth for row in rows]))))
    return [*rows, _Row("joint", truth, joint.threshold_s, joint.low_s, joint.high_s)]


def run_study(
    learners: int,
    refresh_hz: float = 60.0,
    face_spread: float = 0.2,
    seed: int = 1,
    scale: float = 1.0,
    workers: int = 2,
    tick: Callable[[int], None] = lambda _done: None,
) -> CoverageStudy:
    """Let learners drawn from a population take tests.

    Parameters
    ----------
    learners : int
        At least 8.
    refresh_hz : float
        Of the display.
    face_spread : float
        Standard deviation of the logarithm of how hard a face is, where faces are unequal.
    seed : int
    scale : float
        Factor on all thresholds of the population: people unlike those the prior belief is about.
    workers : int
        Processes.
    tick : callable
        Told how many learners are done.

    Returns
    -------
    CoverageStudy
        Every fourth learner takes all forms; the others take one of them in turn. Forms are
        compared only where `scale` is 1.

    Raises
    ------
    ValueError
        If there are too few learners to compare forms.
    """
    if learners < 2 * _ALL_FORMS_EVERY:
        raise ValueError(f"learners: expected at least {2 * _ALL_FORMS_EVERY}, found {learners}.")
    cast = Cast.of(load_people())
    one = partial(
        _learner,
        forms=cast.forms,
        refresh_hz=refresh_hz,
        face_spread=face_spread,
        seed=seed,
        scale=scale,
    )
    single: list[_Row] = []
    equal: list[dict[str, float]] = []
    unequal: list[dict[str, float]] = []
    with ProcessPoolExecutor(workers) as pool:
        for done, (rows, same, other) in enumerate(pool.map(one, range(learners)), start=1):
            single += rows
            equal += [same] if same else []
            unequal += [other] if other else []
            tick(done)
    parts = [row for row in single if row.name != "joint"]
    return CoverageStudy(
        learners,
        seed,
        scale,
        refresh_hz,
        face_spread,
        tuple(_coverage(name, [r for r in parts if r.name == name]) for name in EMOTIONS),
        tuple(
            _coverage(
                f"{1e3 * low:.0f}-{1e3 * high:.0f} ms", [r for r in parts if low <= r.truth < high]
            )
            for low, high in pairwise(scale * edge for edge in BANDS_S)
        ),
        _coverage("all", parts),
        _coverage("joint", [r for r in single if r.name == "joint"]),
        _forms(equal, cast),
        _forms(unequal, cast),
    )


def _learner(
    number: int,
    forms: Mapping[str, tuple[str, ...]],
    refresh_hz: float,
    face_spread: float,
    seed: int,
    scale: float,
) -> tuple[list[_Row], dict[str, float], dict[str, float]]:
    """One learner's rows, and per form the logarithm of the joint threshold, twice."""
    drawn = SimulatedLearner.drawn(np.random.default_rng([seed, number]))
    somebody = replace(drawn, thresholds_s={k: scale * v for k, v in drawn.thresholds_s.items()})
    own = FORMS[number % len(FORMS)]
    rows = take_test(somebody, forms[own], refresh_hz, np.random.default_rng([seed, number, 1]))
    if number % _ALL_FORMS_EVERY or scale != 1.0:
        return rows, {}, {}
    # How hard faces are is the same for everybody: it belongs to the faces.
    draw = np.random.default_rng([seed, 2])
    hard = {
        name: float(np.exp(draw.normal(0.0, face_spread)))
        for form in FORMS
        for name in sorted(forms[form])
    }
    found: tuple[dict[str, float], dict[str, float]] = ({}, {})
    for kind, hardness in enumerate((None, hard)):
        for at, form in enumerate(FORMS):
            rng = np.random.default_rng([seed, number, 3 + kind, at])
            joint = take_test(somebody, forms[form], refresh_hz, rng, hardness)[-1]
            found[kind][form] = float(np.log(joint.estimate))
    return rows, *found


def _coverage(name: str, rows: Sequence[_Row]) -> Coverage:
    logs = np.array([np.log(row.estimate / row.truth) for row in rows])
    inside = sum(row.low <= row.truth <= row.high for row in rows)
    return Coverage(
        name,
        proportion(inside, len(rows)),
        sum(row.high < row.truth for row in rows),
        sum(row.low > row.truth for row in rows),
        float(logs.mean()) if rows else float("nan"),
        float(logs.std()) if rows else float("nan"),
        float(np.median([row.high / row.low for row in rows])) if rows else float("nan"),
    )


def _forms(learners: Sequence[Mapping[str, float]], cast: Cast) -> tuple[FormFigures, ...]:
    found = []
    for form in FORMS[1:] if learners else ():
        differences = np.array([logs[form] - logs[FORMS[0]] for logs in learners])
        half = 1.96 * float(differences.std(ddof=1)) / len(differences) ** 0.5
        mean = float(differences.mean())
        found.append(FormFigures(form, len(cast.forms[form]), mean, mean - half, mean + half))
    return tuple(found)
