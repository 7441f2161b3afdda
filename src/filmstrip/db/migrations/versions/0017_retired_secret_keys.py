"""Secret keys that were replaced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from filmstrip.db.column_types import Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.add_column(
        "secret_key",
        sa.Column(
            "retired_at", Moment(), comment="when all texts of it were encrypted anew; it encrypts nothing any more"
        ),
    )
