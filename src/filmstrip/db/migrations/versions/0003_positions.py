"""The last position of an output's files is found without reading all of them."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_index("ix_artifact_position", "artifact", ["task_token", "output_index", "position"])
