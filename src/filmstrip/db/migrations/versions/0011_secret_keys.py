"""Which secret key encrypts what is in the database, so that no service works on it with another one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from filmstrip.db.column_types import Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "secret_key",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("known_since", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_secret_key")),
    )
