"""Transactions on the database, and what all rows that are written need: the time and new tokens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from filmstrip.db.sqlite import WRITES, open_engine
from filmstrip.domain.errors import DiskFullError


class Transactions:
    """Opens transactions. Blocking: callers on an event loop use worker threads."""

    def __init__(self, url: str, now: Callable[[], datetime], new_token: Callable[[], str]) -> None:
        """Open the database.

        Args:
            url: `sqlite:////PATH/TO/FILE`; the file is made for its owner alone.
            now: The clock, in UTC.
            new_token: Makes keys and tokens.
        """
        self.engine, self.noting_engine = open_engine(url), open_engine(url, synchronous="NORMAL")
        self._turn = threading.Lock()
        self.now = now
        self.new_token = new_token

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one moment and changes nothing."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a transaction that holds the write lock, and is on the disk when it ends; an exception takes it back.

        Raises:
            DiskFullError: There is no room to write it down.
        """
        return self._write(self.engine)

    def noting(self) -> AbstractContextManager[Connection]:
        """Open the same for what no client was told of: a power cut may take it away, with all that was noted after it.

        Raises:
            DiskFullError: There is no room to write it down.
        """
        return self._write(self.noting_engine)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        self.noting_engine.dispose()

    @contextmanager
    def _write(self, engine: Engine) -> Iterator[Connection]:
        try:
            # Our own threads take turns: SQLite lets who waits look again only every few milliseconds.
            with (
                self._turn,
                engine.connect().execution_options(**{WRITES: True}) as connection,
                connection.begin(),
            ):
                yield connection
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorname", "") == "SQLITE_FULL":
                raise DiskFullError("The disk with the database is full") from None
            raise
