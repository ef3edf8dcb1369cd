"""Do the academy's stated intervals hold the truth? Simulated learners of known thresholds say.

Every learner takes a whole test with the planning and the scoring of the product: 84 expressions
and 36 catch trials. Then the stated 95 % interval either holds the learner's threshold or not.

How far two tests of one learner lie apart by chance is seen by letting the same learners take all
four forms: with faces that are equally hard, and with faces that are not (`face_spread`), drawn
anew for every learner, because forms consist of few faces and nobody knows which of them are hard.
"""

from __future__ import annotations

from collections import Counter
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
from unspoken.academy.levels import level_named
from unspoken.academy.people import FORMS, Cast, load_people
from unspoken.academy.rounds import plan_round, round_of, truths_of
from unspoken.academy.scores import joint_threshold, score
from unspoken.academy.simulated import SimulatedLearner

__all__ = ["BANDS_S", "SETTINGS", "Coverage", "CoverageStudy", "Retest", "Setting", "run_study",
           "take_test"]  # fmt: skip

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
class Setting:
    """Who takes what.

    Parameters
    ----------
    name : str
    task : {"identify", "spot"}
    rounds : int
        12 make a test, 4 a drill.
    scale : float
        Factor on all thresholds of the population: people unlike those the belief is about.
    clear : bool
        As in `SimulatedLearner.drawn`.
    """

    name: str
    task: str = "identify"
    rounds: int = PURPOSES["pre"].rounds
    scale: float = 1.0
    clear: bool = False


#: The first is looked at closely.
SETTINGS: tuple[Setting, ...] = (
    Setting("a test"),
    Setting("a test, nothing mixed up", clear=True),
    Setting("a test, people twice as quick", scale=0.5),
    Setting("a test, people twice as slow", scale=2.0),
    Setting("one drill", rounds=PURPOSES["drill"].rounds),
    Setting("one drill of spotting", task="spot", rounds=PURPOSES["drill"].rounds),
)


@dataclass(frozen=True)
class Retest:
    """Two tests of the same learner, on different forms, when nothing has changed.

    Parameters
    ----------
    face_spread : float
        Standard deviation of the logarithm of how hard a face is.
    pairs : int
    spread : float
        Standard deviation of the difference of the logarithms of joint thresholds.
    """

    face_spread: float
    pairs: int
    spread: float

    @property
    def least_change(self) -> float:
        """Factor that 95 % of such pairs stay within, either way."""
        return float(np.exp(1.96 * self.spread))


@dataclass(frozen=True)
class CoverageStudy:
    """Everything the study found in one setting."""

    setting: Setting
    learners: int
    seed: int
    refresh_hz: float
    truths: tuple[Coverage, ...]
    bands: tuple[Coverage, ...]
    every: Coverage
    joint: Coverage
    retests: tuple[Retest, ...]
    """With equal faces, and with unequal ones; only where forms were compared."""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        found = asdict(self)
        for row, retest in zip(found["retests"], self.retests, strict=True):
            row["least_change"] = retest.least_change
        return found


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
    setting: Setting = SETTINGS[0],
) -> list[_Row]:
    """A block from the first trial to the estimates; the last row is the joint one.

    Parameters
    ----------
    learner : SimulatedLearner
    faces : sequence of str
        The form's.
    refresh_hz : float
    rng : numpy.random.Generator
    hardness : mapping of str to float, optional
        By face, a factor on the learner's thresholds.
    setting : Setting
    """
    task, level = setting.task, level_named("plain")
    history: dict[str, list[Answer]] = {}
    needed = Counter({truth: n * setting.rounds for truth, n in round_of(task).items()})
    while planned := plan_round(task, level, faces, refresh_hz, history, needed, rng):
        needed.subtract(trial.truth for trial in planned)
        for trial in planned:
            factor = (hardness or {}).get(trial.identity, 1.0)
            met = replace(
                learner, thresholds_s={k: v * factor for k, v in learner.thresholds_s.items()}
            )
            shown_s = trial.stimulus.target_frames / refresh_hz
            said, sure = met.answer(trial.truth, shown_s, rng, task)
            answer = Answer(trial.truth, said, shown_s, trial.family, sure, trial.catch)
            history.setdefault(trial.family, []).append(answer)
    answers = [answer for family in history.values() for answer in family]
    found = score(answers, task, "plain", refresh_hz).thresholds
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
    setting: Setting = SETTINGS[0],
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
    setting : Setting
        Forms are compared in the first of :data:`SETTINGS` alone.
    workers : int
        Processes.
    tick : callable
        Told how many learners are done.

    Returns
    -------
    CoverageStudy
        Every fourth learner takes all forms; the others take one of them in turn.

    Raises
    ------
    ValueError
        If there are too few learners to compare forms.
    """
    if learners < 2 * _ALL_FORMS_EVERY:
        raise ValueError(f"learners: expected at least {2 * _ALL_FORMS_EVERY}, found {learners}.")
    forms = Cast.of(load_people()).forms
    one = partial(
        _learner, forms=forms, refresh_hz=refresh_hz, face_spread=face_spread, seed=seed,
        setting=setting,
    )  # fmt: skip
    rows: list[_Row] = []
    apart: tuple[list[float], list[float]] = ([], [])
    with ProcessPoolExecutor(workers) as pool:
        for done, (own, *pairs) in enumerate(pool.map(one, range(learners)), start=1):
            rows += own
            for kept, new in zip(apart, pairs, strict=True):
                kept.extend(new)
            tick(done)
    parts = [row for row in rows if row.name != "joint"]
    return CoverageStudy(
        setting,
        learners,
        seed,
        refresh_hz,
        tuple(_coverage(n, [r for r in parts if r.name == n]) for n in truths_of(setting.task)),
        tuple(
            _coverage(
                f"{1e3 * low:.0f}-{1e3 * high:.0f} ms", [r for r in parts if low <= r.truth < high]
            )
            for low, high in pairwise(setting.scale * edge for edge in BANDS_S)
        ),
        _coverage(setting.name, parts),
        _coverage(f"{setting.name}: joint", [r for r in rows if r.name == "joint"]),
        tuple(
            Retest(spread, len(kept), float(np.std(kept, ddof=1)))
            for spread, kept in zip((0.0, face_spread), apart, strict=True)
            if kept
        ),
    )


def _learner(
    number: int,
    forms: Mapping[str, tuple[str, ...]],
    refresh_hz: float,
    face_spread: float,
    seed: int,
    setting: Setting,
) -> tuple[list[_Row], list[float], list[float]]:
    """One learner's rows, and how far each later form lies from the first, with either faces."""
    draw = np.random.default_rng([seed, number])
    drawn = SimulatedLearner.drawn(draw, setting.task, setting.clear)
    scaled = {k: setting.scale * v for k, v in drawn.thresholds_s.items()}
    somebody = replace(drawn, thresholds_s=scaled)
    own = FORMS[number % len(FORMS)]
    rng = np.random.default_rng([seed, number, 1])
    rows = take_test(somebody, forms[own], refresh_hz, rng, None, setting)
    if number % _ALL_FORMS_EVERY or setting != SETTINGS[0]:
        return rows, [], []
    unlike = np.random.default_rng([seed, number, 2])
    names = sorted({name for form in forms.values() for name in form})
    hard = {name: float(np.exp(unlike.normal(0.0, face_spread))) for name in names}
    apart: list[list[float]] = []
    for kind, hardness in enumerate((None, hard)):
        logs = []
        for at, form in enumerate(FORMS):
            rng = np.random.default_rng([seed, number, 3 + kind, at])
            joint = take_test(somebody, forms[form], refresh_hz, rng, hardness)[-1]
            logs.append(float(np.log(joint.estimate)))
        apart.append([later - logs[0] for later in logs[1:]])
    return rows, apart[0], apart[1]


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
