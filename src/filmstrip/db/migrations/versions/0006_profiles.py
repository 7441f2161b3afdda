"""Profiles and transfer methods that the operator keeps, and lists of a key's tasks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from filmstrip.db.column_types import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "profile",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("identity", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False, comment="AES-256-GCM; it may hold secrets"),
        sa.Column("key_names", sa.Text(), nullable=False, comment="API keys that may use it; all if there is none"),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "identity", name=op.f("pk_profile")),
    )
    op.create_index("ix_task_key_id", "task", ["key_id", "created_at"])
