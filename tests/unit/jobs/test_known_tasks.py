"""What is known of the tasks at work?"""

from __future__ import annotations

from typing import Any, cast

import pytest

from filmstrip.db.database import Database
from filmstrip.db.task_records import NewOutput, Submission
from filmstrip.domain.artifact import MediaKind
from filmstrip.domain.errors import TokenNotFoundError
from filmstrip.jobs.tasks.known_tasks import KnownTasks
from filmstrip.jobs.tasks.task_steps import TaskSteps


class CountedParse:
    """Parses a query into its length, and counts how often."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, text: str) -> Any:
        self.count += 1
        return len(text)


@pytest.fixture
def parse() -> CountedParse:
    return CountedParse()


@pytest.fixture
def known(database: Database, parse: CountedParse) -> KnownTasks:
    return KnownTasks(database, parse)


def submitted(database: Database, text: str = "{}") -> str:
    token = database.tasks.create_task(None)
    output = NewOutput("toy", MediaKind.IMAGE, "image-0-0-0", None)
    database.tasks.submit_task(token, Submission(text, (output,)), lambda _connection: None)
    return token


def test_a_task_is_parsed_once(database: Database, known: KnownTasks, parse: CountedParse) -> None:
    """However many steps ask, and until it is forgotten."""
    token = submitted(database)
    assert known.kept(token) is None
    found = known.read(token)
    assert (found.query, found.key) == (2, "-")
    assert found.begins_at == database.tasks.read_tasks([token])[token].started_at
    assert known.kept(token) is found
    assert parse.count == 1


def test_a_final_task_is_forgotten(database: Database, known: KnownTasks) -> None:
    """What its query held is nowhere any more."""
    token = submitted(database)
    known.read(token)
    database.tasks.finish_task(token, None)
    known.forget(token)
    assert known.kept(token) is None
    with pytest.raises(TokenNotFoundError):
        known.read(token)
    known.forget(token)


def test_what_is_forgotten_while_it_is_read_is_not_kept(database: Database) -> None:
    """A task may be cancelled while one of its steps reads it."""
    token = submitted(database)

    def parse(text: str) -> Any:
        known.forget(token)
        return text

    known = KnownTasks(database, parse)
    known.read(token)
    assert known.kept(token) is None


def test_little_is_kept(database: Database, known: KnownTasks) -> None:
    """The tasks that were asked for last, and no long query."""
    tokens = [submitted(database) for _ in range(65)]
    for token in tokens:
        known.read(token)
        known.kept(tokens[0])
    assert known.kept(tokens[1]) is None
    assert all(known.kept(token) for token in (tokens[0], *tokens[2:]))
    long = submitted(database, "x" * 65_537)
    assert cast("int", known.read(long).query) == 65_537
    assert known.kept(long) is None


async def test_steps_forget_a_task_with_its_end(around: Any, token: str) -> None:
    """The last step of a task takes its secrets out of memory too."""
    here = around()
    await here.task(token)
    await TaskSteps(here).finish(token, None)
    assert here.known.kept(token) is None
