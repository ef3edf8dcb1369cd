"""Which lessons the learner opened, answered and finished; kept on the laptop with the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from unspoken.academy.desk import Desk
from unspoken.academy.lesson import Lesson
from unspoken.errors import InputError
from unspoken.store.models import LessonAnswer, LessonVisit

__all__ = ["Progress", "answer", "finish", "opened", "progress"]


@dataclass(frozen=True)
class Progress:
    """How far the learner is with a lesson.

    Parameters
    ----------
    state : {"new", "begun", "done"}
    finished_at : datetime or None
    answers : dict of str to str
        The latest choice by question.
    right : int
        Questions of the lesson whose latest answer is right.
    questions : int
    """

    state: Literal["new", "begun", "done"]
    finished_at: datetime | None
    answers: dict[str, str]
    right: int
    questions: int


def progress(desk: Desk, lessons: Iterable[Lesson]) -> dict[str, Progress]:
    """How far the learner is, by name of the lesson.

    Answers to questions a lesson no longer has do not count.
    """
    with desk.database.session() as session:
        visits = {v.lesson: v for v in session.scalars(sa.select(LessonVisit))}
        latest: dict[str, dict[str, str]] = {}
        for row in session.scalars(sa.select(LessonAnswer).order_by(LessonAnswer.id)):
            latest.setdefault(row.lesson, {})[row.question] = row.choice
    found = {}
    for lesson in lessons:
        visit, answers = visits.get(lesson.name), latest.get(lesson.name, {})
        now = {c.key: answers[c.key] for c in lesson.checks if answers.get(c.key) in c.choices}
        done = visit.finished_at if visit else None
        found[lesson.name] = Progress(
            "done" if done else "begun" if visit or now else "new",
            done,
            now,
            sum(now.get(check.key) == check.answer for check in lesson.checks),
            len(lesson.checks),
        )
    return found


def opened(desk: Desk, lesson: Lesson) -> None:
    """The lesson was opened; only the first time is kept."""
    try:
        _opened_once(desk, lesson)
    except IntegrityError:
        # Another tab wrote the same row between our look and our writing. Now it can be seen.
        _opened_once(desk, lesson)


def _opened_once(desk: Desk, lesson: Lesson) -> None:
    with desk.database.session() as session:
        if session.get(LessonVisit, lesson.name) is None:
            session.add(LessonVisit(lesson=lesson.name, opened_at=desk.now()))


def finish(desk: Desk, lesson: Lesson) -> None:
    """The learner is done with the lesson."""
    opened(desk, lesson)
    with desk.database.session() as session:
        visit = session.get_one(LessonVisit, lesson.name)
        visit.finished_at = desk.now()


def answer(desk: Desk, lesson: Lesson, question: str, choice: str) -> bool:
    """Keep an answer.

    Returns
    -------
    bool
        Whether it is right.

    Raises
    ------
    InputError
        If the lesson has no such question, or the question no such choice.
    """
    for check in lesson.checks:
        if check.key == question and choice in check.choices:
            right = choice == check.answer
            kept = LessonAnswer(
                lesson=lesson.name,
                question=question,
                choice=choice,
                right=right,
                answered_at=desk.now(),
            )
            with desk.database.session() as session:
                session.add(kept)
            return right
    raise InputError(
        f"The lesson {lesson.head.title!r} has no such question or choice.",
        "It may have been changed meanwhile; load the page again.",
    )
