"""Files that clients upload."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from filmstrip.db.column_types import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.add_column("task", sa.Column("upload_id", sa.String(32), comment="the upload that is its source"))
    op.create_index("ix_task_upload_id", "task", ["upload_id"], sqlite_where=sa.text("upload_id IS NOT NULL"))
    op.create_table(
        "upload",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column(
            "task_token",
            sa.String(32),
            nullable=False,
            comment="of its address; the task may be forgotten before it",
        ),
        sa.Column("key_id", sa.Integer()),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.BigInteger()),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.Column("concat", sa.Text()),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("writer", sa.String(32), comment="which request writes to it"),
        sa.Column("writer_until", Moment(), comment="when that request counts as gone"),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_upload_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload_key_id"), "upload", ["key_id"])
    op.create_index(op.f("ix_upload_expires_at"), "upload", ["expires_at"])
