"""What do all groups of rows share? Transactions and the clock."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from filmstrip.db.sqlite import WRITES
from filmstrip.domain.errors import DiskFullError


class Rows:
    """Access to some tables. Blocking: callers on an event loop use worker threads."""

    _engine: Engine
    _write_turn: threading.Lock
    _now: Callable[[], datetime]
    _new_token: Callable[[], str]

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one moment and changes nothing."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Open a transaction that holds the write lock; an exception takes all of it back.

        Raises:
            DiskFullError: There is no room to write it down.
        """
        try:
            # Our own threads take turns: SQLite lets who waits look again only every few milliseconds.
            with (
                self._write_turn,
                self._engine.connect().execution_options(**{WRITES: True}) as connection,
                connection.begin(),
            ):
                yield connection
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorname", "") == "SQLITE_FULL":
                raise DiskFullError("The disk of the service is full") from None
            raise


def hash_secret(secret: str) -> str:
    """Hash a random secret (SHA-256, FIPS 180-4). 128 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
