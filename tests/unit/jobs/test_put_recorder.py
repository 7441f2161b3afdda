"""Which files are at all destinations?"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from filmstrip.db.database import Database, utc_now
from filmstrip.db.task_records import Outage
from filmstrip.domain.artifact import Artifact
from filmstrip.domain.errors import DiskFullError
from filmstrip.jobs.tasks.put_recorder import PutRecorder
from filmstrip.outputs._base import Group

GROUP = Group("pictures", ("a", "b", "c", "d"))
LONG = 1000.0
"""Longer than a test takes: what is written by then was flushed."""


def file(name: str) -> Artifact:
    return Artifact(name, "image/jpeg", 1)


def names(database: Database, token: str) -> list[str]:
    return sorted(put.artifact.name for put in database.artifacts.read_artifacts(token, 0))


def recorder_of(database: Database, token: str, seconds: float) -> PutRecorder:
    return PutRecorder(database, token, 0, GROUP, seconds)


@pytest.fixture
def transactions(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many files each transaction wrote."""
    write, counts = database.artifacts.record_artifacts, list[int]()

    def count(token: str, index: int, puts: list[object]) -> None:
        counts.append(len(puts))
        write(token, index, puts)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(database.artifacts, "record_artifacts", count)
    return counts


def test_what_arrives_within_the_time_is_written_together(
    database: Database, token: str, transactions: list[int]
) -> None:
    """The first at once, as others may be long in coming; the rest when the group ends, whoever put it."""
    recorder = recorder_of(database, token, LONG)
    recorder(file("a"))
    assert names(database, token) == ["a"]
    with ThreadPoolExecutor() as pool:
        list(pool.map(recorder, [file(name) for name in "bcd"]))
    assert names(database, token) == ["a"]
    recorder.flush()
    assert names(database, token) == ["a", "b", "c", "d"]
    assert transactions == [1, 3]


def test_what_no_other_follows_is_written_when_the_time_is_over(database: Database, token: str) -> None:
    """A crash long after it makes nothing again."""
    recorder = recorder_of(database, token, 0.05)
    recorder(file("a"))
    recorder(file("b"))
    ends_at = time.monotonic() + 30
    while names(database, token) != ["a", "b"]:
        assert time.monotonic() < ends_at
        time.sleep(0.01)
    recorder(file("c"))
    recorder.flush()
    assert names(database, token) == ["a", "b", "c"]


def test_a_flush_waits_for_who_is_writing(database: Database, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When it returns all is written, also what another thread has taken up and is slow with."""
    write, is_writing, may_write = database.artifacts.record_artifacts, threading.Event(), threading.Event()

    def slow(*arguments: object) -> None:
        is_writing.set()
        may_write.wait(30)
        write(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(database.artifacts, "record_artifacts", slow)
    recorder = recorder_of(database, token, LONG)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(recorder, file("a"))
        is_writing.wait(30)
        recorder(file("b"))
        flushed = pool.submit(recorder.flush)
        assert not flushed.done()
        may_write.set()
        flushed.result(30)
        assert names(database, token) == ["a", "b"]
        first.result(30)


@pytest.mark.parametrize("seconds", [0.0, LONG])
def test_what_could_not_be_written_is_written_with_the_next(
    database: Database, token: str, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """Files that came with one whose transaction failed are not forgotten: they would be made again."""
    recorder = recorder_of(database, token, seconds)
    with monkeypatch.context() as broken:
        broken.setattr(database.artifacts, "record_artifacts", _fail)
        with pytest.raises(DiskFullError):
            recorder(file("a"))
        with pytest.raises(DiskFullError):
            recorder.flush()
    recorder(file("b"))
    recorder.flush()
    assert names(database, token) == ["a", "b"]


def test_what_could_not_be_written_later_fails_the_group(
    database: Database, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for the write that comes later; its failure is told at the end, never passed over."""
    recorder, tried = recorder_of(database, token, 0.05), threading.Event()

    def fail(*_arguments: object) -> None:
        tried.set()
        _fail()

    recorder(file("a"))
    with monkeypatch.context() as broken:
        broken.setattr(database.artifacts, "record_artifacts", fail)
        recorder(file("b"))
        assert tried.wait(30)
        with pytest.raises(DiskFullError):
            recorder.flush()
    recorder.flush()
    assert names(database, token) == ["a", "b"]


def _fail(*_arguments: object) -> None:
    raise DiskFullError("full")


def test_the_first_file_ends_the_wait(database: Database, token: str) -> None:
    """Once something is everywhere again, the status tells of no outage, and a later one has all its own patience."""
    now = utc_now()
    database.outages.record_outage(token, 0, Outage("it is down", now, now, now + timedelta(hours=1), 1, "host:1"))
    recorder_of(database, token, LONG)(file("a"))
    assert database.outages.read_outage(token, 0) is None
