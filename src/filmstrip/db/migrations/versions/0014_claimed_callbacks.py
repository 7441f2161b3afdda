"""Which executor tells an event at the moment: of several, one does."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.add_column("callback", sa.Column("claimed_by", sa.String(32)))
