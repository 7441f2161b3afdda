"""A database for tests of what jobs are made of."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from filmstrip.db.database import Database
from filmstrip.db.encryption import KEY_BYTES, Cipher
from filmstrip.db.records import NewOutput, Submission
from filmstrip.domain.artifact import MediaKind


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/filmstrip.db", Cipher(bytes(KEY_BYTES)))
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def token(database: Database) -> str:
    """A task with three outputs that was submitted."""
    made = database.create_task(None)
    outputs = tuple(NewOutput("toy", MediaKind.IMAGE, f"image-{number}-0-0", None) for number in range(3))
    database.submit_task(made, Submission("{}", outputs), lambda _connection: None)
    return made
