"""Rows of executors: the processes that run scripts on a database that several share.

started ── heartbeat … heartbeat ── ended by itself
                              └──── found dead by another one, or replaced by a later start of the same name
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from filmstrip.db.backends._base import Backend
from filmstrip.db.backends.advisory_locks import EXECUTORS
from filmstrip.db.backends.session_lock import SessionLock, is_free
from filmstrip.db.executor_records import Executor
from filmstrip.db.tables import executor
from filmstrip.db.transactions import Transactions
from filmstrip.domain.errors import ResourceError

_NOW = func.timezone("UTC", func.clock_timestamp())
_KEPT = timedelta(days=7)


class ExecutorRows:
    """Executors; of databases that several processes share."""

    def __init__(self, backend: Backend, transactions: Transactions) -> None:
        self._backend = backend
        self._transactions = transactions

    def lock(self, number: int) -> SessionLock:
        """Return the lock by which an executor shows that it lives; nothing is taken yet."""
        return SessionLock(self._backend.engine, number)

    def keep(self, lock: SessionLock) -> bool:
        """Take a lock, or see to it that this process still has it; return whether it has.

        Raises:
            DatabaseAwayError: The database does not answer.
        """
        with self._transactions.telling():
            return lock.keep()

    def begin(self, new: Executor, *, seconds_to_live: float, replace: bool = False) -> None:
        """Write down that an executor begins; earlier starts of its name end with it.

        Args:
            new: The executor; its lock is taken already.
            seconds_to_live: How long a heartbeat counts.
            replace: Whether it takes the place of one that is alive.

        Raises:
            ResourceError: One of its name is alive.
        """
        with self._transactions.writing() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(EXECUTORS)))
            for row in _alive(connection, executor.c.name == new.name):
                if not replace and _shows_life(connection, row, seconds_to_live):
                    raise ResourceError(
                        f"An executor with the name {new.name!r} is alive, on {row.host}: stop it, give this one "
                        "another name by executor_name, or replace it by --replace"
                    )
                _end(connection, row.id)
            values = {
                "id": new.id,
                "name": new.name,
                "host": new.host,
                "version": new.version,
                "key_fingerprint": new.key_fingerprint,
                "lock_number": new.lock_number,
                "started_at": _NOW,
                "seen_at": _NOW,
            }
            connection.execute(insert(executor).values(values))

    def beat(self, executor_id: str) -> bool:
        """Write down that an executor lives; return whether it still counts as alive."""
        here = update(executor).where(executor.c.id == executor_id, executor.c.ended_at.is_(None))
        with self._transactions.noting() as connection:
            return connection.execute(here.values(seen_at=_NOW)).rowcount == 1

    def end(self, executor_id: str) -> None:
        """Write down that an executor ended, or was found dead."""
        with self._transactions.writing() as connection:
            _end(connection, executor_id)

    def list_all(self) -> tuple[Executor, ...]:
        """Read all executors that there were in the last days, in the order in which they began."""
        with self._transactions.reading() as connection:
            return tuple(_executor(row) for row in connection.execute(select(executor).order_by(executor.c.started_at)))

    def list_alive(self) -> tuple[Executor, ...]:
        """Read the executors that count as alive."""
        with self._transactions.reading() as connection:
            return tuple(_executor(row) for row in _alive(connection))

    def are_free(self, numbers: tuple[int, ...]) -> frozenset[int]:
        """Return which of some locks nobody has."""
        with self._transactions.noting() as connection:
            return frozenset(number for number in numbers if is_free(connection, number))

    def seconds_up(self) -> float:
        """Return for how long the database server has been running, in seconds: its restart frees all locks."""
        up = func.extract("epoch", func.clock_timestamp() - func.pg_postmaster_start_time())
        with self._transactions.reading() as connection:
            return float(connection.execute(select(up)).scalar_one())

    def forget(self) -> None:
        """Forget those that ended long ago."""
        long_ago = executor.c.ended_at < _NOW - _KEPT
        with self._transactions.noting() as connection:
            connection.execute(executor.delete().where(long_ago))


def _alive(connection: Connection, *conditions: Any) -> list[Row[Any]]:
    return list(connection.execute(select(executor).where(executor.c.ended_at.is_(None), *conditions)))


def _shows_life(connection: Connection, row: Row[Any], seconds_to_live: float) -> bool:
    age = func.extract("epoch", _NOW - executor.c.seen_at)
    seconds = connection.execute(select(age).where(executor.c.id == row.id)).scalar_one()
    return float(seconds) < seconds_to_live and (row.lock_number is None or not is_free(connection, row.lock_number))


def _end(connection: Connection, executor_id: str) -> None:
    still = update(executor).where(executor.c.id == executor_id, executor.c.ended_at.is_(None))
    connection.execute(still.values(ended_at=_NOW))


def _executor(row: Row[Any]) -> Executor:
    return Executor(
        row.id,
        row.name,
        row.host,
        row.version,
        row.key_fingerprint,
        row.lock_number,
        row.started_at,
        row.seen_at,
        row.ended_at,
    )
