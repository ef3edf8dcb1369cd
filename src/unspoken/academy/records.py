"""What the learner sees of what is stored: results, the state of the course, a file of it all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unspoken.academy.course import FROM_FOLDER, PURPOSES, TESTS, steps
from unspoken.academy.desk import Desk, answer_of
from unspoken.academy.levels import level_named
from unspoken.academy.prior import prior_to, title_of
from unspoken.academy.scores import joint_threshold, plain, score
from unspoken.errors import InputError
from unspoken.store.models import (
    Base,
    Block,
    Estimate,
    LessonAnswer,
    LessonVisit,
    Observation,
    Profile,
    Review,
    Trial,
)

__all__ = [
    "DRILLS_A_POINT", "block_result", "course_state", "curve", "delete_everything", "everything",
    "results",
]  # fmt: skip

#: Drills that make one point of the learning curve: together they hold as many answers of every
#: emotion as a test does. The fewer answers, the more an estimate is drawn towards what is believed
#: before any; between four answers and twelve that alone would look like learning or forgetting.
DRILLS_A_POINT = 3
_DRILLS_TITLE = "Three drills"


def course_state(desk: Desk) -> dict[str, Any]:
    """Steps of the course, families due for practice, what was done, if the notice was read."""
    with desk.database.session() as session:
        profile = desk.profile(session)
        done: dict[str, list[datetime]] = {}
        titles = {name: purpose.title for name, purpose in PURPOSES.items()}
        for block in session.scalars(sa.select(Block).where(Block.state == "done")):
            done.setdefault(block.purpose, []).append(block.ended_at or block.started_at)
            if block.purpose in TESTS:
                titles[block.purpose] = title_of(session, block)
        due = session.scalars(
            sa.select(Review.family).where(Review.due_at <= desk.now()).order_by(Review.due_at)
        ).all()
        left = session.scalar(sa.select(Block).where(Block.state == "open"))
        return {
            "name": profile.name,
            "notice_read": profile.notice_at is not None,
            "steps": [
                {
                    **asdict(step),
                    "title": titles[step.purpose],
                    "what": PURPOSES[step.purpose].what,
                    "due_at": step.due_at.isoformat() if step.due_at else None,
                }
                for step in steps(done, desk.now())
            ],
            "due": [
                {"family": f, "truth": f.split("/")[1], "level": f.split("/")[2],
                 "task": f.split("/")[0]} for f in due
            ],
            "left": _described(session, left) if left else None,
            "prior": prior_to(session, desk.now()).words,
        }  # fmt: skip


def results(desk: Desk) -> dict[str, Any]:
    """Every block that ended, newest first, the tests side by side, and the learning curve."""
    with desk.database.session() as session:
        ended = session.scalars(
            sa.select(Block).where(Block.state != "open").order_by(Block.started_at.desc())
        ).all()
        blocks = [_described(session, block) for block in ended]
        tests = {b.purpose: _result(session, b) for b in ended if _is_test(b)}
    ordered = {name: tests[name] for name in TESTS if name in tests}
    return {"blocks": blocks, "tests": ordered, "curve": curve(desk)}


def block_result(desk: Desk, block_id: str) -> dict[str, Any]:
    """One block and its score.

    Raises
    ------
    InputError
        If there is no such block.
    """
    with desk.database.session() as session:
        block = session.get(Block, block_id)
        if block is None:
            raise InputError("There is no such result.", "It may have been deleted.")
        return _result(session, block)


def curve(desk: Desk) -> list[dict[str, Any]]:
    """The joint threshold over time, of naming plain faces, with its interval; oldest first.

    Durations adapt to the learner, so the share of right answers stays near the same whatever is
    learned; the threshold is what moves. All points rest on equally many answers: a test is one,
    and so are :data:`DRILLS_A_POINT` drills in a row, placed where the last of them ended. Drills
    that are left over before a test make none.

    Returns
    -------
    list of dict
        ``title``, ``purpose``, ``blocks`` (their ids), ``started_at``, ``ended_at``, ``refresh_hz``
        (of the fastest display) and what a `ThresholdEstimate` holds.
    """
    query = sa.select(Block).where(
        Block.state == "done",
        Block.task == "identify",
        Block.level == "plain",
        Block.purpose != FROM_FOLDER.name,
    )
    points: list[dict[str, Any]] = []
    row: list[Block] = []
    with desk.database.session() as session:
        for block in session.scalars(query.order_by(Block.ended_at)):
            if block.purpose in TESTS:
                points.append(_point(title_of(session, block), [block]))
                row = []
                continue
            row.append(block)
            if len(row) == DRILLS_A_POINT:
                points.append(_point(_DRILLS_TITLE, row))
                row = []
    return points


def _point(title: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """Blocks taken as one: their answers make one threshold per emotion."""
    answers = [answer_of(trial) for block in blocks for trial in block.trials]
    first, last = blocks[0], blocks[-1]
    hz = max(block.refresh_hz for block in blocks)
    joint = joint_threshold(list(score(answers, last.task, last.level, hz).thresholds.values()))
    assert joint is not None
    return {
        "title": title,
        "purpose": last.purpose,
        "blocks": [block.id for block in blocks],
        "started_at": first.started_at.isoformat(),
        "ended_at": last.ended_at.isoformat() if last.ended_at else None,
        "refresh_hz": hz,
        **asdict(joint),
    }


def everything(desk: Desk) -> dict[str, Any]:
    """All that is stored about the learner, table by table, as JSON."""
    with desk.database.session() as session:
        return {
            "format": "unspoken.academy/1",
            "exported_at": desk.now().isoformat(),
            "profile": [_row(r) for r in session.scalars(sa.select(Profile))],
            "blocks": [_row(r) for r in session.scalars(sa.select(Block))],
            "trials": [_row(r) for r in session.scalars(sa.select(Trial).order_by(Trial.number))],
            "estimates": [_row(r) for r in session.scalars(sa.select(Estimate))],
            "reviews": [_row(r) for r in session.scalars(sa.select(Review))],
            "lessons": [_row(r) for r in session.scalars(sa.select(LessonVisit))],
            "lesson_answers": [_row(r) for r in session.scalars(sa.select(LessonAnswer))],
            "observations": [_row(r) for r in session.scalars(sa.select(Observation))],
        }


def delete_everything(desk: Desk) -> None:
    """Delete all of it, from the file as well."""
    with desk.database.session() as session:
        tables = (Estimate, Trial, Block, Review, LessonAnswer, LessonVisit, Observation, Profile)
        for table in tables:
            session.execute(sa.delete(table))
    desk.database.compact()


def _is_test(block: Block) -> bool:
    return block.purpose in TESTS and block.state == "done"


def _described(session: Session, block: Block) -> dict[str, Any]:
    return {
        "id": block.id,
        "task": block.task,
        "purpose": block.purpose,
        "title": title_of(session, block),
        "level": block.level,
        "level_title": level_named(block.level).title,
        "state": block.state,
        "started_at": block.started_at.isoformat(),
        "ended_at": block.ended_at.isoformat() if block.ended_at else None,
        "refresh_hz": block.refresh_hz,
        "form": block.form,
    }


def _result(session: Session, block: Block) -> dict[str, Any]:
    answers = [answer_of(trial) for trial in block.trials]
    made = score(answers, block.task, block.level, block.refresh_hz)
    if block.purpose == FROM_FOLDER.name:
        made = replace(made, thresholds={})  # another rule, and items that can be known by heart
    joint = joint_threshold(list(made.thresholds.values()))
    return {
        "block": _described(session, block),
        "score": made.to_json(),
        "joint": plain(asdict(joint)) if joint else None,
        "faces": len({trial.identity for trial in block.trials}),
        "prior": prior_to(session, block.started_at).words if block.purpose in TESTS else "",
    }


def _row(row: Base) -> dict[str, Any]:
    columns = row.__mapper__.column_attrs
    values = {column.key: getattr(row, column.key) for column in columns}
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in values.items()}
