"""Can everything that must survive be copied beside a service at work, and put back?"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest

from filmstrip.cli.main import ExitCode, run
from filmstrip.db.database import Database
from filmstrip.db.encryption import Cipher, parse_key
from filmstrip.db.task_records import NewOutput, Submission
from filmstrip.domain.artifact import MediaKind
from filmstrip.service.data_folder import open_database
from filmstrip.settings.reading import read_settings
from filmstrip.testing.filmstrip_server import filmstrip_program

SECRET = "5e" * 32


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith("FILMSTRIP_"):
            monkeypatch.delenv(name)
    folder = tmp_path / "data"
    monkeypatch.setenv("FILMSTRIP_DATA_DIR", str(folder))
    return folder


def add_task(query: str = "{}") -> str:
    """Start a task as a service does, in this data folder's database; it stays unfinished."""
    with open_database(read_settings().service) as database:
        token = database.tasks.create_task(None)
        database.tasks.submit_task(
            token,
            Submission(query, (NewOutput("mp4", MediaKind.VIDEO, "video-0-0-0", None),)),
            lambda _connection: None,
        )
        return token


def query_of(token: str) -> str:
    with open_database(read_settings().service) as database:
        return database.tasks.read_query(token)


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run(arguments) == ExitCode.FAILED
    return capsys.readouterr().err


@pytest.mark.parametrize("with_key", [False, True])
def test_a_backup_is_restored(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, with_key: bool
) -> None:
    """What was there when the copy was made is there again, and can be read; what came later is gone."""
    token, backup = add_task("[1]"), str(tmp_path / "b.db")
    assert run(["backup", backup, *(["--with-key"] if with_key else [])]) == ExitCode.DONE
    told = capsys.readouterr()
    assert told.out == f"{backup}\n"
    assert (f"Keep {data}/secret.key beside it" in told.err) is not with_key
    later = add_task("[2]")
    if with_key:
        (data / "secret.key").write_text("77" * 32 + "\n")
    assert run(["restore", backup, "--overwrite"]) == ExitCode.DONE
    assert query_of(token) == "[1]"
    with open_database(read_settings().service) as database:
        assert database.tasks.read_tasks([later]) == {}
    assert (data / "secret.key").stat().st_mode & 0o777 == 0o600
    content = (data / "filmstrip.db").read_bytes()
    assert (data / "secret.key").read_text().strip().encode() not in content


def test_a_backup_of_a_key_from_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key that the settings give is named as such, taken in, and goes to an installation without the setting."""
    monkeypatch.setenv("FILMSTRIP_SECRET_KEY", SECRET)
    token, backup = add_task("[1]"), str(tmp_path / "b.db")
    assert run(["backup", str(tmp_path / "plain.db")]) == ExitCode.DONE
    assert "Keep the value of the setting secret_key beside it" in capsys.readouterr().err
    assert run(["backup", backup, "--with-key"]) == ExitCode.DONE
    monkeypatch.delenv("FILMSTRIP_SECRET_KEY")
    monkeypatch.setenv("FILMSTRIP_DATA_DIR", str(tmp_path / "new"))
    assert run(["restore", backup]) == ExitCode.DONE
    assert (tmp_path / "new" / "secret.key").read_text().strip() == SECRET
    assert query_of(token) == "[1]"
    monkeypatch.setenv("FILMSTRIP_SECRET_KEY", "77" * 32)
    assert "secret_key is not the key of this backup" in refusal(capsys, "restore", backup, "--overwrite")


def test_a_backup_is_one_private_file_that_nothing_is_beside(tmp_path: Path, data: Path) -> None:
    """The copy is for its owner alone, needs no log, and stands alone; also of a database whose log is long."""
    add_task()
    folder = tmp_path / "kept"
    folder.mkdir()
    with open_database(read_settings().service) as database:
        database.keys.create_key("only in the log")
        assert (data / "filmstrip.db-wal").stat().st_size > 0
        assert run(["backup", str(folder / "b.db")]) == ExitCode.DONE
    assert [path.name for path in folder.iterdir()] == ["b.db"]
    assert (folder / "b.db").stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(f"file:{folder}/b.db?mode=ro&immutable=1", uri=True)) as copy:
        assert copy.execute("SELECT name FROM api_key").fetchall() == [("only in the log",)]


def test_nothing_is_overwritten_unasked(tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file, a database and a key that are there stay, until --overwrite is said; the database never is the target."""
    add_task()
    backup = tmp_path / "b.db"
    backup.write_text("mine")
    assert "is there already: name another file, or say --overwrite" in refusal(capsys, "backup", str(backup))
    assert backup.read_text() == "mine"
    assert run(["backup", str(backup), "--overwrite"]) == ExitCode.DONE
    assert "There is a database at" in refusal(capsys, "restore", str(backup))
    for live in ("filmstrip.db", "filmstrip.db-wal"):
        assert "is the database itself" in refusal(capsys, "backup", str(data / live), "--overwrite")
    assert "is not an ordinary file" in refusal(capsys, "backup", str(tmp_path), "--overwrite")
    assert "cannot be made: No such file or directory" in refusal(capsys, "backup", str(tmp_path / "no" / "b.db"))


def test_what_is_no_backup_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another file, another database and a cut-off backup are named, and change nothing."""
    token, backup = add_task("[1]"), tmp_path / "b.db"
    assert "There is no file" in refusal(capsys, "restore", str(backup), "--overwrite")
    backup.write_text("no database " * 1000)
    assert "cannot be used as a database" in refusal(capsys, "restore", str(backup), "--overwrite")
    backup.unlink()
    with closing(sqlite3.connect(backup)) as other:
        other.execute("CREATE TABLE t (a)")
    assert "its tables are missing" in refusal(capsys, "restore", str(backup), "--overwrite")
    assert run(["backup", str(backup), "--overwrite"]) == ExitCode.DONE
    os.truncate(backup, backup.stat().st_size // 2)
    refusal(capsys, "restore", str(backup), "--overwrite")
    assert query_of(token) == "[1]"


def test_a_key_that_does_not_fit_is_told_before_anything_changes(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A backup whose unfinished tasks nobody could read is not put in place."""
    add_task("[1]")
    assert run(["backup", str(tmp_path / "b.db")]) == ExitCode.DONE
    (data / "secret.key").write_text("77" * 32 + "\n")
    said = refusal(capsys, "restore", str(tmp_path / "b.db"), "--overwrite")
    assert "The secret key does not fit this backup: 1 unfinished tasks" in said


def test_a_database_that_is_missing_is_told(tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A backup of nothing is no empty database, and makes none."""
    assert "There is no database at" in refusal(capsys, "backup", str(tmp_path / "b.db"))
    assert not data.exists()
    assert not (tmp_path / "b.db").exists()


def test_a_backup_with_its_key_is_never_worked_on(tmp_path: Path, data: Path) -> None:
    """A backup that was copied by hand, key and all, is refused with the command that puts it in place."""
    add_task()
    assert run(["backup", str(tmp_path / "b.db"), "--with-key"]) == ExitCode.DONE
    (tmp_path / "b.db").replace(data / "filmstrip.db")
    assert run(["keys", "list"]) == ExitCode.FAILED


def test_a_restore_waits_for_no_one_and_takes_nothing_from_anyone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """While a service or another command has the database, it is not replaced."""
    token = add_task("[1]")
    assert run(["backup", str(tmp_path / "b.db")]) == ExitCode.DONE
    with open_database(read_settings().service, alone=True):
        said = refusal(capsys, "restore", str(tmp_path / "b.db"), "--overwrite")
        assert "is used by a service that runs now" in said
    with open_database(read_settings().service) as database:
        database.tasks.create_task(None)
        said = refusal(capsys, "restore", str(tmp_path / "b.db"), "--overwrite")
        assert "is in use: end the commands that use it first" in said
        assert list(database.tasks.read_tasks([token])) == [token]


def test_a_restore_that_fails_leaves_the_key(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The key of what is there stays beside it, or nobody could ever read it again."""
    monkeypatch.setenv("FILMSTRIP_DATA_DIR", str(tmp_path / "other"))
    add_task("[1]")
    assert run(["backup", str(tmp_path / "b.db"), "--with-key"]) == ExitCode.DONE
    monkeypatch.setenv("FILMSTRIP_DATA_DIR", str(data))
    token = add_task("[2]")
    with open_database(read_settings().service) as database:
        database.tasks.create_task(None)
        assert "is in use" in refusal(capsys, "restore", str(tmp_path / "b.db"), "--overwrite")
    assert query_of(token) == "[2]"
    assert not list(data.glob(".secret.key-*"))
    other_key = (tmp_path / "other" / "secret.key").read_text()
    assert run(["restore", str(tmp_path / "b.db"), "--overwrite"]) == ExitCode.DONE
    assert (data / "secret.key").read_text() == other_key


def test_a_database_whose_log_is_beside_it_is_no_backup(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy of the files of a running service is not restored without what its log holds, and the way out works."""
    copied, backup = tmp_path / "copied", str(tmp_path / "b.db")
    copied.mkdir()
    with open_database(read_settings().service) as database:
        database.keys.create_key("only in the log")
        for path in data.glob("filmstrip.db*"):
            shutil.copy(path, copied)
    said = refusal(capsys, "restore", str(copied / "filmstrip.db"), "--overwrite")
    assert "is no backup but a database in use, and not whole without filmstrip.db-wal beside it" in said
    url = said.rpartition("database_url set to ")[2].strip()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FILMSTRIP_DATABASE_URL", url)
        assert run(["backup", backup]) == ExitCode.DONE
    (data / "filmstrip.db").unlink()
    assert run(["restore", backup]) == ExitCode.DONE
    with open_database(read_settings().service) as database:
        assert [key.name for key in database.keys.list_keys()] == ["only in the log"]


def test_a_backup_is_whole_or_not_at_all(tmp_path: Path) -> None:
    """A backup that is killed leaves no file under the name that was asked for."""
    add_task("x" * 40_000_000)
    folder = tmp_path / "kept"
    folder.mkdir()
    process = subprocess.Popen([filmstrip_program(), "backup", str(folder / "b.db")], stdout=subprocess.DEVNULL)
    while not any(path.stat().st_size for path in folder.iterdir()):
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (folder / "b.db").exists()


def test_a_backup_is_of_one_moment(tmp_path: Path, data: Path) -> None:
    """A copy that is made while somebody writes holds a task with what belongs to it, or neither."""
    is_over = threading.Event()

    def write() -> None:
        with open_database(read_settings().service) as database:
            while not is_over.is_set():
                database.keys.create_key(database.tasks.create_task(None))

    add_task()
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            assert run(["backup", str(tmp_path / f"{number}.db")]) == ExitCode.DONE
    finally:
        is_over.set()
        writer.join()
    with closing(sqlite3.connect(tmp_path / "4.db")) as copy:
        ((tasks, keys),) = copy.execute("SELECT (SELECT count(*) FROM task), (SELECT count(*) FROM api_key)")
        assert tasks - 1 - keys in (0, 1)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    url = f"sqlite:///{tmp_path}/4.db"
    whole = Database(url, Cipher(parse_key((data / "secret.key").read_text().strip())))
    whole.migrate()
    whole.close()
