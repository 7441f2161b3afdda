"""How is SQLite opened so that nothing is lost? Write-ahead log, synchronous=FULL, writers that queue for the lock."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

BUSY_TIMEOUT_MS = 30_000
"""How long a writer waits for the one before it."""

WRITES = "filmstrip_writes"
"""Execution option of a connection that is going to write."""


def database_path(url: str) -> Path:
    """Tell where the file of a SQLite URL lies.

    Raises:
        ValueError: The URL is not of the form `sqlite:////PATH`.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise ValueError(f"database_url: {parsed.render_as_string()} is not of the form sqlite:////PATH/TO/FILE")
    return Path(parsed.database)


def open_engine(url: str) -> Engine:
    """Open a database whose transactions are what they say: reads see one moment, writes take the lock at once.

    A transaction that reads first and writes later could otherwise fail with "database is locked" without waiting.
    """
    _make_private_file(database_path(url))
    engine = create_engine(url)
    event.listen(engine, "connect", lambda connection, _record: _set_up(connection, None))
    event.listen(engine, "begin", _begin)
    return engine


def open_companion_engine(url: str) -> Engine:
    """Open the same database for a library that begins its own transactions, as the durable engine does."""
    _make_private_file(database_path(url))
    engine = create_engine(url)
    event.listen(engine, "connect", lambda connection, _record: _set_up(connection, "IMMEDIATE"))
    return engine


def _set_up(connection: Any, isolation_level: str | None) -> None:
    connection.isolation_level = isolation_level
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _make_private_file(path: Path) -> None:
    """Make the file for its owner alone; SQLite gives its -wal and -shm the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)
