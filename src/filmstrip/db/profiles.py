"""Rows of stored profiles and transfer methods, which the operator keeps and clients name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from filmstrip.db.encryption import Cipher
from filmstrip.db.profile_records import ProfileKind, StoredProfile
from filmstrip.db.tables import profile
from filmstrip.db.transactions import Transactions


class ProfileRows:
    """Stored profiles and transfer methods; their texts may hold secrets, and are kept encrypted."""

    def __init__(self, transactions: Transactions, cipher: Cipher) -> None:
        """Prepare them.

        Args:
            transactions: Those of the database.
            cipher: Encrypts the texts.
        """
        self._transactions = transactions
        self._cipher = cipher

    def add(self, new: StoredProfile) -> None:
        """Keep one.

        Raises:
            ValueError: There is one of this kind and identity.
        """
        row = {
            "kind": new.kind,
            "identity": new.identity,
            "name": new.name,
            "text": self._cipher.encrypt(new.text, owner_of_profile(new.kind, new.identity)),
            "key_names": new.key_names,
            "created_at": self._transactions.now(),
        }
        try:
            with self._transactions.writing() as connection:
                connection.execute(insert(profile).values(row))
        except IntegrityError:
            raise ValueError(f"identity: {new.identity!r} is there already; remove it first") from None

    def remove(self, kind: ProfileKind, identity: str) -> bool:
        """Forget one; tells whether there was one."""
        with self._transactions.writing() as connection:
            return connection.execute(delete(profile).where(*_is(kind, [identity]))).rowcount == 1

    def read(self, kind: ProfileKind, identities: Iterable[str] | None = None) -> dict[str, StoredProfile]:
        """Read some by their identities, or all, in alphabetical order; what there is not is left out."""
        query = select(profile).where(*_is(kind, identities)).order_by(profile.c.identity)
        with self._transactions.reading() as connection:
            rows = connection.execute(query).all()
        return {row.identity: self._profile(row) for row in rows}

    def _profile(self, row: Row[Any]) -> StoredProfile:
        text = self._cipher.decrypt(row.text, owner_of_profile(row.kind, row.identity))
        return StoredProfile(ProfileKind(row.kind), row.identity, text, row.name, row.key_names, row.created_at)


def _is(kind: ProfileKind, identities: Iterable[str] | None) -> list[Any]:
    named = [] if identities is None else [profile.c.identity.in_(tuple(identities))]
    return [profile.c.kind == kind, *named]


def owner_of_profile(kind: str, identity: str) -> str:
    """Return what a profile is encrypted for."""
    return f"{kind}:{identity}"
