"""The right to run a service on a PostgreSQL database: an advisory lock of a session (PostgreSQL manual, 13.3.5).

The server takes it away when the session ends, so also when the process dies. A server that restarts frees all locks:
`keep`, which is called again and again, takes it once more, unless another service was faster.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from filmstrip.db.backends.advisory_locks import SERVICE
from filmstrip.domain.errors import ResourceError

_LEAVING_SECONDS = 2.0
_PAUSE_SECONDS = 0.1


class SessionOwnership:
    """The right to run a service on a database; commands beside it need none."""

    def __init__(self, engine: Engine, place: str) -> None:
        """Take nothing yet.

        Args:
            engine: The database.
            place: Where it is, for people.
        """
        self._engine = engine
        self._place = place
        self._session: Connection | None = None
        self._is_taken = False
        self._turn = threading.Lock()

    def take(self) -> None:
        """Take it for this process.

        Raises:
            ResourceError: A running service has it, or the database does not answer.
        """
        with self._turn:
            ends_at = time.monotonic() + _LEAVING_SECONDS
            while not self._try_to_take(is_last=time.monotonic() > ends_at):
                time.sleep(_PAUSE_SECONDS)
            self._is_taken = True

    def _try_to_take(self, *, is_last: bool) -> bool:
        try:
            self._connect()
        except ResourceError:
            # The server may not have seen yet that the one before is gone.
            if is_last:
                raise
            return False
        except DBAPIError as error:
            raise ResourceError(f"The database {self._place} cannot be used: {error.orig}") from None
        return True

    @contextmanager
    def held(self, problem: str) -> Iterator[None]:
        """Hold it for the block, if it is not held already.

        Args:
            problem: What is wrong if a running service has it, without a full stop.

        Raises:
            ResourceError: A running service has it.
        """
        if self._is_taken:
            yield
            return
        try:
            self.take()
        except ResourceError:
            raise ResourceError(f"{problem} {self._place}: stop it first") from None
        try:
            yield
        finally:
            self.release()

    def keep(self) -> None:
        """Ask whether the session still lives, and take the lock again in a new one if not.

        Raises:
            ResourceError: Another service has it now.
        """
        with self._turn:
            if not self._is_taken:
                return
            try:
                if self._session is not None:
                    self._session.execute(select(1))
                    self._session.rollback()
                    return
            except DBAPIError:
                self._drop()
            with suppress(DBAPIError):  # it is away, as for all others
                self._connect()

    def release(self) -> None:
        """Let another process have it."""
        with self._turn:
            self._is_taken = False
            self._drop()

    def _connect(self) -> None:
        session = self._engine.connect()
        has_it = session.execute(select(func.pg_try_advisory_lock(SERVICE))).scalar()
        session.rollback()
        if not has_it:
            session.close()
            raise ResourceError(
                f"The database {self._place} is used by a service that runs now: stop that one first, or give this one "
                "a database of its own by database_url"
            )
        self._session = session

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(DBAPIError):
                session.execute(select(func.pg_advisory_unlock(SERVICE)))
            with suppress(DBAPIError):
                # Back in the pool it would keep the lock.
                session.invalidate()
                session.close()
