"""Marks made while an interaction is watched."""

import sqlalchemy as sa
from alembic import op

from unspoken.store import models

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "observation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("showing", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("start_s", sa.Double(), nullable=True),
        sa.Column("end_s", sa.Double(), nullable=True),
        sa.Column("mine", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("first_time", sa.Boolean(), nullable=False),
        sa.Column("started_at", models.UtcTime(), nullable=False),
        sa.Column("ended_at", models.UtcTime(), nullable=True),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("unseen", sa.JSON(), nullable=False),
        sa.Column("reactions", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_observation_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_observation_showing"), ["showing"], unique=False)


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_observation_showing"))
        batch_op.drop_index(batch_op.f("ix_observation_digest"))

    op.drop_table("observation")
