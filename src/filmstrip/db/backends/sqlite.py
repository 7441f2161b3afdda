"""Opens SQLite so that nothing is lost: write-ahead log, synchronous=FULL, writers that queue for the lock.

Nothing but SQLite may ever `open()` a database that is in use: closing any descriptor of the file drops all POSIX locks
that the process has on it (sqlite.org, "How To Corrupt An SQLite Database File", 2.2). The next process to come would
take itself for the only one, and on leaving delete the log with everything in it.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from filmstrip.db.backends._base import WRITES, Listener
from filmstrip.db.backends.file_ownership import FileOwnership

BUSY_TIMEOUT_MS = 30_000
"""How long a writer waits for the one before it."""

_PAUSE_SECONDS = 0.01
_PRIMARY_CODE = 0xFF


class _Deaf:
    def stop(self) -> None:
        """Do nothing."""


class SqliteBackend:
    """A SQLite file; one machine's, and one service's at a time."""

    def __init__(self, url: str) -> None:
        """Open it; the file is made for its owner alone.

        Args:
            url: `sqlite:////PATH/TO/FILE`.

        Raises:
            ValueError: The URL is not of that form.
        """
        path = database_path(url)
        self._url = url
        self._turn = threading.Lock()
        self.place = str(path)
        self.is_shared = False
        self.engine, self.noting_engine = open_engine(url), open_engine(url, synchronous="NORMAL")
        self.ownership = FileOwnership(path)

    def open_companion_engine(self) -> Engine:
        """Open the same database for a library that begins its own transactions, as the durable engine does.

        They do not wait for the disk: what a script does again does no harm, and what a client was told was written
        by us.
        """
        _make_private_file(database_path(self._url))
        engine = create_engine(self._url)
        event.listen(engine, "connect", lambda connection, _record: _set_up(connection, "IMMEDIATE", "NORMAL"))
        return engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one moment."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """Open a transaction that takes the lock of writers at once."""
        # Our own threads take turns: SQLite lets who waits look again only every few milliseconds.
        with self._turn, engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            yield connection

    def has_table(self, connection: Connection, name: str) -> bool:
        """Look into the schema."""
        return connection.exec_driver_sql("SELECT 1 FROM sqlite_schema WHERE name = ?", (name,)).first() is not None

    def hold_migrations(self, connection: Connection) -> None:
        """Do nothing: one transaction writes at a time."""

    @contextmanager
    def alone(self, number: int) -> Iterator[None]:  # noqa: ARG002 - one service has the database
        """Do nothing: one service at a time has the database."""
        yield

    @contextmanager
    def elected(self, number: int) -> Iterator[bool]:  # noqa: ARG002 - one service has the database
        """Give True: one service at a time has the database."""
        yield True

    def ring(self, connection: Connection, word: str) -> None:
        """Do nothing: one service has the database, and knows what it does."""

    def listen(self, on_ring: Callable[[str], object]) -> Listener:  # noqa: ARG002 - nobody rings
        """Hear nothing."""
        return _Deaf()

    def insert(self, table: Table) -> Insert:
        """Return SQLite's `INSERT`."""
        return insert(table)

    def is_full(self, error: DBAPIError) -> bool:
        """Look at SQLite's name for it."""
        return getattr(error.orig, "sqlite_errorname", "") == "SQLITE_FULL"

    def is_away(self, error: DBAPIError) -> bool:  # noqa: ARG002 - as of each database
        """Return False: a file is where the service is."""
        return False

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        self.noting_engine.dispose()


def database_path(url: str) -> Path:
    """Return where the file of a SQLite URL lies.

    Raises:
        ValueError: The URL is not of the form `sqlite:////PATH`.
    """
    parsed = make_url(url)
    is_file = parsed.database and parsed.database != ":memory:" and not parsed.database.startswith("file:")
    if parsed.get_backend_name() != "sqlite" or not is_file or parsed.query:
        raise ValueError(f"database_url: {parsed.render_as_string()} is not of the form sqlite:////PATH/TO/FILE")
    return Path(str(parsed.database))


Synchronous = Literal["FULL", "NORMAL"]
"""Whether each transaction waits for the disk. After a power cut the last that did not may be missing, those behind
the last one that did, as if the power had gone that much earlier, since the one log is read in order."""


def open_engine(url: str, *, synchronous: Synchronous = "FULL") -> Engine:
    """Open a database whose transactions are what they say: reads see one moment, writes take the lock at once.

    A transaction that reads first and writes later could otherwise fail with "database is locked" without waiting.
    """
    _make_private_file(database_path(url))
    engine = create_engine(url)
    event.listen(engine, "connect", lambda connection, _record: _set_up(connection, None, synchronous))
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(
    connection: sqlite3.Connection, isolation_level: Literal["IMMEDIATE"] | None, synchronous: Synchronous
) -> None:
    connection.isolation_level = isolation_level
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _begin_log(connection)
    for pragma in (f"synchronous={synchronous}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_log(connection: sqlite3.Connection) -> None:
    """Switch the file to a write-ahead log, if it has none: of two that do so at once, SQLite lets one fail at once."""
    gives_up_at = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY_CODE != sqlite3.SQLITE_BUSY or time.monotonic() > gives_up_at:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _make_private_file(path: Path) -> None:
    """Make an empty file for its owner alone, if there is none; SQLite gives its -wal and -shm the same mode.

    The file appears under its name only when it is closed: from then on it may be another process's live database.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = path.resolve()
    if not place.exists():
        descriptor, empty = tempfile.mkstemp(prefix=f".{place.name}-", dir=place.parent)
        os.close(descriptor)
        with suppress(FileExistsError):
            os.link(empty, place)
        Path(empty).unlink()
    place.chmod(0o600)
