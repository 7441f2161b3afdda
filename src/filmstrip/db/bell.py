"""How processes that share a database hear from each other that there is something to do; else each finds it itself."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from filmstrip.db.backends._base import Listener
from filmstrip.db.transactions import Transactions


class Bell:
    """Is heard by all processes that listen, and by none if the database is one service's."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def ring(self, connection: Connection, word: str) -> None:
        """Send a word as soon as the caller's transaction is committed.

        Args:
            connection: Has the transaction.
            word: At most 7999 bytes (PostgreSQL manual, NOTIFY).
        """
        self._transactions.backend.ring(connection, word)

    def ring_now(self, word: str) -> None:
        """Send a word in a transaction of its own.

        Raises:
            DatabaseAwayError: The database does not answer.
        """
        if self._transactions.backend.is_shared:
            with self._transactions.noting() as connection:
                self.ring(connection, word)

    def listen(self, on_ring: Callable[[str], object]) -> Listener:
        """Begin to listen.

        Args:
            on_ring: Is told each word, and "" when some may have been missed; from another thread.
        """
        return self._transactions.backend.listen(on_ring)
