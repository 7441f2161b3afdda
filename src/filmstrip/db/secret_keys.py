"""Which secret keys encrypt what is secret in the database: what one process writes, all others read.

known ── encrypts and decrypts ── `rotate`: all texts of it were encrypted anew ── retired: encrypts nothing any more
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Column, Connection, Table, and_, insert, select, update
from sqlalchemy.engine import Row

from filmstrip.db.callbacks import owner_of_target
from filmstrip.db.encryption import Cipher
from filmstrip.db.holding import hold_keys
from filmstrip.db.portions import portions
from filmstrip.db.profiles import owner_of_profile
from filmstrip.db.tables import profile, secret_key, task
from filmstrip.db.transactions import Transactions
from filmstrip.domain.errors import ResourceError

_TEXTS: tuple[tuple[Column[Any], Callable[[Row[Any]], str]], ...] = (
    (task.c.query, lambda row: str(row.token)),
    (task.c.callback, lambda row: owner_of_target(row.token)),
    (profile.c.text, lambda row: owner_of_profile(row.kind, row.identity)),
)
"""All that is encrypted, and for whom."""


class SecretKeyRows:
    """The fingerprints of the secret keys; never the keys."""

    def __init__(self, transactions: Transactions, cipher: Cipher) -> None:
        self._transactions = transactions
        self._cipher = cipher

    def demand(self, *, is_kept: bool) -> None:
        """See to it that the key of this process is one of those that work on the database.

        Args:
            is_kept: Whether the first one becomes that of all, as the key of a service does; so does one that comes
                with a known one, which it will replace.

        Raises:
            ResourceError: It is not, or was replaced.
        """
        own, others = self._cipher.fingerprint, set(self._cipher.other_fingerprints)
        with self._transactions.writing() as connection:
            hold_keys(connection)
            known = {row.fingerprint: row.retired_at for row in connection.execute(select(secret_key))}
            if own not in known and (not known or others & known.keys()) and is_kept:
                self._note(connection, own)
                known[own] = None
        if known.get(own) is not None:
            raise ResourceError(
                "The secret key was replaced by another one (filmstrip keys rotate-secret): set secret_key to that"
            )
        if known and not {own, *others} & known.keys():
            raise ResourceError(
                "The secret key is not the one of the other services on this database: give all of them the same by "
                "secret_key (if none was given, it is in the file secret.key of the first one's data folder)"
            )

    def rotate(self) -> tuple[int, int]:
        """Encrypt everything with the key of this process that was encrypted with others, and retire those.

        Returns:
            How many texts were encrypted anew, and how many no key opens. Then no key is retired.
        """
        done = unreadable = 0
        for column, owner in _TEXTS:
            for keys in portions(self._keys_of(column)):
                renewed, failed = self._renew(column, owner, keys)
                done, unreadable = done + renewed, unreadable + failed
        if not unreadable:
            self._retire_others()
        return done, unreadable

    def _keys_of(self, column: Column[Any]) -> Iterator[tuple[Any, ...]]:
        """Return the primary keys of the rows that have a text."""
        table: Table = column.table
        with self._transactions.reading() as connection:
            found = connection.execute(select(*table.primary_key.columns).where(column.is_not(None))).all()
        return (tuple(row) for row in found)

    def _renew(
        self, column: Column[Any], owner: Callable[[Row[Any]], str], keys: tuple[tuple[Any, ...], ...]
    ) -> tuple[int, int]:
        done = unreadable = 0
        primary = list(column.table.primary_key.columns)
        with self._transactions.writing() as connection:
            for key in keys:
                here = and_(*(each == value for each, value in zip(primary, key, strict=True)))
                row: Any = connection.execute(select(*primary, column).where(here, column.is_not(None))).first()
                if row is None or self._cipher.is_current(kept := row[-1], owner(row)):
                    continue
                try:
                    text = self._cipher.decrypt(kept, owner(row))
                except InvalidTag:
                    unreadable += 1
                    continue
                # Unless it was changed meanwhile, by a process that encrypts with this key or will be asked again.
                changing = update(column.table).where(here, column == kept)
                done += connection.execute(changing.values({column: self._cipher.encrypt(text, owner(row))})).rowcount
        return done, unreadable

    def _retire_others(self) -> None:
        own, now = self._cipher.fingerprint, self._transactions.now()
        with self._transactions.writing() as connection:
            hold_keys(connection)
            there = set(connection.execute(select(secret_key.c.fingerprint)).scalars())
            if own not in there:
                self._note(connection, own)
            others = (secret_key.c.fingerprint != own, secret_key.c.retired_at.is_(None))
            connection.execute(update(secret_key).where(*others).values(retired_at=now))
            connection.execute(update(secret_key).where(secret_key.c.fingerprint == own).values(retired_at=None))

    def _note(self, connection: Connection, fingerprint: str) -> None:
        row = {"fingerprint": fingerprint, "known_since": self._transactions.now()}
        connection.execute(insert(secret_key).values(row))
