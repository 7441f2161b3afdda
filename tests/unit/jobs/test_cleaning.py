"""Is what a cancelled task has put removed, whatever is the matter with a part of it?"""

import json
from pathlib import Path
from typing import Any

import pytest

from filmstrip.db.database import Database
from filmstrip.db.task_records import NewOutput, PutArtifact, Submission
from filmstrip.domain.artifact import Artifact, MediaKind
from filmstrip.domain.task import TaskStatus
from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.tasks import cleaning
from filmstrip.jobs.tasks.cleaning import Cleaning
from filmstrip.jobs.tasks.work_folders import WorkFolders
from filmstrip.outputs.registry import parse_query
from filmstrip.storage.settings import StorageSettings


def cancelled(database: Database, *places: Any, names: tuple[str, ...] = ()) -> str:
    """Make a task with an output for each place, which has put files of these names, and cancel it."""
    formats = [{"output": "thumbnails", "interval": 1, "width": 64, "destination": place} for place in places]
    token = database.tasks.create_task(None)
    outputs = tuple(NewOutput("thumbnails", MediaKind.IMAGE, f"image-{n}-0-0", None) for n in range(len(places)))
    text = json.dumps({"query": {"source": "https://example.com/a.mp4", "format": formats}})
    database.tasks.submit_task(token, Submission(text, outputs), lambda _connection: None)
    database.outputs.advance_outputs(token, range(len(places)), TaskStatus.ENCODING)
    for index in range(len(places)):
        puts = [PutArtifact("group", Artifact(name, "image/png", 1)) for name in names]
        if puts:
            database.artifacts.record_artifacts(token, index, puts)
    database.cancellations.cancel_task(token, 24)
    return token


@pytest.fixture
def cleaner(database: Database, tmp_path: Path) -> Cleaning:
    (tmp_path / "out").mkdir()
    storage = StorageSettings(tmp_path / "temporary", local_roots=(tmp_path / "out",))
    folders = WorkFolders(tmp_path / "work")
    return Cleaning(database, JobSettings(tmp_path / "work"), storage, folders, parse_query)


def put(tmp_path: Path, folder: str, *names: str) -> Path:
    place = tmp_path / "out" / folder
    place.mkdir(parents=True)
    for name in names:
        (place / name).touch()
    return place


def test_a_place_that_is_not_allowed_any_more(database: Database, cleaner: Cleaning, tmp_path: Path) -> None:
    """What is there stays, and the status says so; what the other outputs have put goes."""
    first, last = put(tmp_path, "first", "a.png", "ours.txt"), put(tmp_path, "last", "a.png")
    places = (first.as_uri() + "/", "file:///elsewhere/out/", last.as_uri() + "/")
    token = cancelled(database, *places, names=("a.png",))
    cleaner.clean_all()
    assert ([path.name for path in first.iterdir()], list(last.iterdir())) == (["ours.txt"], [])
    (told,) = database.tasks.read_tasks([token])[token].warnings
    assert told.message == "Not all files that the cancelled task had put could be removed"
    assert "/elsewhere/out" in str(told.details)
    assert database.cancellations.is_clean(token)
    assert database.cancellations.has_files(token)


def test_a_file_at_one_of_several_places(
    database: Database, cleaner: Cleaning, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not written down as put: it is known by the list beside the work folder, also where no dates are told."""
    monkeypatch.setattr(cleaning, "_unrecorded", lambda *_asked: [])
    one, two = put(tmp_path, "one", "a.png", "b.png"), put(tmp_path, "two", "b.png")
    token = cancelled(database, [f"{one.as_uri()}/", f"{two.as_uri()}/"])
    listed = tmp_path / "work" / token / "outputs" / "0.copies"
    listed.parent.mkdir(parents=True)
    listed.write_text(json.dumps(["a.png", 1, 2, 0]) + "\n")
    cleaner.clean(token)
    assert ([path.name for path in one.iterdir()], [path.name for path in two.iterdir()]) == (["b.png"], ["b.png"])
    assert not database.cancellations.has_files(token)


def test_what_takes_long_is_no_obstacle(
    database: Database, cleaner: Cleaning, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look ends after a while, as other things are looked after by the same process; the next one goes on."""
    places = [put(tmp_path, folder, "a.png") for folder in ("one", "two")]
    for place in places:
        cancelled(database, f"{place.as_uri()}/", names=("a.png",))
    monkeypatch.setattr("filmstrip.jobs.tasks.cleaning._MOST_SECONDS", 0.0)
    for left in (1, 0):
        cleaner.clean_all()
        assert len(database.cancellations.unclean_tasks()) == left


def test_what_arrives_when_all_is_forgotten(database: Database, cleaner: Cleaning, tmp_path: Path) -> None:
    """It cannot be removed any more, which is told; it is not tried without end."""
    place = put(tmp_path, "out", "a.png")
    token = cancelled(database, f"{place.as_uri()}/")
    cleaner.clean(token)
    with database._transactions.writing() as connection:
        connection.exec_driver_sql("UPDATE task SET query = NULL")
    database.artifacts.record_artifacts(token, 0, [PutArtifact("group", Artifact("a.png", "image/png", 1))])
    cleaner.clean_all()
    (told,) = database.tasks.read_tasks([token])[token].warnings
    assert "It arrived too late" in str(told.details)
    assert database.cancellations.unclean_tasks() == ()
