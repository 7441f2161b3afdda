"""What is to be told to the receivers of callbacks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from filmstrip.db.column_types import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    told = "AES-256-GCM; where its events are told; gone when all are told"
    op.add_column("task", sa.Column("callback", sa.LargeBinary(), comment=told))
    op.create_table(
        "callback",
        sa.Column("number", sa.Integer(), nullable=False, comment="the order; none is used twice"),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("task_token", sa.String(32), nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("tag", sa.Text(), comment="of the output that it is about; none for the task"),
        sa.Column("user_tag", sa.Text()),
        sa.Column("detail", sa.Text(), comment="why it failed; the task that is begun instead"),
        sa.Column("host", sa.Text(), nullable=False, comment="of the receiver"),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("since", Moment(), nullable=False, comment="from when on it is counted for how long it is tried"),
        sa.Column("due_at", Moment(), comment="none once it is given up"),
        sa.Column("given_up_at", Moment()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False, comment="how often it was begun anew"),
        sa.Column("is_asked_for", sa.Boolean(), nullable=False, comment="to be begun anew by the service"),
        sa.Column("reason", sa.Text(), comment="why the last try failed"),
        sa.Column(
            "is_refused", sa.Boolean(), nullable=False, comment="whether the receiver answered, and will not accept it"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_callback")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_callback_event_id"), "callback", ["event_id"], unique=True)
    for column in ("task_token", "due_at", "given_up_at"):
        op.create_index(op.f(f"ix_callback_{column}"), "callback", [column])
