"""Which tasks are begun once more, and what becomes of them?"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from filmstrip.db.callback_records import CallbackTarget
from filmstrip.db.database import Database
from filmstrip.db.task_records import NewOutput, Submission, TaskRecord
from filmstrip.domain.artifact import MediaKind
from filmstrip.domain.errors import (
    DestinationRefusedError,
    MediaProcessKilledError,
    OutputInvalidError,
    SourceChangedError,
    WorkGivenUpError,
)
from filmstrip.domain.task import TaskStatus
from filmstrip.jobs.tasks import submission
from filmstrip.jobs.tasks.known_tasks import KnownTasks
from filmstrip.jobs.tasks.restarts import Restarts
from filmstrip.jobs.tasks.surroundings import Surroundings
from filmstrip.jobs.tasks.task_steps import TaskSteps
from filmstrip.params.query import NamedSource

Around = Callable[..., Surroundings]
TARGET = CallbackTarget("https://user:secret@app.example.com/hook", "http://media.local")
TEXT = '{"query": "hidden-in-the-query"}'


class Engine:
    """Enqueues nothing, and remembers what it was to."""

    def __init__(self) -> None:
        self.enqueued: list[tuple[Any, ...]] = []
        self.failure: Exception | None = None

    def enqueue(self, _connection: object, *arguments: object) -> None:
        if self.failure is not None:
            raise self.failure
        self.enqueued.append(arguments)

    def wake(self, name: str) -> None:
        assert name == "run_task"


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def query(query: Any) -> Any:
    query.formats = tuple(
        SimpleNamespace(output_name="toy", kind=MediaKind.IMAGE, label=None, allow_soft_fail=soft)
        for soft in (False, False, True)
    )
    query.retry_on_error, query.text, query.warnings, query.priority = True, TEXT, (), 3
    return query


@pytest.fixture(autouse=True)
def shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The query is none, so it is not shown."""
    monkeypatch.setattr(submission, "shown_query", lambda _query: None)


@pytest.fixture
def steps(around: Around, engine: Engine, database: Database, query: Any) -> TaskSteps:
    parts = replace(around(), known=KnownTasks(database, lambda text: query if text == TEXT else None))  # type: ignore[arg-type, return-value]
    return TaskSteps(parts, Restarts(cast("Any", engine), parts))


@pytest.fixture
def key_id(database: Database) -> int:
    return database.keys.create_key("mine")[0].id


@pytest.fixture
def token(database: Database, key_id: int) -> str:
    made = database.tasks.create_task(key_id)
    outputs = tuple(NewOutput("toy", MediaKind.IMAGE, f"image-{number}-0-0", None) for number in range(3))
    database.tasks.submit_task(made, Submission(TEXT, outputs, "mine", callback=TARGET), lambda _connection: None)
    return made


def fail(database: Database, token: str, *errors: type[Exception] | None) -> None:
    for index, kind in enumerate(errors):
        if kind is not None:
            in_making = bool(getattr(kind, "is_of_making", False))
            database.outputs.fail_output(token, index, "toys break", in_making=in_making)


def new_tasks(database: Database, token: str) -> list[TaskRecord]:
    tasks = database.tasks.read_tasks(database.tasks.unfinished_tasks())
    return [task for task in tasks.values() if task.token != token]


def told(database: Database, token: str) -> list[tuple[str, str | None]]:
    return [(each.event, each.detail) for each in database.callbacks.list_all() if each.token == token]


async def test_a_task_that_failed_in_the_making_is_begun_once_more(
    steps: TaskSteps, database: Database, token: str, key_id: int, engine: Engine
) -> None:
    """As a new task of the same key, query, payload and receiver, which client and receiver are told of."""
    fail(database, token, MediaProcessKilledError, None, SourceChangedError)
    await steps.finish(token, "toys break")
    (new,) = new_tasks(database, token)
    assert (new.key_id, new.payload, new.status, new.warnings) == (key_id, "mine", TaskStatus.DOWNLOADING, ())
    assert [(output.output_name, output.tag, output.error) for output in new.outputs] == [
        ("toy", f"image-{number}-0-0", None) for number in range(3)
    ]
    assert database.tasks.read_query(new.token) == TEXT
    assert database.callbacks.read_target(new.token) == TARGET
    assert engine.enqueued == [("run_task", f"{new.token}.1", (new.token, str(key_id), 1), str(key_id), 3000)]
    old = database.tasks.read_tasks([token])[token]
    assert (old.status, old.error) == (TaskStatus.COMPLETED, "toys break")
    assert [warned.message for warned in old.warnings] == [f"The task failed and was restarted as {new.token}"]
    assert told(database, token)[1:] == [("error", "toys break"), ("restarted", new.token), ("saved", None)]
    assert told(database, new.token) == [("queued", None)]


async def test_it_is_begun_once(steps: TaskSteps, database: Database, token: str) -> None:
    """The step may be done again, and the new task may fail as well: there is no third."""
    fail(database, token, OutputInvalidError)
    for _ in range(2):
        await steps.finish(token, "toys break")
    (new,) = new_tasks(database, token)
    fail(database, new.token, OutputInvalidError)
    await steps.finish(new.token, "toys break")
    assert new_tasks(database, token) == []
    assert told(database, new.token)[1:] == [("error", "toys break"), ("saved", None)]


async def test_the_end_and_the_new_beginning_are_one(
    steps: TaskSteps, database: Database, token: str, engine: Engine
) -> None:
    """If the new task cannot be written down, the old one has not ended."""
    fail(database, token, OutputInvalidError)
    engine.failure = RuntimeError("the disk is gone")
    with pytest.raises(RuntimeError):
        await steps.finish(token, "toys break")
    assert new_tasks(database, token) == []
    assert database.tasks.is_unfinished(token)


@pytest.mark.parametrize(
    "errors",
    [
        (SourceChangedError,),
        (DestinationRefusedError, None),
        (OutputInvalidError, DestinationRefusedError),
        (WorkGivenUpError,),
        (None, None, OutputInvalidError),
        (),
    ],
    ids=["source", "destination", "also a destination", "killed the service", "softly", "before any output"],
)
async def test_other_failures_are_final(
    steps: TaskSteps, database: Database, token: str, errors: tuple[type[Exception] | None, ...]
) -> None:
    """Of a source or a destination, of what kills the service, or of what may fail softly."""
    fail(database, token, *errors)
    await steps.finish(token, "toys break")
    assert new_tasks(database, token) == []
    assert told(database, token)[1:] == [("error", "toys break"), ("saved", None)]


async def test_nothing_is_begun_unasked(steps: TaskSteps, database: Database, token: str, query: Any) -> None:
    """Nor for a task that did not fail."""
    fail(database, token, OutputInvalidError)
    query.retry_on_error = False
    await steps.finish(token, "toys break")
    assert new_tasks(database, token) == []
    query.retry_on_error = True
    await steps.finish(token, None)
    assert new_tasks(database, token) == []


async def test_a_key_that_was_revoked_begins_nothing(steps: TaskSteps, database: Database, token: str) -> None:
    """Client and receiver are told that, and why."""
    fail(database, token, OutputInvalidError)
    database.keys.revoke_key("mine")
    await steps.finish(token, "toys break")
    assert new_tasks(database, token) == []
    (warned,) = database.tasks.read_tasks([token])[token].warnings
    reason = "The API key of the task was revoked"
    assert (warned.message, warned.details) == ("The task failed and could not be restarted", reason)
    assert told(database, token)[2:] == [("restart_failed", reason), ("saved", None)]


async def test_an_upload_that_is_gone_is_told(steps: TaskSteps, database: Database, token: str, query: Any) -> None:
    """As where the service takes none any more."""
    fail(database, token, OutputInvalidError)
    query.sources = (NamedSource("source", "tus:7c7c"),)
    await steps.finish(token, "toys break")
    assert [event for event, _ in told(database, token)[2:]] == ["restart_failed", "saved"]


def test_moments_are_the_new_ones(database: Database, token: str) -> None:
    """A new task begins when it is begun: what is kept for its destination's sake counts from there."""
    with database._transactions.writing() as connection:
        new = database.tasks.restart_task(
            connection,
            token,
            Submission(TEXT, (NewOutput("toy", MediaKind.IMAGE, "tag", None),), None),
            lambda _within, _new: None,
        )
    record = database.tasks.read_tasks([new])[new]
    assert record.started_at is not None
    assert abs((record.started_at - datetime.now(UTC)).total_seconds()) < 60
    assert record.restart_of == token
