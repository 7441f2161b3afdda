"""What does an operator see of what was made?"""

import json
from pathlib import Path

import pytest

from filmstrip.cli.main import ExitCode, run
from filmstrip.db.task_records import NewOutput, Submission
from filmstrip.domain.artifact import MediaKind
from fresh_database import fresh_database

OUTPUTS = (NewOutput("mp4", MediaKind.VIDEO, "video-0-0-0", None),)


def test_usage_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each day and key; what is no day is refused."""
    monkeypatch.setenv("FILMSTRIP_SECRET_KEY", "00" * 32)
    with fresh_database(tmp_path) as database:
        for key_id in (database.keys.create_key("shop")[0].id, None):
            token = database.tasks.create_task(key_id)
            database.tasks.submit_task(token, Submission("{}", OUTPUTS), lambda _connection: None)
            database.tasks.finish_task(token, "It failed" if key_id is None else None)
    place = ["--data-dir", str(tmp_path)]
    assert run(["usage", *place]) == ExitCode.DONE
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["day", "key", "tasks", "failed"]
    assert sorted(line.split()[1:] for line in lines) == [
        ["-", "1", "1", "0.0", "0.0", "0", "0.0"],
        ["shop", "1", "0", "0.0", "0.0", "0", "0.0"],
    ]
    assert run(["usage", "--json", "--key", "shop", *place]) == ExitCode.DONE
    (told,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert {name: told[name] for name in ("key", "tasks", "failed_tasks")} == {
        "key": "shop",
        "tasks": 1,
        "failed_tasks": 0,
    }
    assert run(["usage", "--since", "2999-01-01", "--json", *place]) == ExitCode.DONE
    assert capsys.readouterr().out == ""
    assert run(["usage", "--since", "yesterday", *place]) == ExitCode.MISUSED
