"""Is what is over forgotten, with all that belongs to it, and nothing else?"""

from datetime import timedelta

import pytest

from api_harness import Clock
from filmstrip.db import retention
from filmstrip.db.callback_records import CallbackTarget
from filmstrip.db.database import Database
from filmstrip.db.task_records import NewOutput, PutArtifact, Submission
from filmstrip.domain.artifact import Artifact, MediaKind
from filmstrip.domain.task import TaskStatus

TARGET = CallbackTarget("https://app.example.com/hook", "https://video.example.com")


def started(database: Database, callback: CallbackTarget | None = None, files: int = 0) -> str:
    token = database.tasks.create_task(None)
    new = tuple(NewOutput("toy", MediaKind.IMAGE, f"image-{number}-0-0", None) for number in range(2))
    uploads = ("1" * 32,)
    submission = Submission("{}", new, callback=callback, upload_ids=uploads)
    database.tasks.submit_task(token, submission, lambda _connection: None)
    for index in range(2):
        puts = [PutArtifact("group", Artifact(f"{number}.png", "image/png", 10)) for number in range(files)]
        if puts:
            database.artifacts.record_artifacts(token, index, puts)
    return token


def rows(database: Database) -> dict[str, int]:
    tables = ("task", "output", "artifact", "task_upload")
    with database._transactions.reading() as connection:
        return {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()  # noqa: S608 - our own words
            for name in tables
        }


def test_what_has_ended(database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its outputs, files and events, some at a time; what goes on, or ended later, stays."""
    monkeypatch.setattr(retention, "_FILES_AT_ONCE", 4)
    monkeypatch.setattr(retention, "_TASKS_AT_ONCE", 3)
    ended = [started(database, files=10) for _ in range(7)]
    for token in ended:
        database.tasks.finish_task(token, "it broke", keep_query_hours=1)
    running, waiting = started(database, files=3), database.tasks.create_task(None)
    clock.advance(days=30)
    later = started(database)
    database.tasks.finish_task(later)
    transactions: list[object] = []
    noting = database._transactions.noting

    def counted() -> object:
        transactions.append(1)
        return noting()

    monkeypatch.setattr(database._transactions, "noting", counted)
    assert database.retention.forget_ended(clock.now - timedelta(days=30)) == 0
    clock.advance(seconds=1)
    assert database.retention.forget_ended(clock.now - timedelta(days=30)) == 7
    assert len(transactions) == 7 * 2 * 2 + 3
    assert set(database.tasks.read_tasks([*ended, running, waiting, later])) == {running, waiting, later}
    assert rows(database) == {"task": 3, "output": 4, "artifact": 6, "task_upload": 2}


def test_what_is_still_to_be_told_or_removed(database: Database, clock: Clock) -> None:
    """It stays until that is done."""
    told, cancelled = started(database, TARGET), started(database, files=1)
    database.tasks.finish_task(told)
    database.outputs.advance_outputs(cancelled, [0], TaskStatus.ENCODING)
    database.cancellations.cancel_task(cancelled)
    clock.advance(days=30)
    assert database.retention.forget_ended(clock.now) == 0
    for callback in database.callbacks.list_all():
        database.callbacks.forget(callback)
    database.cancellations.postpone_cleaning(cancelled, None)
    assert database.retention.forget_ended(clock.now) == 2


def test_tokens_that_were_never_started(database: Database, clock: Clock) -> None:
    """Those of before, not those of now, and nothing that was started."""
    old, running = database.tasks.create_task(None), started(database)
    clock.advance(days=7)
    new = database.tasks.create_task(None)
    assert database.retention.forget_waiting(clock.now) == 1
    assert set(database.tasks.read_tasks([old, running, new])) == {running, new}
