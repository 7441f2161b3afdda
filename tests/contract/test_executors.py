"""What is written down of the processes that share a PostgreSQL database, and their locks."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from filmstrip.db.backends import postgresql
from filmstrip.db.backends.advisory_locks import ENGINE, JOURNAL
from filmstrip.db.database import Database
from filmstrip.db.executor_records import Executor
from filmstrip.domain.errors import ResourceError
from filmstrip.jobs.rules.places import Places
from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.tasks import journal
from filmstrip.jobs.tasks.durable import Durable
from filmstrip.jobs.tasks.executor_identity import this_executor
from filmstrip.jobs.tasks.fleet import Fleet
from filmstrip.jobs.tasks.script_kinds import Queue
from filmstrip.jobs.tasks.tidying import Tidying
from filmstrip.jobs.tasks.work_folders import WorkFolders
from filmstrip.service.data_folder import open_database
from filmstrip.settings.service_settings import ServiceSettings
from fresh_database import CIPHER
from postgresql_server import PostgresqlServer
from toy_service import eventually

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


def new(name: str = "one", *, has_lock: bool = False) -> Executor:
    number = int.from_bytes(secrets.token_bytes(8), signed=True) if has_lock else None
    return Executor(secrets.token_hex(16), name, "here", "0.2", "f", number)


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


def test_a_service_has_the_key_of_the_first_one(url: str, tmp_path: Path) -> None:
    """A process that only answers clients writes what the others have to read."""
    first, second = (ServiceSettings(data_dir=tmp_path / name, database_url=url) for name in ("first", "second"))
    with open_database(first, alone=True):
        pass
    with pytest.raises(ResourceError, match="The secret key is not the one"), open_database(second):
        pass


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


def test_who_falls_silent_is_not_elected_for_ever(
    database: Database, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is stopped, or whose machine is gone, keeps nobody from looking after the dead."""
    monkeypatch.setattr(postgresql, "_ELECTED_SECONDS", 1)
    with closing(Database(url, CIPHER)) as other:

        def is_elected() -> bool:
            with other.elected(JOURNAL) as is_it:
                return is_it

        with database.elected(JOURNAL) as silent:
            assert silent
            assert eventually(is_elected, "another one is")
        with database.elected(JOURNAL) as again:
            assert again


def test_who_took_work_a_moment_ago_keeps_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It began, and took it, after somebody had begun to look who lives."""
    durable = Durable(database.companion_engine(), 60)
    durable.connect({"script": Queue("outputs", 1, 1)})
    durable.enqueue(None, "script", "its-work", (), "-")
    fleet = Fleet(database, JobSettings(tmp_path), on_dead=pytest.fail)
    fleet._durable = durable
    worker = new()
    assert durable._client is not None
    look = durable._client.list_workflows

    def take_and_look(**wanted: Any) -> Any:
        if not database.executors.list_all():
            database.executors.begin(worker, seconds_to_live=LIFE_SECONDS)
            with durable._engine.begin() as connection:
                taking = "UPDATE dbos.workflow_status SET status = 'PENDING', executor_id = %s"
                connection.exec_driver_sql(taking, (worker.id,))
        return look(**wanted)

    def state() -> str:
        return str(look(workflow_ids=["its-work"])[0].status)

    monkeypatch.setattr(durable._client, "list_workflows", take_and_look)
    fleet._take_over()
    assert state() == "PENDING"
    database.executors.end(worker.id)
    fleet._take_over()
    assert state() == "ENQUEUED"
    durable.disconnect()


def test_the_engine_makes_its_tables_in_its_turn(database: Database) -> None:
    """The lock keeps back other processes, and not the indexes that are made under it."""
    durable = Durable(database.companion_engine(), 60)
    with database.alone(ENGINE):
        durable.connect({})
    durable.disconnect()


def test_who_waits_for_its_turn_to_start_lives(database: Database, url: str, tmp_path: Path) -> None:
    """Others may take longer than a life with theirs; one whose engine does not start is no more alive then."""
    fleet = Fleet(database, JobSettings(tmp_path, live_seconds=1.0), on_dead=pytest.fail)
    durable = Durable(database.companion_engine(), 60)
    fleet.begin()
    begun = database.executors.list_alive()

    def refuse() -> None:
        raise ResourceError("The engine does not start")

    with closing(Database(url, CIPHER)) as other, ThreadPoolExecutor(1) as threads:
        with other.alone(ENGINE):
            starting = threads.submit(fleet.start, durable, refuse)
            eventually(lambda: database.executors.list_alive() != begun, "its heart beats")
        with pytest.raises(ResourceError, match="does not start"):
            starting.result()
    assert database.executors.list_alive() == ()
    durable.disconnect()


def test_what_was_asked_for_is_begun_by_one(
    database: Database, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each worker looks every few seconds; an event that all of them begin again would be sent as often."""
    monkeypatch.setattr(journal, "list_over", lambda **_wanted: [])
    monkeypatch.setattr(journal, "forget", lambda *_identities: None)
    begun: list[str] = []
    folders = WorkFolders(tmp_path)
    with closing(Database(url, CIPHER)) as other:
        second = Tidying(other, folders, Places(1), [lambda: begun.append("second")])

        def look_beside() -> None:
            begun.append("first")
            second.tidy()

        Tidying(database, folders, Places(1), [look_beside]).tidy()
        assert begun == ["first"]
        second.tidy()
        assert begun == ["first", "second"]


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
