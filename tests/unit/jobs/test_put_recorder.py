"""Which files are at all destinations?"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from filmstrip.db.database import Database, utc_now
from filmstrip.db.task_records import Outage
from filmstrip.domain.artifact import Artifact
from filmstrip.jobs.tasks.put_recorder import PutRecorder
from filmstrip.outputs._base import Group

GROUP = Group("pictures", ("a", "b", "c"))


def file(name: str) -> Artifact:
    return Artifact(name, "image/jpeg", 1)


def names(database: Database, token: str) -> list[str]:
    return sorted(put.artifact.name for put in database.artifacts.read_artifacts(token, 0))


def test_what_arrives_together_is_written_together(
    database: Database, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one is written, others come; all are written when their calls return, in two transactions."""
    write, transactions = database.artifacts.record_artifacts, []
    is_writing, others_came = threading.Event(), threading.Event()

    def slow(*arguments: object) -> None:
        transactions.append(arguments)
        is_writing.set()
        others_came.wait(10)
        write(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(database.artifacts, "record_artifacts", slow)
    recorder = PutRecorder(database, token, 0, GROUP)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(recorder, file("a"))
        is_writing.wait(10)
        others = [pool.submit(recorder, file(name)) for name in "bc"]
        while len(recorder._arrived) < len(others):
            others_came.wait(0.01)
        others_came.set()
        for each in (first, *others):
            each.result(10)
    assert names(database, token) == ["a", "b", "c"]
    assert len(transactions) == 2


def test_what_could_not_be_written_is_written_with_the_next(
    database: Database, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that came with one whose transaction failed are not forgotten: they would be made again."""
    recorder = PutRecorder(database, token, 0, GROUP)
    with monkeypatch.context() as broken:
        broken.setattr(database.artifacts, "record_artifacts", _fail)
        with pytest.raises(OSError, match="full"):
            recorder(file("a"))
    recorder(file("b"))
    assert names(database, token) == ["a", "b"]


def _fail(*_arguments: object) -> None:
    raise OSError("full")


def test_the_first_file_ends_the_wait(database: Database, token: str) -> None:
    """Once something is everywhere again, the status tells of no outage, and a later one has all its own patience."""
    now = utc_now()
    database.outages.record_outage(token, 0, Outage("it is down", now, now, now + timedelta(hours=1), 1, "host:1"))
    PutRecorder(database, token, 0, GROUP)(file("a"))
    assert database.outages.read_outage(token, 0) is None
