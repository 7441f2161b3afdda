"""Tasks that have several uploads as their sources."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "task_upload",
        sa.Column("upload_id", sa.String(32), nullable=False, comment="a source of the task; it may be gone before it"),
        sa.Column("task_token", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_token"], ["task.token"], name=op.f("fk_task_upload_task_token"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", "task_token", name=op.f("pk_task_upload")),
    )
    op.create_index(op.f("ix_task_upload_task_token"), "task_upload", ["task_token"])
    op.execute("INSERT INTO task_upload SELECT upload_id, token FROM task WHERE upload_id IS NOT NULL")
    op.drop_index("ix_task_upload_id", "task")
    op.drop_column("task", "upload_id")
