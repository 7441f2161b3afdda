"""Tasks that were cancelled, what is to be removed of them, and how long the query of a failed task is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from filmstrip.db.column_types import Moment, Words

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.add_column(
        "task",
        sa.Column("query_until", Moment(), comment="how long the query of an ended task is kept, to begin it again"),
    )
    op.add_column("task", sa.Column("query_shown", Words(), comment="the query without secrets"))
    op.add_column("task", sa.Column("cancelled_at", Moment()))
    op.add_column(
        "task",
        sa.Column("clean_at", Moment(), comment="when what it has put is removed; none if there is nothing to remove"),
    )
    op.create_index("ix_task_finished_at", "task", ["finished_at"])
    for name in ("clean_at", "query_until"):
        is_there = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_task_{name}", "task", [name], sqlite_where=is_there, postgresql_where=is_there)
