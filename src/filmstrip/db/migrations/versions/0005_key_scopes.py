"""What API keys may be used for, until when, and when they last were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from filmstrip.db.column_types import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision; keys that there are may do what they could before."""
    usual = '["read","submit"]'
    op.add_column("api_key", sa.Column("scopes", sa.Text(), nullable=False, server_default=usual))
    op.add_column("api_key", sa.Column("expires_at", Moment()))
    op.add_column("api_key", sa.Column("last_used_at", Moment()))
