"""Transactions on the database, and what all rows that are written need: the time and new tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from filmstrip.db.backends._base import Backend
from filmstrip.db.patience import current_patience
from filmstrip.domain.errors import DatabaseAwayError, DiskFullError

_AWAY = "The database does not answer"
_OVER = object()
_MOST_REPEATS = 2

Arguments = ParamSpec("Arguments")
T = TypeVar("T")


class Transactions:
    """Opens transactions. Blocking: callers on an event loop use worker threads.

    A database that does not answer is waited for, as long as the caller's patience lasts (`db.patience`); one that goes
    away in the middle of a transaction has forgotten it, and whoever can do it again does.
    """

    def __init__(self, backend: Backend, now: Callable[[], datetime], new_token: Callable[[], str]) -> None:
        """Prepare them.

        Args:
            backend: The database.
            now: The clock, in UTC.
            new_token: Makes keys and tokens.
        """
        self.backend = backend
        self.now = now
        self.new_token = new_token

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a transaction that sees one moment and changes nothing.

        Raises:
            DatabaseAwayError: The database does not answer.
        """
        return self._opened(self.backend.reading)

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a transaction that is on the disk when it ends; an exception takes it back.

        Raises:
            DiskFullError: There is no room to write it down.
            DatabaseAwayError: The database does not answer.
        """
        return self._write(self.backend.engine)

    def noting(self) -> AbstractContextManager[Connection]:
        """Open the same for what no client was told of: a power cut may take it away, with all that was noted after it.

        Raises:
            DiskFullError: There is no room to write it down.
            DatabaseAwayError: The database does not answer.
        """
        return self._write(self.backend.noting_engine)

    def _write(self, engine: Engine) -> AbstractContextManager[Connection]:
        return self._opened(lambda: self.backend.writing(engine))

    @contextmanager
    def _opened(self, open_one: Callable[[], AbstractContextManager[Connection]]) -> Iterator[Connection]:
        with self.telling(), ExitStack() as stack:
            connection = self._begin(stack, open_one)
            yield connection

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Explain in our words what goes wrong with the database in the block.

        Raises:
            DiskFullError: There is no room to write something down.
            DatabaseAwayError: The database does not answer.
        """
        try:
            yield
        except DBAPIError as error:
            if self.backend.is_full(error):
                raise DiskFullError("The disk with the database is full") from None
            if self.backend.is_away(error):
                raise DatabaseAwayError(_AWAY) from error
            raise
        except NoConnectionError as error:
            raise DatabaseAwayError(_AWAY) from error

    def _begin(self, stack: ExitStack, open_one: Callable[[], AbstractContextManager[Connection]]) -> Connection:
        """Enter a transaction, again and again while the database is away and there is patience left."""
        pauses = current_patience().pauses()
        while True:
            try:
                return stack.enter_context(open_one())
            except (DBAPIError, NoConnectionError) as error:
                # All connections hang, so that none is free: the database is away, too.
                if isinstance(error, DBAPIError) and not self.backend.is_away(error):
                    raise
                if next(pauses, _OVER) is _OVER:
                    raise DatabaseAwayError(_AWAY, was_waited_for=True) from error


def repeated(method: Callable[Arguments, T]) -> Callable[Arguments, T]:
    """Let a method be done once more if the database breaks its transaction off.

    That it may have been committed all the same must not matter: the second time finds what the first one wrote, and
    comes out the same.
    """

    @wraps(method)
    def again(*arguments: Arguments.args, **named: Arguments.kwargs) -> T:
        for _ in range(_MOST_REPEATS):
            try:
                return method(*arguments, **named)
            except DatabaseAwayError as error:
                if error.was_waited_for:
                    raise
        return method(*arguments, **named)

    return again
