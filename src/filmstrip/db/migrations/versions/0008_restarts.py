"""Tasks that are begun once more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    of_task = "the task that failed and that it is begun for once more"
    op.add_column("task", sa.Column("restart_of", sa.String(32), comment=of_task))
    of_output = "whether neither source nor destination is the reason of its error"
    op.add_column("output", sa.Column("failed_in_making", sa.Boolean(), comment=of_output))
