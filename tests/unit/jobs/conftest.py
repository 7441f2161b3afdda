"""A database, and what steps work with, for tests of what jobs are made of."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from filmstrip.db.database import Database
from filmstrip.db.task_records import NewOutput, Submission
from filmstrip.domain.artifact import MediaKind
from filmstrip.jobs.rules.places import Places
from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.tasks.interruptions import Interruptions
from filmstrip.jobs.tasks.known_tasks import KnownTasks
from filmstrip.jobs.tasks.surroundings import Surroundings
from filmstrip.jobs.tasks.work_folders import WorkFolders
from filmstrip.params.query import NamedSource
from filmstrip.storage.settings import StorageSettings
from filmstrip.testing.range_server import RangeServer
from fresh_database import fresh_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A new database."""
    with fresh_database(tmp_path) as opened:
        yield opened


@pytest.fixture
def token(database: Database) -> str:
    """A task with three outputs that was submitted."""
    made = database.tasks.create_task(None)
    outputs = tuple(NewOutput("toy", MediaKind.IMAGE, f"image-{number}-0-0", None) for number in range(3))
    database.tasks.submit_task(made, Submission("{}", outputs), lambda _connection: None)
    return made


@pytest.fixture
def query(range_server: RangeServer) -> Any:
    """Of a source on a server, of which every byte is needed."""
    (range_server.folder / "a.mp4").write_bytes(bytes(1000))
    formats = (SimpleNamespace(reads_whole_source=True),)
    url = range_server.url_of("a.mp4")
    return SimpleNamespace(source=url, stitch=(), sources=(NamedSource("source", url),), formats=formats, priority=5)


@pytest.fixture
def around(database: Database, tmp_path: Path, query: Any) -> Callable[..., Surroundings]:
    """Makes surroundings without media processes."""

    def make(free_disk_mb: int = 1) -> Surroundings:
        return Surroundings(
            database=database,
            settings=JobSettings(tmp_path / "work", free_disk_mb=free_disk_mb),
            storage=StorageSettings(tmp_path / "temporary", private_hosts=("127.0.0.1",)),
            child=cast("Any", None),
            folders=WorkFolders(tmp_path / "work", database.tasks.is_unfinished),
            interruptions=Interruptions(database, 3),
            slots=Places(1),
            fetches=Places(1),
            open_tasks=Places(1),
            known=KnownTasks(database, lambda _text: query),
        )

    return make
