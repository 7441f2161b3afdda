"""What all groups of rows share: transactions and the clock."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from filmstrip.db.sqlite import WRITES
from filmstrip.domain.errors import DiskFullError


class Rows:
    """Access to some tables. Blocking: callers on an event loop use worker threads."""

    _engine: Engine
    _noting_engine: Engine
    _write_turn: threading.Lock
    _now: Callable[[], datetime]
    _new_token: Callable[[], str]

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one moment and changes nothing."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def _writing(self) -> AbstractContextManager[Connection]:
        """Open a transaction that holds the write lock, and is on the disk when it ends; an exception takes it back.

        Raises:
            DiskFullError: There is no room to write it down.
        """
        return self._write(self._engine)

    def _noting(self) -> AbstractContextManager[Connection]:
        """Open the same for what no client was told of: a power cut may take it away, with all that was noted after it.

        Raises:
            DiskFullError: There is no room to write it down.
        """
        return self._write(self._noting_engine)

    @contextmanager
    def _write(self, engine: Engine) -> Iterator[Connection]:
        try:
            # Our own threads take turns: SQLite lets who waits look again only every few milliseconds.
            with (
                self._write_turn,
                engine.connect().execution_options(**{WRITES: True}) as connection,
                connection.begin(),
            ):
                yield connection
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorname", "") == "SQLITE_FULL":
                raise DiskFullError("The disk with the database is full") from None
            raise


def hash_secret(secret: str) -> str:
    """Hash a random secret (SHA-256, FIPS 180-4). 128 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
