"""Tables for work that waits for a host that does not answer, and for hosts that have answered before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.add_column("task", sa.Column("outage", sa.Text()))
    op.add_column("task", sa.Column("answered_hosts", sa.Text()))
    op.add_column("output", sa.Column("outage", sa.Text()))
