"""What happened to tasks, and which one was begun in place of which."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from filmstrip.db.column_types import Moment, Words

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    is_there = sa.text("restart_of IS NOT NULL")
    op.create_index("ix_task_restart_of", "task", ["restart_of"], sqlite_where=is_there, postgresql_where=is_there)
    op.create_table(
        "task_event",
        sa.Column("number", sa.Integer(), nullable=False, comment="the order"),
        sa.Column("task_token", sa.String(32), nullable=False),
        sa.Column("happened_at", Moment(), nullable=False),
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("output_index", sa.Integer(), comment="of the output that it is about; none for the task"),
        sa.Column("worker", sa.Text(), comment="who did it; none if it was no worker"),
        sa.Column("step", sa.Text(), comment="what it was doing"),
        sa.Column("detail", Words()),
        sa.ForeignKeyConstraint(
            ["task_token"], ["task.token"], name=op.f("fk_task_event_task_token"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_task_event")),
    )
    op.create_index("ix_task_event_task_token", "task_event", ["task_token", "number"])
