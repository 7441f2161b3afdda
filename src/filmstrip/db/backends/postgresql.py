"""Opens PostgreSQL: transactions that see what was committed, and locks of rows where one reads before it writes.

SQLite lets one transaction write at a time. Here many do, so whoever writes by what it has read locks that first:
a task before its outputs (`hold_task`), all in the same order, so that no two wait for each other.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import DatabaseError, OperationalError
from psycopg.errors import DiskFull
from sqlalchemy import Connection, Engine, Table, create_engine, func, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from filmstrip.db.backends.advisory_locks import MIGRATIONS
from filmstrip.db.backends.session_lock import SessionLock
from filmstrip.domain.errors import ResourceError

_CONNECT_SECONDS = 5
_MOST_CONNECTIONS = 20
_PAUSE_SECONDS = 0.1
_TURN_SECONDS = 180.0
_PASSING_STATES = ("08", "40", "53300", "57P")
"""How the SQLSTATE of what passes begins: connections, transactions broken off, too many clients, shutdowns."""


class _AnybodysOwnership:
    """Any number of services run on a PostgreSQL database: who of them lives, `db.executors` knows."""

    def take(self) -> None:
        """Do nothing."""

    @contextmanager
    def held(self, problem: str) -> Iterator[None]:  # noqa: ARG002 - as of each database
        """Do nothing: a fleet is upgraded one by one, so migrations leave what older versions use."""
        yield

    def release(self) -> None:
        """Do nothing."""


class PostgresqlBackend:
    """A PostgreSQL database."""

    def __init__(self, url: str) -> None:
        """Prepare it; nothing is connected before it is used.

        Args:
            url: `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`, with parameters of libpq behind a question mark.

        Raises:
            ValueError: The URL is not of that form.
        """
        self._url = _driver_url(url)
        self.place = self._url.set(drivername="postgresql").render_as_string(hide_password=True)
        self.is_shared = True
        self.engine = self.noting_engine = _open(self._url)
        self._reading_engine = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self.ownership = _AnybodysOwnership()

    def open_companion_engine(self) -> Engine:
        """Open the same database for the durable engine, whose tables are in a schema of their own."""
        return _open(self._url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one moment."""
        with self._reading_engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """Open a transaction; of two that write one row, the second waits."""
        with engine.connect() as connection, connection.begin():
            yield connection

    def has_table(self, connection: Connection, name: str) -> bool:
        """Ask where the name leads."""
        return connection.execute(select(func.to_regclass(name))).scalar() is not None

    def hold_migrations(self, connection: Connection) -> None:
        """Take the lock that all processes know for it."""
        connection.execute(select(func.pg_advisory_xact_lock(MIGRATIONS)))

    @contextmanager
    def alone(self, number: int) -> Iterator[None]:
        """Wait for the lock in a session of its own."""
        lock = SessionLock(self.engine, number)
        ends_at = time.monotonic() + _TURN_SECONDS
        while not lock.keep():
            if time.monotonic() > ends_at:
                raise ResourceError("Another process has been starting on the database for minutes: look into its log")
            time.sleep(_PAUSE_SECONDS)
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def elected(self, number: int) -> Iterator[bool]:
        """Try the lock in a session of its own."""
        lock = SessionLock(self.engine, number)
        is_elected = lock.keep()
        try:
            yield is_elected
        finally:
            lock.release()

    def insert(self, table: Table) -> Insert:
        """Return PostgreSQL's `INSERT`."""
        return insert(table)

    def is_full(self, error: DBAPIError) -> bool:
        """Look at the class of the error."""
        return isinstance(error.orig, DiskFull)

    def is_away(self, error: DBAPIError) -> bool:
        """Look whether the connection is gone, or at the SQLSTATE (PostgreSQL manual, appendix A)."""
        state = error.orig.sqlstate if isinstance(error.orig, DatabaseError) else None
        if state is None:
            return error.connection_invalidated or isinstance(error.orig, OperationalError)
        return state.startswith(_PASSING_STATES)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _driver_url(url: str) -> URL:
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        raise ValueError("database_url: it is not of the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE") from None
    if not parsed.database:
        raise ValueError("database_url: it names no database: postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    return parsed


def _open(url: URL) -> Engine:
    return create_engine(
        url,
        # A connection may have died while nobody used it: that is asked before it is given out again.
        pool_pre_ping=True,
        pool_size=_MOST_CONNECTIONS // 2,
        max_overflow=_MOST_CONNECTIONS // 2,
        connect_args={"connect_timeout": _CONNECT_SECONDS},
        # Errors are shown; what was sent may be a secret.
        hide_parameters=True,
    )
