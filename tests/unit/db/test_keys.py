"""Who may use the service?"""

from pathlib import Path
from typing import Any

import pytest

from filmstrip.db import keys
from filmstrip.db.database import Database
from filmstrip.domain.errors import ApiKeyNotFoundError


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
    assert session.key_id == key.id
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
