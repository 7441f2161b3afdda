"""An advisory lock of a session (PostgreSQL manual, 13.3.5): the server takes it away when the session ends.

So it is free as soon as its process is dead, however that died. A server that restarts frees all locks: `keep`, which
is called again and again, takes it once more.
"""

from __future__ import annotations

import threading
from contextlib import suppress

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError


class SessionLock:
    """A lock that this process holds by a connection of its own; safe to use from several threads."""

    def __init__(self, engine: Engine, number: int) -> None:
        """Take nothing yet.

        Args:
            engine: The database.
            number: The lock, of 64 bits with a sign; all who use the database know it.
        """
        self._engine = engine
        self._number = number
        self._session: Connection | None = None
        self._turn = threading.Lock()

    def keep(self) -> bool:
        """Take it, or see to it that this process still has it; return whether it has.

        Raises:
            DBAPIError: The database does not answer.
        """
        with self._turn:
            if self._session is not None:
                try:
                    self._session.execute(select(1))
                    self._session.rollback()
                except DBAPIError:
                    self._drop()
                else:
                    return True
            return self._connect()

    def release(self) -> None:
        """Let another process have it."""
        with self._turn:
            session, self._session = self._session, None
            if session is None:
                return
            try:
                session.execute(select(func.pg_advisory_unlock(self._number)))
                session.rollback()
                session.close()
            except DBAPIError:
                self._session = session
                self._drop()

    def _connect(self) -> bool:
        session = self._engine.connect()
        has_it = bool(session.execute(select(func.pg_try_advisory_lock(self._number))).scalar())
        session.rollback()
        if has_it:
            self._session = session
        else:
            session.close()
        return has_it

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(DBAPIError):
                # Back in the pool it would keep the lock.
                session.invalidate()
                session.close()


def is_free(connection: Connection, number: int) -> bool:
    """Check whether nobody has a lock, within the caller's transaction."""
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(number))).scalar())
