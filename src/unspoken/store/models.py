"""The tables. Times are UTC; durations are seconds; what was planned and what was shown stay apart.

The academy's tables hold one learner, the owner of the laptop. There are no accounts.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

__all__ = [
    "Base",
    "Block",
    "Estimate",
    "LessonAnswer",
    "LessonVisit",
    "Profile",
    "Review",
    "Trial",
    "UtcTime",
]


class UtcTime(sa.TypeDecorator[datetime]):
    """A time with its zone: stored as UTC, given back as UTC; a time without a zone is refused."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected a time with its zone, found {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """All tables."""

    type_annotation_map = {datetime: UtcTime(), dict[str, Any]: sa.JSON(), list[str]: sa.JSON()}


class Profile(Base):
    """The learner: an optional name for the certificate, and the order of the parallel forms."""

    __tablename__ = "profile"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), default="")
    created_at: Mapped[datetime]
    form_order: Mapped[list[str]]
    notice_at: Mapped[datetime | None]


class Block(Base):
    """A run of trials under one condition: one drill, or one test."""

    __tablename__ = "block"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    task: Mapped[str] = mapped_column(sa.String(16))
    purpose: Mapped[str] = mapped_column(sa.String(16), index=True)
    level: Mapped[str] = mapped_column(sa.String(32))
    form: Mapped[str] = mapped_column(sa.String(8), default="")
    state: Mapped[str] = mapped_column(sa.String(16), default="open", index=True)
    rounds: Mapped[int]
    refresh_hz: Mapped[float]
    seed: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    trials: Mapped[list[Trial]] = relationship(
        back_populates="block", cascade="all, delete-orphan", order_by="Trial.number"
    )
    estimates: Mapped[list[Estimate]] = relationship(
        back_populates="block", cascade="all, delete-orphan"
    )


class Trial(Base):
    """One presentation: what was planned, what was shown, what was answered."""

    __tablename__ = "trial"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    block_id: Mapped[str] = mapped_column(sa.ForeignKey("block.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    round: Mapped[int]
    truth: Mapped[str] = mapped_column(sa.String(16))
    catch: Mapped[str] = mapped_column(sa.String(16), default="")
    family: Mapped[str] = mapped_column(sa.String(64), index=True)
    identity: Mapped[str] = mapped_column(sa.String(64))
    refresh_hz: Mapped[float]
    onset_frame: Mapped[int]
    planned_frames: Mapped[int]
    total_frames: Mapped[int]
    scene: Mapped[dict[str, Any]]
    apex: Mapped[dict[str, Any]]
    shown_frames: Mapped[int | None]
    response: Mapped[str | None] = mapped_column(sa.String(16))
    region: Mapped[str | None] = mapped_column(sa.String(16))
    when_s: Mapped[float | None]
    confidence: Mapped[int | None]
    rt_s: Mapped[float | None]
    flags: Mapped[list[str]]
    answered_at: Mapped[datetime | None]

    block: Mapped[Block] = relationship(back_populates="trials")


class Estimate(Base):
    """A threshold as it stood at the end of a block."""

    __tablename__ = "estimate"

    id: Mapped[int] = mapped_column(primary_key=True)
    block_id: Mapped[str] = mapped_column(sa.ForeignKey("block.id", ondelete="CASCADE"), index=True)
    family: Mapped[str] = mapped_column(sa.String(64))
    threshold_s: Mapped[float]
    low_s: Mapped[float]
    high_s: Mapped[float]
    trials: Mapped[int]
    edge: Mapped[bool]

    block: Mapped[Block] = relationship(back_populates="estimates")


class Review(Base):
    """When a family of items is due again: a card of the scheduler."""

    __tablename__ = "review"

    family: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    card: Mapped[dict[str, Any]]
    due_at: Mapped[datetime]


class LessonVisit(Base):
    """A lesson that was opened, and when the learner said to be done with it."""

    __tablename__ = "lesson_visit"

    lesson: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    opened_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class LessonAnswer(Base):
    """One answer to a check of understanding; answering again adds a row."""

    __tablename__ = "lesson_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    lesson: Mapped[str] = mapped_column(sa.String(120), index=True)
    question: Mapped[str] = mapped_column(sa.String(16))
    choice: Mapped[str] = mapped_column(sa.String(600))
    right: Mapped[bool]
    answered_at: Mapped[datetime]


class Observation(Base):
    """One watching of an interaction: marks, what they were taken for, and what was not shown.

    Those of colleagues come from files and have `mine` false.
    """

    __tablename__ = "observation"

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    showing: Mapped[str] = mapped_column(sa.String(80), index=True)
    title: Mapped[str] = mapped_column(sa.String(120))
    digest: Mapped[str] = mapped_column(sa.String(64), index=True)
    start_s: Mapped[float | None]
    end_s: Mapped[float | None]
    mine: Mapped[bool] = mapped_column(default=True)
    name: Mapped[str] = mapped_column(sa.String(80), default="")
    state: Mapped[str] = mapped_column(sa.String(16), default="open")
    first_time: Mapped[bool] = mapped_column(default=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    marks: Mapped[list[Any]] = mapped_column(sa.JSON())
    unseen: Mapped[list[Any]] = mapped_column(sa.JSON())
    reactions: Mapped[list[Any]] = mapped_column(sa.JSON())
