"""The course: a test, training, a test, and retests after three and six weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from unspoken.academy.people import FORMS

__all__ = [
    "DRILL_GOAL",
    "FROM_FOLDER",
    "KINDS",
    "PURPOSES",
    "RETEST_AFTER",
    "TESTS",
    "Purpose",
    "Step",
    "form_for",
    "steps",
]


@dataclass(frozen=True)
class Purpose:
    """What a block is for.

    Parameters
    ----------
    name, title, what : str
    rounds : int
        Rounds of trials: 12 give 84 expressions and 36 catch trials, about ten minutes.
    feedback : bool
        Whether every answer is explained at once; tests say nothing until they are over.
    """

    name: str
    title: str
    what: str
    rounds: int
    feedback: bool = False


PURPOSES: dict[str, Purpose] = {
    p.name: p
    for p in (
        Purpose("drill", "Drill", "Practice with feedback on every answer.", 4, feedback=True),
        Purpose("pre", "Test before training", "Where you start from.", 12),
        Purpose("post", "Test after training", "What practice changed.", 12),
        Purpose("retest3", "Retest after three weeks", "What is left after three weeks.", 12),
        Purpose("retest6", "Retest after six weeks", "What is left after six weeks.", 12),
    )
}
#: Drills of an exported folder whose answers were taken in. No block of the academy is opened so.
FROM_FOLDER = Purpose(
    "folder", "Practice from a folder", "Answers of a drill in an exported course.", 4, True
)
#: Every purpose a stored block can have.
KINDS: dict[str, Purpose] = {**PURPOSES, FROM_FOLDER.name: FROM_FOLDER}
#: Tests in order; each has a form of its own.
TESTS: tuple[str, ...] = ("pre", "post", "retest3", "retest6")
#: How long after the test after training a retest is due.
RETEST_AFTER: dict[str, timedelta] = {
    "retest3": timedelta(weeks=3),
    "retest6": timedelta(weeks=6),
}
#: Drills recommended before the test after training.
DRILL_GOAL = 6


@dataclass(frozen=True)
class Step:
    """One step of the course as it stands.

    Parameters
    ----------
    purpose : str
    state : {"done", "next", "later", "missed"}
        "missed" is the test before training once the one after it is done: too late.
    due_at : datetime or None
        When a retest is due.
    count, goal : int
        How often done, and how often recommended.
    """

    purpose: str
    state: str
    due_at: datetime | None = None
    count: int = 0
    goal: int = 1


def form_for(purpose: str, order: Sequence[str]) -> str:
    """The parallel form of a test, "" for a drill.

    Learners take the forms in different orders, so that forms of unequal difficulty cancel out over
    many learners instead of passing for progress.
    """
    return order[TESTS.index(purpose)] if purpose in TESTS else ""


def form_order(number: int) -> list[str]:
    """One of the four rows of a balanced Latin square (Williams 1949)."""
    rows = ("ABDC", "BCAD", "CDBA", "DACB")
    assert sorted(rows[0]) == list(FORMS)
    return list(rows[number % len(rows)])


def steps(done: Mapping[str, Sequence[datetime]], now: datetime) -> list[Step]:
    """The course's steps.

    Parameters
    ----------
    done : mapping of str to sequence of datetime
        By purpose, when blocks ended.
    now : datetime

    Returns
    -------
    list of Step
        Exactly one of them is "next" unless nothing is left to do or a retest is not due yet.
    """
    found: list[Step] = []
    open_before = False
    after = min(done.get("post", ()), default=None)
    for name in ("pre", "drill", "post", "retest3", "retest6"):
        count = len(done.get(name, ()))
        goal = DRILL_GOAL if name == "drill" else 1
        due = after + RETEST_AFTER[name] if after and name in RETEST_AFTER else None
        complete = count >= goal or (name == "drill" and after is not None)
        missed = name == "pre" and not complete and after is not None
        ready = not open_before and (name not in RETEST_AFTER or (due is not None and due <= now))
        state = "done" if complete else "missed" if missed else "next" if ready else "later"
        open_before = open_before or not (complete or missed)
        found.append(Step(name, state, due, count, goal))
    return found
