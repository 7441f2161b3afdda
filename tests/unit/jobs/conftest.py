"""A database for tests of what jobs are made of."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from filmstrip.db.database import Database
from filmstrip.db.records import NewOutput, Submission
from filmstrip.domain.artifact import MediaKind
from fresh_database import fresh_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A new database."""
    with fresh_database(tmp_path) as opened:
        yield opened


@pytest.fixture
def token(database: Database) -> str:
    """A task with three outputs that was submitted."""
    made = database.create_task(None)
    outputs = tuple(NewOutput("toy", MediaKind.IMAGE, f"image-{number}-0-0", None) for number in range(3))
    database.submit_task(made, Submission("{}", outputs), lambda _connection: None)
    return made
