"""Who may use the service?"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from filmstrip.db import keys
from filmstrip.db.database import Database
from filmstrip.domain.errors import ApiKeyNotFoundError, TokenNotFoundError, UploadNotFoundError
from filmstrip.domain.scope import Scope


def test_a_key_is_found_by_its_text_alone(database: Database) -> None:
    """The text that was shown once opens the service; no other text does."""
    key, text = database.keys.create_key("mine")
    assert database.keys.find_key(text) == key
    assert database.keys.find_key(text[::-1]) is None
    assert len(text) == 32
    assert set(text) <= set("0123456789abcdef")


def test_no_key_and_no_token_is_in_the_file(database: Database, tmp_path: Path) -> None:
    """Who copies the database has neither keys nor sessions, only hashes of them."""
    key, text = database.keys.create_key("mine")
    token, _ = database.sessions.create_session(key.id)
    database.close()  # nothing but SQLite may open a database that is in use
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert text.encode() not in stored
    assert token.encode() not in stored


def test_a_revoked_key_opens_nothing(database: Database) -> None:
    """Revoking ends the key and every session that it opened."""
    key, text = database.keys.create_key("mine")
    token, _ = database.sessions.create_session(key.id)
    assert database.keys.revoke_key("mine").revoked_at is not None
    assert database.keys.find_key(text) is None
    assert database.sessions.find_session(token) is None
    with pytest.raises(ApiKeyNotFoundError, match="mine"):
        database.keys.revoke_key("mine")


def test_a_name_is_used_once_at_a_time(database: Database) -> None:
    """Two good keys never have one name; a revoked key's name is free again."""
    database.keys.create_key("mine")
    with pytest.raises(ValueError, match="'mine' is the name of a key already"):
        database.keys.create_key("mine")
    database.keys.revoke_key("mine")
    database.keys.create_key("mine")
    assert [key.revoked_at is None for key in database.keys.list_keys()] == [False, True]


def test_keys_of_the_settings_are_ensured(database: Database) -> None:
    """A key of the operator's settings is good as often as it is named, and its former text is not."""
    first = database.keys.ensure_key("a" * 32, "settings-1")
    assert database.keys.ensure_key("a" * 32, "settings-1") == first
    database.keys.ensure_key("b" * 32, "settings-1")
    assert database.keys.find_key("a" * 32) is None
    assert database.keys.ensure_key("a" * 32, "settings-1").id == first.id
    assert database.keys.find_key("b" * 32) is None


def test_a_session_ends_after_a_day(database: Database, clock: Any) -> None:
    """A session is good for 24 hours to the moment."""
    key, _ = database.keys.create_key("mine")
    token, expires_at = database.sessions.create_session(key.id)
    clock.advance(hours=24, microseconds=-1)
    session = database.sessions.find_session(token)
    assert session is not None
    assert session.key == key
    assert session.expires_at == expires_at
    clock.advance(microseconds=1)
    assert database.sessions.find_session(token) is None
    assert database.sessions.find_session("unknown") is None


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a\x00", "\udc80", "x" * 101])
def test_a_name_that_cannot_be_shown_is_refused(database: Database, name: str) -> None:
    """A name is what one reads in a list, and types to revoke the key."""
    with pytest.raises(ValueError, match=r"name: .* is not 1 to 100 printable characters"):
        database.keys.create_key(name)
    assert database.keys.list_keys() == ()


def test_the_oldest_sessions_end_first(database: Database, monkeypatch: pytest.MonkeyPatch, clock: Any) -> None:
    """However often a client logs in, its sessions do not fill the disk: beyond the limit the oldest ones end."""
    monkeypatch.setattr(keys, "MOST_SESSIONS", 3)
    key, other = (database.keys.create_key(name)[0] for name in ("mine", "other"))
    kept, _ = database.sessions.create_session(other.id)
    tokens = []
    for _ in range(5):
        clock.advance(seconds=1)
        tokens.append(database.sessions.create_session(key.id)[0])
    assert [database.sessions.find_session(token) is not None for token in tokens] == [False, False, True, True, True]
    assert database.sessions.find_session(kept) is not None


def test_a_key_expires(database: Database, clock: Any) -> None:
    """From its moment on, a key, its sessions and its waiting tasks open nothing, and take no upload."""
    key, text = database.keys.create_key("mine", expires_at=clock.now + timedelta(hours=2))
    token, _ = database.sessions.create_session(key.id)
    task = database.tasks.create_task(key.id)
    clock.advance(hours=2, microseconds=-1)
    assert database.keys.find_key(text) == key
    assert database.sessions.find_session(token) is not None
    assert database.tasks.key_of_waiting(task) == key.id
    database.uploads.demand_task(task)
    clock.advance(microseconds=1)
    assert database.keys.find_key(text) is None
    assert database.sessions.find_session(token) is None
    with pytest.raises(TokenNotFoundError):
        database.tasks.key_of_waiting(task)
    with pytest.raises(UploadNotFoundError):
        database.uploads.demand_task(task)


def test_a_task_of_a_revoked_key_is_not_started(database: Database) -> None:
    """Revoking reaches what was prepared before; a task of the operator's own has no key that could be revoked."""
    key, _ = database.keys.create_key("mine")
    task, own = database.tasks.create_task(key.id), database.tasks.create_task(None)
    database.keys.revoke_key("mine")
    with pytest.raises(TokenNotFoundError):
        database.tasks.key_of_waiting(task)
    assert database.tasks.key_of_waiting(own) is None


def test_scopes_are_kept(database: Database) -> None:
    """A key may be used for what was said when it was made; of one of the settings nothing else is ever true."""
    reader, text = database.keys.create_key("reader", [Scope.READ])
    assert reader.may(Scope.READ)
    assert not reader.may(Scope.SUBMIT)
    assert database.keys.find_key(text) == reader
    admin, _ = database.keys.create_key("admin", [Scope.ADMIN])
    assert all(admin.may(scope) for scope in Scope)
    usual = database.keys.ensure_key(text, "settings-1")
    assert [usual.may(scope) for scope in Scope] == [True, True, False]


def test_the_last_use_is_noted(database: Database, clock: Any) -> None:
    """A session, a task and a listing are uses; within a minute the first one is enough."""

    def last_used() -> list[Any]:
        return [key.last_used_at for key in database.keys.list_keys()]

    first, _ = database.keys.create_key("first")
    database.keys.create_key("other")
    began = clock.now
    assert last_used() == [None, None]
    database.sessions.create_session(first.id)
    assert last_used() == [began, None]
    clock.advance(seconds=59)
    database.tasks.create_task(first.id)
    assert last_used() == [began, None]
    clock.advance(seconds=2)
    database.tasks.create_task(first.id)
    assert last_used() == [clock.now, None]
    clock.advance(hours=1)
    database.keys.note_use(first.id)
    assert last_used() == [clock.now, None]
