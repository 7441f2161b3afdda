"""What does an operator see of tasks, and what can be done about them?"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from filmstrip.cli.main import run
from filmstrip.db.database import Database
from filmstrip.db.task_records import NewOutput, PutArtifact, Submission
from filmstrip.domain.artifact import Artifact, Location, MediaKind, OutputResult, Warned
from filmstrip.domain.task import TaskStatus
from fresh_database import CIPHER, fresh_database

QUERY = '{"query": {"source": "https://example.com/a.mp4", "format": [{"output": "thumbnails", "interval": 1}]}}'


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("FILMSTRIP_SECRET_KEY", "00" * 32)
    with fresh_database(tmp_path) as opened:
        assert opened.key_fingerprint == CIPHER.fingerprint
        yield opened


def started(database: Database, key_id: int | None = None, query: str = QUERY) -> str:
    token = database.tasks.create_task(key_id)
    outputs = tuple(NewOutput("thumbnails", MediaKind.IMAGE, f"image-{number}-0-0", None) for number in range(2))
    submission = Submission(query, outputs, query_shown=QUERY)
    database.tasks.submit_task(token, submission, lambda _connection: None)
    return token


def called(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    assert run(["tasks", *arguments, "--data-dir", str(folder)]) == code
    return capsys.readouterr()


def test_a_list(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The newest first, of all keys or one, in one state or any; nothing is cut or taken for markup; or JSON."""
    key = database.keys.create_key("mine")[0].id
    failed, running, cancelled, waiting = started(database, key), *(started(database) for _ in range(2)), ""
    waiting = database.tasks.create_task(key)
    database.tasks.finish_task(failed, "[bold]it broke" + "!" * 300)
    database.cancellations.cancel_task(cancelled)
    head, *lines = called(tmp_path, capsys, "list")[0].splitlines()
    assert head.split() == ["token", "state", "created", "outputs", "key", "error"]
    seen = {line.split()[0]: line for line in lines}
    states = {token: line.split()[1] for token, line in seen.items()}
    assert states == {failed: "failed", running: "downloading", cancelled: "cancelled", waiting: "created"}
    assert "[bold]it broke" + "!" * 300 in seen[failed]
    assert len(called(tmp_path, capsys, "list", "--key", "mine")[0].splitlines()) == 3
    assert "no API key other" in called(tmp_path, capsys, "list", "--key", "other", code=1)[1]
    assert len(called(tmp_path, capsys, "list", "--status", "completed")[0].splitlines()) == 3
    out, err = called(tmp_path, capsys, "list", "--limit", "1")
    assert (len(out.splitlines()), err) == (2, "These are 1 of 4: --limit shows more.\n")
    listed = json.loads(called(tmp_path, capsys, "list", "--json", "--key", "mine")[0])
    assert listed["total"] == 2
    assert {task["task_token"] for task in listed["tasks"]} == {failed, waiting}


def test_one_task(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was asked for, what came of it and what happened, when and by whom; or JSON."""
    token = started(database)
    database.events.worker = "machine-1"
    database.outputs.advance_outputs(token, [0], TaskStatus.ENCODING)
    database.tasks.add_warnings(token, [Warned("mind [the] step")])
    place = (Location("s3", "https://s3.example.com/b/out/a.vtt", "out/a.vtt"),)
    database.outputs.finish_output(token, 0, OutputResult(MediaKind.IMAGE, "thumbnails", "a", ("a",), 10, "vtt"), place)
    database.tasks.finish_task(token, "it broke")
    out, _ = called(tmp_path, capsys, "show", token)
    assert out.startswith(f"{token}: failed, it broke\nWarning: mind [the] step\n")
    for words in (
        "https://s3.example.com/b/out/a.vtt",
        '"interval": 1',
        "output begun",
        "machine-1",
        "mind [the] step",
    ):
        assert words in out
    document = json.loads(called(tmp_path, capsys, "show", token, "--json")[0])
    assert document["query"]["source"] == "https://example.com/a.mp4"
    assert [event["name"] for event in document["events"]] == [
        *("submitted", "output_begun", "warned", "output_ended", "failed")
    ]
    assert document["events"][1]["worker"] == "machine-1"
    assert f"There is no task {'0' * 32}" in called(tmp_path, capsys, "show", "0" * 32, code=1)[1]


def test_cancelling(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is still to be removed is told; a task that has ended is refused; the query stays as the settings say."""
    monkeypatch.setattr("filmstrip.cli.commands.tasks._CLEAN_SECONDS", 0)
    waiting, begun, ended = (started(database) for _ in range(3))
    database.outputs.advance_outputs(begun, [0], TaskStatus.ENCODING)
    database.artifacts.record_artifacts(begun, 0, [PutArtifact("group", Artifact("a", "image/png", 10))])
    database.tasks.finish_task(ended)
    assert called(tmp_path, capsys, "cancel", waiting)[1] == f"{waiting} is cancelled.\n"
    told = called(tmp_path, capsys, "cancel", begun)[1]
    assert told == f"{begun} is cancelled; what it has put is still to be removed by a worker.\n"
    database.cancellations.postpone_cleaning(begun, None)
    assert "not all that it has put could be removed" in called(tmp_path, capsys, "cancel", begun)[1]
    assert "has ended already" in called(tmp_path, capsys, "cancel", ended, code=1)[1]
    assert database.retries.read_failed(waiting).query == QUERY
    assert f"There is no task {'0' * 32}" in called(tmp_path, capsys, "cancel", "0" * 32, code=1)[1]


def test_beginning_again(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The token of the new task is printed; one that cannot be begun again is told why."""
    token = started(database)
    assert "has not ended: cancel it first" in called(tmp_path, capsys, "retry", token, code=1)[1]
    database.tasks.finish_task(token, "it broke", keep_query_hours=1)
    new = called(tmp_path, capsys, "retry", token)[0].strip()
    task = database.tasks.read_tasks([new])[new]
    assert (task.restart_of, task.status, len(task.outputs)) == (token, TaskStatus.DOWNLOADING, 1)
    assert new.startswith("00"), "as the setting `cell` says"
    assert f"begun again already, as {new}" in called(tmp_path, capsys, "retry", token, code=1)[1]
