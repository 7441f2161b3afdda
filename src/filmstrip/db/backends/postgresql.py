"""Opens PostgreSQL: transactions that see what was committed, and locks of rows where one reads before it writes.

SQLite lets one transaction write at a time. Here many do, so whoever writes by what it has read locks that first:
a task before its outputs (`hold_task`), all in the same order, so that no two wait for each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

from psycopg import DatabaseError, OperationalError
from psycopg.errors import DiskFull
from sqlalchemy import Connection, Engine, Table, func, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.exc import DBAPIError

from filmstrip.db.backends._base import Listener
from filmstrip.db.backends.advisory_locks import MIGRATIONS
from filmstrip.db.backends.channel_listener import CHANNEL, ChannelListener
from filmstrip.db.backends.postgresql_connections import (
    ask_if_unsure,
    connect_directly,
    open_engine,
    parse_url,
    shown_place,
)
from filmstrip.domain.errors import ResourceError

_PAUSE_SECONDS = 0.1
_TURN_SECONDS = 180
_ELECTED_SECONDS = 30
"""How long an elected process may be silent between two statements before another one may be elected."""

_PASSING_STATES = ("08", "25006", "25P03", "40", "53300", "57P")
"""How the SQLSTATE of what passes begins: connections, a server that became a replica and takes no writes, transactions
that were idle for too long, or broken off, too many clients, shutdowns."""


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
        self._url = parse_url(url)
        self.place = shown_place(self._url)
        self.is_shared = True
        self.engine = self.noting_engine = open_engine(self._url)
        self._reading_engine = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self.ownership = _AnybodysOwnership()

    def open_companion_engine(self) -> Engine:
        """Open the same database for the durable engine, whose tables are in a schema of their own."""
        return open_engine(self._url)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one moment."""
        with self._reading_engine.connect() as connection, connection.begin():
            ask_if_unsure(connection)
            yield connection

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """Open a transaction; of two that write one row, the second waits."""
        with engine.connect() as connection, connection.begin():
            ask_if_unsure(connection)
            yield connection

    def has_table(self, connection: Connection, name: str) -> bool:
        """Ask where the name leads."""
        return connection.execute(select(func.to_regclass(name))).scalar() is not None

    def hold_migrations(self, connection: Connection) -> None:
        """Take the lock that all processes know for it."""
        connection.execute(select(func.pg_advisory_xact_lock(MIGRATIONS)))

    @contextmanager
    def alone(self, number: int) -> Iterator[None]:
        """Wait for the lock."""
        ends_at = time.monotonic() + _TURN_SECONDS
        with ExitStack() as stack:
            while not stack.enter_context(self._held(number, _TURN_SECONDS)):
                stack.close()
                if time.monotonic() > ends_at:
                    raise ResourceError(
                        "Another process has been starting on the database for minutes: look into its log"
                    )
                time.sleep(_PAUSE_SECONDS)
            yield

    @contextmanager
    def elected(self, number: int) -> Iterator[bool]:
        """Try the lock."""
        with self._held(number, _ELECTED_SECONDS) as is_elected:
            yield is_elected

    @contextmanager
    def _held(self, number: int, most_seconds: int) -> Iterator[bool]:
        """Try an advisory lock, which a transaction of its own has until the end of the block.

        A session's lock would stay with a process that is stopped, or whose machine is gone, and behind PgBouncer with
        whoever gets the session next. The server ends a transaction in which nothing happens for so long.
        """
        with self.engine.connect() as connection:
            has_it = bool(connection.execute(select(func.pg_try_advisory_xact_lock(number))).scalar())
            # Last, as it needs no snapshot: one that stays open would keep back each CREATE INDEX CONCURRENTLY, such as
            # the durable engine's, until the transaction ends.
            connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = '{most_seconds}s'")
            try:
                yield has_it
            finally:
                # If the server has ended it, there is nothing to let go of.
                with suppress(DBAPIError):
                    connection.rollback()

    def ring(self, connection: Connection, word: str) -> None:
        """Notify the channel."""
        connection.execute(select(func.pg_notify(CHANNEL, word)))

    def listen(self, on_ring: Callable[[str], object]) -> Listener:
        """Listen to the channel."""
        return ChannelListener(partial(connect_directly, self._url), on_ring)

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
