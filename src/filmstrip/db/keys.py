"""API keys and the sessions that they open."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update
from sqlalchemy.sql.dml import ReturningInsert

from filmstrip.db.holding import hold_keys
from filmstrip.db.key_records import ApiKey, Session
from filmstrip.db.secret_hash import hash_secret
from filmstrip.db.tables import api_key, session
from filmstrip.db.transactions import Transactions
from filmstrip.domain.errors import ApiKeyNotFoundError
from filmstrip.domain.scope import USUAL_SCOPES, Scope

SESSION_LIFE = timedelta(hours=24)
"""How long a session lasts (as Qencode's do)."""

MOST_SESSIONS = 10_000
"""How many sessions of one key there are at a time; the oldest ones end first."""

SETTINGS_PREFIX = "settings-"
"""How the names of keys begin that are in settings."""

_LONGEST_NAME = 100

_USE_NOTED_EACH = timedelta(minutes=1)

_KEY_COLUMNS = (
    api_key.c.id,
    api_key.c.name,
    api_key.c.created_at,
    api_key.c.revoked_at,
    api_key.c.scopes,
    api_key.c.expires_at,
    api_key.c.last_used_at,
)


class KeyRows:
    """API keys."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def create_key(
        self, name: str, scopes: Collection[Scope] = USUAL_SCOPES, expires_at: datetime | None = None
    ) -> tuple[ApiKey, str]:
        """Make a key; its text, 32 hexadecimal digits, is given this once and never again.

        Args:
            name: What the operator calls it.
            scopes: What it may be used for.
            expires_at: From when on it opens nothing any more, UTC; None if that never comes.

        Raises:
            ValueError: The name cannot be shown as it is, or a key of this name is in use.
        """
        if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
            raise ValueError(f"name: {name[:_LONGEST_NAME]!a} is not 1 to {_LONGEST_NAME} printable characters")
        plaintext = self._transactions.new_token()
        with self._transactions.writing() as connection:
            hold_keys(connection)
            if connection.execute(select(api_key.c.id).where(*_in_use(name))).first() is not None:
                raise ValueError(f"name: {name!r} is the name of a key already; revoke it first or choose another")
            new = _insert_key(name, plaintext, self._transactions.now())
            row = connection.execute(new.values(scopes=frozenset(scopes), expires_at=expires_at)).one()
        return _key(row), plaintext

    def list_keys(self) -> tuple[ApiKey, ...]:
        """All keys, also the revoked ones, oldest first."""
        with self._transactions.reading() as connection:
            return tuple(_key(row) for row in connection.execute(select(*_KEY_COLUMNS).order_by(api_key.c.id)))

    def read_key(self, key_id: int) -> ApiKey | None:
        """Read a key by its row number, also a revoked one; None if there is none."""
        with self._transactions.reading() as connection:
            row = connection.execute(select(*_KEY_COLUMNS).where(api_key.c.id == key_id)).first()
        return None if row is None else _key(row)

    def revoke_key(self, name: str) -> ApiKey:
        """Make a key and its sessions open nothing any more.

        Raises:
            ApiKeyNotFoundError: No key in use has this name.
        """
        revoke = (
            update(api_key).where(*_in_use(name)).values(revoked_at=self._transactions.now()).returning(*_KEY_COLUMNS)
        )
        with self._transactions.writing() as connection:
            row = connection.execute(revoke).first()
            if row is None:
                raise ApiKeyNotFoundError(f"No API key in use is named {name!r}")
            connection.execute(delete(session).where(session.c.key_id == row.id))
        return _key(row)

    def find_key(self, plaintext: str) -> ApiKey | None:
        """Find the key of this text; None if there is none, it is revoked or it has expired."""
        good = (api_key.c.key_hash == hash_secret(plaintext), *is_good(self._transactions.now()))
        with self._transactions.reading() as connection:
            row = connection.execute(select(*_KEY_COLUMNS).where(*good)).first()
        return None if row is None else _key(row)

    def note_use(self, key_id: int) -> None:
        """Write down that a key was used just now."""
        with self._transactions.noting() as connection:
            note_use(connection, key_id, self._transactions.now())

    def ensure_key(self, plaintext: str, name: str) -> ApiKey:
        """See to it that the key of this name has this text, as the operator's settings say.

        Another text under this name is revoked; a text that was revoked or had another name is in use again.
        """
        key_hash = hash_secret(plaintext)
        with self._transactions.writing() as connection:
            hold_keys(connection)
            other = (*_in_use(name), api_key.c.key_hash != key_hash)
            connection.execute(update(api_key).where(*other).values(revoked_at=self._transactions.now()))
            usual = {"revoked_at": None, "expires_at": None, "scopes": USUAL_SCOPES}
            again = update(api_key).where(api_key.c.key_hash == key_hash).values(name=name, **usual)
            row = connection.execute(again.returning(*_KEY_COLUMNS)).first()
            if row is None:
                row = connection.execute(_insert_key(name, plaintext, self._transactions.now())).one()
        return _key(row)

    def ensure_one_of(self, plaintext: str, number: int) -> ApiKey:
        """See to it that a key is good that one of several processes has in its settings; others' stay as they are.

        Args:
            plaintext: Its text.
            number: Its place in those settings, which names it, unless another key has that name.
        """
        key_hash = hash_secret(plaintext)
        with self._transactions.writing() as connection:
            hold_keys(connection)
            usual = {"expires_at": None, "scopes": USUAL_SCOPES}
            good = update(api_key).where(api_key.c.key_hash == key_hash, api_key.c.revoked_at.is_(None)).values(usual)
            row = connection.execute(good.returning(*_KEY_COLUMNS)).first()
            if row is None:
                name = _free_name(connection, number)
                again = (
                    update(api_key).where(api_key.c.key_hash == key_hash).values(name=name, revoked_at=None, **usual)
                )
                row = connection.execute(again.returning(*_KEY_COLUMNS)).first()
            if row is None:
                row = connection.execute(_insert_key(name, plaintext, self._transactions.now())).one()
        return _key(row)


class SessionRows:
    """Sessions."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def create_session(self, key_id: int) -> tuple[str, datetime]:
        """Open a session; gives its token, 32 hexadecimal digits, and when it ends (UTC)."""
        token, expires_at = self._transactions.new_token(), self._transactions.now() + SESSION_LIFE
        with self._transactions.writing() as connection:
            connection.execute(delete(session).where(session.c.expires_at <= self._transactions.now()))
            of_key = select(session.c.token_hash).where(session.c.key_id == key_id)
            surplus = of_key.order_by(session.c.expires_at.desc()).offset(MOST_SESSIONS - 1)
            connection.execute(delete(session).where(session.c.token_hash.in_(surplus)))
            row = {"token_hash": hash_secret(token), "key_id": key_id, "expires_at": expires_at}
            connection.execute(insert(session).values(row))
            note_use(connection, key_id, self._transactions.now())
        return token, expires_at

    def find_session(self, token: str) -> Session | None:
        """Find the session of this token; None if there is none, it has ended, or its key is good no more."""
        now = self._transactions.now()
        query = select(session.c.token_hash, session.c.expires_at.label("ends_at"), *_KEY_COLUMNS).join(api_key)
        open_session = (session.c.token_hash == hash_secret(token), session.c.expires_at > now, *is_good(now))
        with self._transactions.reading() as connection:
            row = connection.execute(query.where(*open_session)).first()
        return None if row is None else Session(row.token_hash, _key(row), row.ends_at)


def is_good(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a key that is not revoked and has not expired; no key at all meets them too."""
    return api_key.c.revoked_at.is_(None), or_(api_key.c.expires_at.is_(None), api_key.c.expires_at > now)


def note_use(connection: Connection, key_id: int | None, now: datetime) -> None:
    """Write down that a key is used, inside the caller's transaction; within a minute, once."""
    is_older = or_(api_key.c.last_used_at.is_(None), api_key.c.last_used_at < now - _USE_NOTED_EACH)
    connection.execute(update(api_key).where(api_key.c.id == key_id, is_older).values(last_used_at=now))


def _in_use(name: str) -> tuple[ColumnElement[bool], ...]:
    return api_key.c.name == name, api_key.c.revoked_at.is_(None)


def _free_name(connection: Connection, number: int) -> str:
    """Find a name for a key of settings: that of its place, or the next one that no good key has."""
    good = select(api_key.c.name).where(api_key.c.revoked_at.is_(None), api_key.c.name.startswith(SETTINGS_PREFIX))
    taken = set(connection.execute(good).scalars())
    return next(name for each in count(number) if (name := f"{SETTINGS_PREFIX}{each}") not in taken)


def _insert_key(name: str, plaintext: str, now: datetime) -> ReturningInsert[Any]:
    row = {"name": name, "key_hash": hash_secret(plaintext), "created_at": now, "scopes": USUAL_SCOPES}
    return insert(api_key).values(row).returning(*_KEY_COLUMNS)


def _key(row: Any) -> ApiKey:
    return ApiKey(
        row.id, row.name, row.created_at, row.revoked_at, row.scopes, row.expires_at, last_used_at=row.last_used_at
    )
