"""What a learner had done before a test, so that the test is not called what it was not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unspoken.academy.course import FROM_FOLDER, KINDS
from unspoken.store.models import Block, LessonVisit, Observation, Trial

__all__ = ["Prior", "prior_to", "title_of"]


@dataclass(frozen=True)
class Prior:
    """Training before some moment.

    Parameters
    ----------
    drills : int
        Drills with an answer, of the academy or of a folder, also those that were left.
    lessons : int
        Lessons that were opened.
    interactions : int
        Interactions that were watched to their end.
    """

    drills: int
    lessons: int
    interactions: int

    @property
    def words(self) -> str:
        """Like "3 drills, 1 lesson"; "" for nothing."""
        counts = (
            (self.drills, "drill"), (self.lessons, "lesson"), (self.interactions, "interaction")
        )  # fmt: skip
        return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts if n)


def prior_to(session: Session, moment: datetime) -> Prior:
    """What was begun before a moment."""
    drills = (
        sa.select(sa.func.count(sa.distinct(Block.id)))
        .join(Trial)
        .where(Block.purpose.in_(("drill", FROM_FOLDER.name)), Block.started_at < moment)
        .where(Trial.response.is_not(None))
    )
    lessons = sa.select(sa.func.count()).where(LessonVisit.opened_at < moment)
    interactions = sa.select(sa.func.count()).where(
        Observation.mine, Observation.state == "done", Observation.started_at < moment
    )
    return Prior(*(session.scalar(query) or 0 for query in (drills, lessons, interactions)))


def title_of(session: Session, block: Block) -> str:
    """What a block is called: a test before training only where none came before it."""
    came = prior_to(session, block.started_at).words if block.purpose == "pre" else ""
    return f"First test (after {came})" if came else KINDS[block.purpose].title
