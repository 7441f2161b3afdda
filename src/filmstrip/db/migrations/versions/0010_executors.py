"""Who works on the database, and on what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from filmstrip.db.column_types import Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.add_column("task", sa.Column("at_work_by", sa.String(32), comment="the executor that works on its source"))
    op.add_column("output", sa.Column("at_work_by", sa.String(32), comment="the executor that works on it"))
    op.create_table(
        "executor",
        sa.Column("id", sa.String(32), nullable=False, comment="of one start of it"),
        sa.Column("name", sa.Text(), nullable=False, comment="of all its starts"),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False, comment="of Filmstrip"),
        sa.Column("key_fingerprint", sa.String(64), nullable=False, comment="of its secret key"),
        sa.Column(
            "lock_number", sa.BigInteger(), comment="of its advisory lock; none if it shows by its heartbeat alone"
        ),
        sa.Column("started_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False, comment="its heartbeat"),
        sa.Column("ended_at", Moment(), comment="when it ended, or was found dead"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_executor")),
    )
    for column in ("name", "seen_at"):
        op.create_index(op.f(f"ix_executor_{column}"), "executor", [column])
