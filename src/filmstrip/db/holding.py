"""Locks of what a transaction reads before it writes, where many may write at once: PostgreSQL.

SQLite's writers hold the whole database. A task is held before its outputs are written, always in this order, so that
no two transactions wait for each other.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from filmstrip.db.backends.advisory_locks import KEYS
from filmstrip.db.tables import task


def hold_task(connection: Connection, token: str) -> None:
    """Let no other transaction change a task, nor anything of it, until this one ends."""
    if _is_shared(connection):
        # Rows that refer to the task may be added beside it (manual, 13.3.2): who writes down what happens to an output
        # has that locked already, and must not wait for whoever waits for the output.
        hold = select(task.c.token).where(task.c.token == token).with_for_update(key_share=True)
        connection.execute(hold)


def hold_keys(connection: Connection) -> None:
    """Let no other transaction make or change API keys until this one ends."""
    if _is_shared(connection):
        connection.execute(select(func.pg_advisory_xact_lock(KEYS)))


def _is_shared(connection: Connection) -> bool:
    return connection.dialect.name != "sqlite"
