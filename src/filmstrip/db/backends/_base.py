"""What a kind of database does in its own way."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import DBAPIError

WRITES = "filmstrip_writes"
"""Execution option of a connection that is going to write."""


class Ownership(Protocol):
    """The right to run a service on a database; commands beside it need none."""

    def take(self) -> None:
        """Take it for this process.

        Raises:
            ResourceError: A running service has it.
        """

    def held(self, problem: str) -> AbstractContextManager[None]:
        """Hold it for the block, if it is not held already.

        Args:
            problem: What is wrong if a running service has it, without a full stop.

        Raises:
            ResourceError: A running service has it.
        """

    def release(self) -> None:
        """Let another process have it."""


class Listener(Protocol):
    """Listens to what other processes say by the database."""

    def stop(self) -> None:
        """Hear no more; it blocks until what is being told is over."""


class Backend(Protocol):
    """A database by its URL."""

    @property
    def place(self) -> str:
        """Where it is, for people; without a password."""

    @property
    def is_shared(self) -> bool:
        """Whether several processes may run services on it at a time."""

    @property
    def engine(self) -> Engine:
        """For transactions that are on the disk when they end."""

    @property
    def noting_engine(self) -> Engine:
        """For those that a power cut may take away, with all that was noted after them."""

    @property
    def ownership(self) -> Ownership:
        """The right to run a service on it."""

    def open_companion_engine(self) -> Engine:
        """Open the same database for a library that begins its own transactions, as the durable engine does."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a transaction that sees one moment and changes nothing."""

    def writing(self, engine: Engine) -> AbstractContextManager[Connection]:
        """Open a transaction of one of the two engines; an exception takes it back."""

    def has_table(self, connection: Connection, name: str) -> bool:
        """Check whether there is a table."""

    def hold_migrations(self, connection: Connection) -> None:
        """Let nobody else change the shape of the tables until the transaction ends."""

    def alone(self, number: int) -> AbstractContextManager[None]:
        """Do what is done in the block while no other process does what has this number (`advisory_locks`).

        A process that falls silent in it for minutes is not waited for.

        Raises:
            ResourceError: Another one does it for minutes.
        """

    def elected(self, number: int) -> AbstractContextManager[bool]:
        """Check whether this process alone may do what has this number, until the end of the block; without waiting.

        One that falls silent in it is not waited for: what is done must not do harm if another one does it as well.
        """

    def ring(self, connection: Connection, word: str) -> None:
        """Send a word to all that `listen`, in whichever process, as soon as the transaction is committed."""

    def listen(self, on_ring: Callable[[str], object]) -> Listener:
        """Begin to listen, where several processes share the database.

        Args:
            on_ring: Is told each word that somebody rang, and "" when some may have been missed; from another thread.
        """

    def insert(self, table: Table) -> Any:
        """Return the `INSERT` of this database's own words, which may say `on_conflict_do_update`."""

    def is_full(self, error: DBAPIError) -> bool:
        """Check whether there is no room on the database's disk."""

    def is_away(self, error: DBAPIError) -> bool:
        """Check whether the database does not answer, or had to break off: the same may work a little later."""

    def close(self) -> None:
        """Close all connections."""
