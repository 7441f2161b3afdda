"""Which secret keys encrypt what is secret in a database, and how one takes the place of another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from filmstrip.db.callback_records import CallbackTarget
from filmstrip.db.database import Database
from filmstrip.db.encryption import KEY_BYTES, Cipher
from filmstrip.db.profile_records import ProfileKind, StoredProfile
from filmstrip.db.task_records import NewOutput, Submission
from filmstrip.domain.artifact import MediaKind
from filmstrip.domain.errors import ResourceError
from postgresql_server import PostgresqlServer

OLD, NEW, OTHER = (bytes([number]) * KEY_BYTES for number in (1, 2, 3))
QUERY = '{"query": "with a secret"}'

Open = Callable[..., Database]


@pytest.fixture(params=["sqlite", "postgresql"])
def open_with(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Open one database with any keys, as processes with other settings do."""
    url = f"sqlite:///{tmp_path}/filmstrip.db"
    if request.param == "postgresql":
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        url = server.make_database()
    with ExitStack() as stack:

        def open_one(*keys: bytes) -> Database:
            opened = stack.enter_context(closing(Database(url, Cipher(*keys))))
            opened.migrate()
            return opened

        yield open_one


def _start(database: Database) -> str:
    token = database.tasks.create_task(None)
    outputs = (NewOutput("mp4", MediaKind.VIDEO, "video-0-0-0", None),)
    target = CallbackTarget("https://app.example.com/hook", "https://video.example.com")
    database.tasks.submit_task(token, Submission(QUERY, outputs, callback=target), lambda _connection: None)
    return token


def test_texts_of_other_keys_are_read(open_with: Open) -> None:
    """By those that have them; the first one alone encrypts."""
    token = _start(open_with(OLD))
    both = open_with(NEW, OLD)
    assert both.tasks.read_query(token) == QUERY
    newer = _start(both)
    assert open_with(OLD, OTHER, NEW).tasks.read_query(newer) == QUERY
    with pytest.raises(InvalidTag):
        open_with(OLD).tasks.read_query(newer)


def test_all_have_a_key_that_is_known(open_with: Open) -> None:
    """The first service's is that of all; another one is only let in beside a known one, which it will replace."""
    open_with(OTHER).secret_keys.demand(is_kept=False)
    open_with(OLD).secret_keys.demand(is_kept=True)
    open_with(OLD, NEW).secret_keys.demand(is_kept=True)
    for is_kept in (False, True):
        with pytest.raises(ResourceError, match="The secret key is not the one of the other services on this database"):
            open_with(NEW).secret_keys.demand(is_kept=is_kept)
    open_with(NEW, OLD).secret_keys.demand(is_kept=True)
    open_with(NEW).secret_keys.demand(is_kept=True)
    assert Cipher(OLD).fingerprint != Cipher(NEW).fingerprint


def test_a_key_takes_the_place_of_another(open_with: Open) -> None:
    """All that is encrypted, once; then the old one opens nothing, and encrypts nothing."""
    old = open_with(OLD)
    old.secret_keys.demand(is_kept=True)
    tokens = [_start(old) for _ in range(3)]
    old.profiles.add(StoredProfile(ProfileKind.PROFILE, "web", QUERY, "web"))
    both = open_with(NEW, OLD)
    both.secret_keys.demand(is_kept=True)
    fresh = _start(both)
    assert both.secret_keys.rotate() == (7, 0)
    assert both.secret_keys.rotate() == (0, 0)
    new = open_with(NEW)
    new.secret_keys.demand(is_kept=True)
    assert [new.tasks.read_query(token) for token in (*tokens, fresh)] == [QUERY] * 4
    assert new.profiles.read(ProfileKind.PROFILE)["web"].text == QUERY
    for keys in ((OLD,), (OLD, NEW)):
        with pytest.raises(ResourceError, match="The secret key was replaced by another one"):
            open_with(*keys).secret_keys.demand(is_kept=True)


def test_what_no_key_opens_is_told(open_with: Open) -> None:
    """It stays as it is, and so does the right of the key that might open it."""
    open_with(OTHER).secret_keys.demand(is_kept=True)
    lost = _start(open_with(OTHER))
    old = _start(open_with(OLD))
    both = open_with(NEW, OLD)
    assert both.secret_keys.rotate() == (2, 2)
    assert both.tasks.read_query(old) == QUERY
    other = open_with(OTHER)
    other.secret_keys.demand(is_kept=True)
    assert other.tasks.read_query(lost) == QUERY
