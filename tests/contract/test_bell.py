"""Is what one process says heard by the others, at once, and does nothing depend on it?"""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest

from filmstrip.db.database import Database
from filmstrip.jobs.tasks.durable import Durable
from filmstrip.jobs.tasks.script_kinds import Kind, Queue
from fresh_database import CIPHER
from postgresql_server import PostgresqlServer

pytestmark = pytest.mark.timeout(240)
POLL_SECONDS = 1000.0
"""Longer than the test may take: whatever runs was told of."""


@pytest.fixture
def url(postgresql: PostgresqlServer) -> str:
    return postgresql.make_database()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with closing(Database(url, CIPHER)) as opened:
        opened.migrate()
        yield opened


@contextmanager
def heard_from(database: Database) -> Iterator[queue.Queue[str]]:
    """Listen until the end of the block; the first word says that it has begun."""
    heard: queue.Queue[str] = queue.Queue()
    listener = database.bell.listen(heard.put)
    try:
        assert heard.get(timeout=60) == ""
        yield heard
    finally:
        listener.stop()


def end_sessions(url: str, statement: str = "%") -> None:
    """Break connections of others off, as a failing network or a server that restarts does."""
    others = "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = current_database() AND "
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"{others} pid <> pg_backend_pid() AND query LIKE %s".encode(), [statement])


def ring_and_fail(database: Database) -> None:
    with database._transactions.writing() as connection:
        database.bell.ring(connection, "lost")
        raise ZeroDivisionError


def test_a_word_is_heard_once_its_transaction_is_committed(database: Database) -> None:
    """One that is taken back says nothing."""
    with heard_from(database) as heard:
        with pytest.raises(ZeroDivisionError):
            ring_and_fail(database)
        with database._transactions.writing() as connection:
            database.bell.ring(connection, "first")
        database.bell.ring_now("second")
        assert [heard.get(timeout=60), heard.get(timeout=60)] == ["first", "second"]


def test_who_lost_the_connection_looks_at_everything(url: str, database: Database) -> None:
    """What was said meanwhile is not known; from then on everything is heard again."""
    with heard_from(database) as heard:
        end_sessions(url, "LISTEN%")
        assert heard.get(timeout=60) == ""
        database.bell.ring_now("again")
        assert heard.get(timeout=60) == "again"


def test_a_database_of_one_service_has_nobody_to_tell(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is written, nothing heard, and both may be called."""
    with closing(Database(f"sqlite:///{tmp_path_factory.mktemp('bell')}/f.db", CIPHER)) as database:
        listener = database.bell.listen(pytest.fail)
        database.bell.ring_now("word")
        listener.stop()


async def test_work_that_another_process_enqueues_begins_at_once(url: str, database: Database) -> None:
    """In a transaction or outside of one; the engine's own look for it comes much later."""
    worker = Durable(database.companion_engine(), POLL_SECONDS, "worker", bell=database.bell)
    done: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    kind = Queue("notes", 2, 2)

    async def note(name: str) -> None:
        loop.call_soon_threadsafe(done.put_nowait, name)

    with closing(Database(url, CIPHER)) as other:
        client = Durable(other.companion_engine(), POLL_SECONDS, bell=other.bell)
        await asyncio.to_thread(worker.start, {"note": Kind(note, kind)})
        await asyncio.to_thread(client.connect, {"note": kind})
        try:

            def enqueue(name: str) -> None:
                with other._transactions.writing() as connection:
                    client.enqueue(connection, "note", name, (name,), "-")

            async with asyncio.timeout(100):
                # The thread of a queue begins a moment after the engine, and looks once then.
                await asyncio.to_thread(enqueue, "first")
                assert await done.get() == "first"
                await asyncio.to_thread(enqueue, "second")
                assert await done.get() == "second"
                await asyncio.to_thread(client.enqueue, None, "note", "third", ("third",), "-")
                assert await done.get() == "third"
        finally:
            await worker.stop(0)
            client.disconnect()


def test_a_connection_that_died_is_noticed_before_anything_is_done_with_it(url: str, database: Database) -> None:
    """Also one that was used a moment ago, and is therefore not asked before it is given out."""
    for _ in range(3):
        database.tasks.create_task(None)
        end_sessions(url)
        # Not `repeated`: a failure in the middle of it would be told to the client.
        database.tasks.create_task(None)


def test_who_is_used_all_the_time_is_not_asked_all_the_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction is one transaction for the server too: whether the connection lives is asked in it, if at all."""
    asked, dialect = [0], database._transactions.backend.engine.dialect
    ask = dialect.do_ping

    def count(connection: Any) -> bool:
        asked[0] += 1
        return ask(connection)

    monkeypatch.setattr(dialect, "do_ping", count)
    for _ in range(200):
        database.tasks.unfinished_among(["none"])
    # One for each time that this machine had no time for a second.
    assert asked[0] < 20
