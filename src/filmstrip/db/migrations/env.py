"""Runs the migrations for Alembic, on the connection that it is given."""

from __future__ import annotations

from alembic import context

from filmstrip.db.tables import metadata

# SQLite cannot alter a column in place: batch mode copies the table instead.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
