"""What is written down of the processes that share a PostgreSQL database, and their locks."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from filmstrip.db.backends.advisory_locks import JOURNAL
from filmstrip.db.database import Database
from filmstrip.db.encryption import KEY_BYTES, Cipher
from filmstrip.db.executor_records import Executor
from filmstrip.domain.errors import ResourceError
from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.tasks.executor_identity import this_executor
from fresh_database import CIPHER
from postgresql_server import PostgresqlServer

LIFE_SECONDS = 60.0


@pytest.fixture
def url(postgresql: PostgresqlServer) -> str:
    """An empty database."""
    return postgresql.make_database()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with closing(Database(url, CIPHER)) as opened:
        opened.migrate()
        yield opened


def new(name: str = "one", *, has_lock: bool = False, fingerprint: str = "f") -> Executor:
    number = int.from_bytes(secrets.token_bytes(8), signed=True) if has_lock else None
    return Executor(secrets.token_hex(16), name, "here", "0.2", fingerprint, number)


def test_a_name_has_one_living_executor(database: Database) -> None:
    """By its heartbeat alone, it lives as long as that counts; a later start replaces it if it is told to."""
    first, second, third = new(), new(), new()
    database.executors.begin(first, seconds_to_live=LIFE_SECONDS)
    with pytest.raises(ResourceError, match="An executor with the name 'one' is alive, on here"):
        database.executors.begin(second, seconds_to_live=LIFE_SECONDS)
    database.executors.begin(new("another"), seconds_to_live=LIFE_SECONDS)
    database.executors.begin(second, seconds_to_live=LIFE_SECONDS, replace=True)
    assert not database.executors.beat(first.id)
    assert database.executors.beat(second.id)
    database.executors.begin(third, seconds_to_live=0)
    assert [each.name for each in database.executors.list_alive()] == ["another", "one"]
    assert [each.ended_at is None for each in database.executors.list_all()] == [False, True, False, True]


def test_a_lock_is_free_when_its_process_is_dead(database: Database, url: str) -> None:
    """So the next start of its name need not wait."""
    first = new(has_lock=True)
    with closing(Database(url, CIPHER)) as other:
        assert first.lock_number is not None
        lock = other.executors.lock(first.lock_number)
        assert lock.keep()
        assert lock.keep()
        other.executors.begin(first, seconds_to_live=LIFE_SECONDS)
        assert database.executors.are_free((first.lock_number, 7)) == {7}
        with pytest.raises(ResourceError, match="is alive"):
            database.executors.begin(new(), seconds_to_live=LIFE_SECONDS)
        lock.release()
        assert database.executors.are_free((first.lock_number,)) == {first.lock_number}
        database.executors.begin(new(), seconds_to_live=LIFE_SECONDS)
        assert not other.executors.beat(first.id)


def test_all_have_one_secret_key(database: Database) -> None:
    """What one encrypts, another one has to read."""
    database.executors.begin(new(fingerprint="f"), seconds_to_live=LIFE_SECONDS)
    with pytest.raises(ResourceError, match="The secret key is not the one of the other services on this database"):
        database.executors.begin(new("two", fingerprint="g"), seconds_to_live=LIFE_SECONDS)
    assert Cipher(bytes(KEY_BYTES)).fingerprint == CIPHER.fingerprint != Cipher(b"\1" * KEY_BYTES).fingerprint


def test_an_executor_is_called_as_the_settings_say(database: Database, tmp_path: Path) -> None:
    """Each start is another one."""
    settings = JobSettings(tmp_path, executor_name="machine-1", liveness="heartbeat")
    first, second = (this_executor(settings, database.key_fingerprint) for _ in range(2))
    assert (first.name, first.lock_number) == ("machine-1", None)
    assert first.id != second.id
    assert this_executor(replace(settings, liveness="lock", executor_name=""), "f").lock_number is not None


def test_one_process_is_elected(database: Database, url: str) -> None:
    """The others are told that they are not, and do not wait."""
    with closing(Database(url, CIPHER)) as other, database.elected(JOURNAL) as first, other.elected(JOURNAL) as second:
        assert (first, second) == (True, False)
    with database.elected(JOURNAL) as again:
        assert again


def test_marks_of_work_belong_to_an_executor(database: Database) -> None:
    """A death is counted for what it was at, and for nothing else."""
    tokens = {name: database.tasks.create_task(None) for name in ("one", "two")}
    for name, token in tokens.items():
        database.interruptions.begin_work(token, executor_id=name)
    database.interruptions.count_interruptions("one")
    database.interruptions.count_interruptions("one")
    database.interruptions.end_all_work("two")
    database.interruptions.count_interruptions("two")
    counts = [database.interruptions.read_interruptions(token) for token in tokens.values()]
    assert counts == [1, 0]
