"""Keys, sessions, tasks, outputs and artifacts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    _make_who()
    _make_what()


def _make_who() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
    )
    op.create_index("ix_api_key_key_hash", "api_key", ["key_hash"], unique=True)
    good = sa.text("revoked_at IS NULL")
    op.create_index("ix_api_key_name", "api_key", ["name"], unique=True, sqlite_where=good, postgresql_where=good)
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name="fk_session_key_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_session"),
    )
    op.create_index("ix_session_expires_at", "session", ["expires_at"])


def _make_what() -> None:
    op.create_table(
        "task",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("key_id", sa.Integer()),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime()),
        sa.Column("finished_at", sa.DateTime()),
        sa.Column("payload", sa.Text()),
        sa.Column("query", sa.LargeBinary()),
        sa.Column("source", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("is_at_work", sa.Boolean(), nullable=False),
        sa.Column("interruptions", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name="fk_task_key_id"),
        sa.PrimaryKeyConstraint("token", name="pk_task"),
    )
    op.create_index("ix_task_created_at", "task", ["created_at"])
    op.create_index("ix_task_status", "task", ["status"])
    op.create_table(
        "output",
        sa.Column("task_token", sa.String(length=32), nullable=False),
        sa.Column("output_index", sa.Integer(), nullable=False),
        sa.Column("output_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("user_tag", sa.Text()),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("result", sa.Text()),
        sa.Column("locations", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.DateTime()),
        sa.Column("is_at_work", sa.Boolean(), nullable=False),
        sa.Column("interruptions", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["task_token"], ["task.token"], name="fk_output_task_token", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_token", "output_index", name="pk_output"),
    )
    op.create_table(
        "artifact",
        sa.Column("task_token", sa.String(length=32), nullable=False),
        sa.Column("output_index", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("artifact", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_token", "output_index"],
            ["output.task_token", "output.output_index"],
            name="fk_artifact_task_token",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("task_token", "output_index", "name", name="pk_artifact"),
    )
