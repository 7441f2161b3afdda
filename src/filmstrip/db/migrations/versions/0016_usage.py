"""What each API key had made, day by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "usage",
        sa.Column("key_id", sa.Integer(), nullable=False, comment="0 for the operator's own tasks"),
        sa.Column("day", sa.String(10), nullable=False, comment="UTC, as 2026-11-29"),
        sa.Column("tasks", sa.Integer(), nullable=False),
        sa.Column("failed_tasks", sa.Integer(), nullable=False),
        sa.Column("source_seconds", sa.Float(), nullable=False),
        sa.Column("output_seconds", sa.Float(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("pictures", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "day", name="pk_usage"),
    )
