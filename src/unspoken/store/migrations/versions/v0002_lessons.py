"""Lessons: which were opened and finished, and the answers to their questions."""

import sqlalchemy as sa
from alembic import op

from unspoken.store import models

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "lesson_visit",
        sa.Column("lesson", sa.String(length=120), nullable=False),
        sa.Column("opened_at", models.UtcTime(), nullable=False),
        sa.Column("finished_at", models.UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("lesson"),
    )
    op.create_table(
        "lesson_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lesson", sa.String(length=120), nullable=False),
        sa.Column("question", sa.String(length=16), nullable=False),
        sa.Column("choice", sa.String(length=600), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("answered_at", models.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("lesson_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_answer_lesson"), ["lesson"], unique=False)


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("lesson_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lesson_answer_lesson"))

    op.drop_table("lesson_answer")
    op.drop_table("lesson_visit")
