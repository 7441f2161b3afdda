"""What does an operator see of callbacks that did not arrive, and what can be asked of them?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from filmstrip.cli.main import run
from filmstrip.db.callback_records import CallbackTarget
from filmstrip.db.database import Database
from filmstrip.db.task_records import NewOutput, Submission
from filmstrip.domain.artifact import MediaKind
from fresh_database import fresh_database

REASON = "503 Service Unavailable"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with fresh_database(tmp_path) as opened:
        yield opened


def submitted(database: Database) -> str:
    token = database.tasks.create_task(None)
    target = CallbackTarget("http://user:hidden@[fd00::1]:81/hook?token=hidden", "")
    outputs = (NewOutput("toy", MediaKind.IMAGE, "image-0-0-0", None),)
    database.tasks.submit_task(token, Submission("{}", outputs, callback=target), lambda _connection: None)
    return token


def test_a_line_for_each(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With all that is known of it, nothing of which is cut, folded or taken for markup, and nothing secret."""
    token = submitted(database)
    database.tasks.finish_task(token, "It broke")
    queued, error, saved = database.callbacks.list_all()
    database.callbacks.postpone(queued, queued.created_at, f"{REASON} [bold]")
    database.callbacks.give_up(queued)
    database.callbacks.ask_for([saved.event_id])
    assert run(["callbacks", "list", "--data-dir", str(tmp_path)]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "happened", "receiver", "tries", "next", "try", "last", "failure"]
    assert [line.split()[0] for line in lines] == [each.event_id for each in (queued, error, saved)]
    assert all("[fd00::1]:81" in line and "hidden" not in line for line in lines)
    assert [words in line for words, line in zip(("given up", " UTC", "asked for"), lines, strict=True)] == [True] * 3
    assert lines[0].rstrip().endswith(f"{REASON} [bold]")


def test_what_is_asked_for(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One by its name, or all; a name that is not there is told, and the others are sent all the same."""
    token, other = submitted(database), submitted(database)
    flag = ["--data-dir", str(tmp_path)]
    assert run(["callbacks", "resend", f"{token}.queued", "no-such", *flag]) == 1
    assert "1 are sent again; not listed, or told meanwhile: no-such" in capsys.readouterr().err
    assert [each.token for each in database.callbacks.asked_for()] == [token]
    assert run(["callbacks", "resend", "--all", *flag]) == 0
    assert [each.token for each in database.callbacks.asked_for()] == [token, other]
    for wrong in ([], ["--all", "x"]):
        assert run(["callbacks", "resend", *wrong, *flag]) == 2
        assert "Name callbacks by their IDs, or give --all" in capsys.readouterr().err
