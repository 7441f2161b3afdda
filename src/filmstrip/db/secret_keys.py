"""Which secret key encrypts what is secret in a database that several processes share: what one writes, all read."""

from __future__ import annotations

from sqlalchemy import insert, select

from filmstrip.db.holding import hold_keys
from filmstrip.db.tables import secret_key
from filmstrip.db.transactions import Transactions
from filmstrip.domain.errors import ResourceError


class SecretKeyRows:
    """The fingerprints of the secret keys; never the keys."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def demand(self, fingerprint: str, *, is_kept: bool) -> None:
        """See to it that a key is the one of the others that work on the database.

        Args:
            fingerprint: Of the key.
            is_kept: Whether the first one becomes that of all, as the key of a service does.

        Raises:
            ResourceError: It is not.
        """
        with self._transactions.writing() as connection:
            hold_keys(connection)
            known = set(connection.execute(select(secret_key.c.fingerprint)).scalars())
            if not known and is_kept:
                row = {"fingerprint": fingerprint, "known_since": self._transactions.now()}
                connection.execute(insert(secret_key).values(row))
        if known and fingerprint not in known:
            raise ResourceError(
                "The secret key is not the one of the other services on this database: give all of them the same by "
                "secret_key (if none was given, it is in the file secret.key of the first one's data folder)"
            )
