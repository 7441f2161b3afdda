"""Is it known without Alembic whether there is anything to migrate?"""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from filmstrip.db.backends._base import WRITES
from filmstrip.db.backup import KEY_TABLE
from filmstrip.db.database import Database
from filmstrip.db.revision import MIGRATIONS, find_revision, revisions
from filmstrip.domain.errors import ResourceError
from fresh_database import CIPHER, make_older


def test_it_is_what_alembic_says(database: Database) -> None:
    """The numbers of the files are the revisions that Alembic goes through, each once, and a database has the last."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert revisions() == [script.revision for script in scripts.walk_revisions()][::-1]
    assert [find_revision(database._transactions.backend)] == scripts.get_heads() == revisions()[-1:]


def test_a_start_on_tables_of_today_does_not_load_alembic(database: Database, tmp_path: Path) -> None:
    """Only where there is something to do is loaded what does it."""
    database.close()
    program = (
        "import sys; from filmstrip.db.database import Database; from filmstrip.db.encryption import Cipher;"
        "opened = Database(sys.argv[1], Cipher(bytes(32))); opened.migrate(); print(opened.keys.list_keys());"
        "print([name for name in sys.modules if name.startswith(('alembic', 'mako'))])"
    )
    for name, loads in (("filmstrip.db", False), ("new.db", True)):
        command = [sys.executable, "-c", program, f"sqlite:///{tmp_path}/{name}"]
        keys, loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        assert (keys, loaded != "[]") == ("()", loads)


def test_a_backup_with_its_key_is_refused_though_nothing_is_to_migrate(database: Database) -> None:
    """No service works on a file that holds its secret key in plain, also where its tables are of today."""
    with (
        database._transactions.backend.engine.connect().execution_options(**{WRITES: True}) as connection,
        connection.begin(),
    ):
        connection.exec_driver_sql(f"CREATE TABLE {KEY_TABLE} (key TEXT NOT NULL)")
    with pytest.raises(ResourceError, match="put it in place by `filmstrip restore`"):
        database.migrate()


def test_tables_of_a_newer_version_are_left_alone(database: Database) -> None:
    """A revision that this version does not know is no older one: it is refused, whoever asks."""
    with (
        database._transactions.backend.engine.connect().execution_options(**{WRITES: True}) as connection,
        connection.begin(),
    ):
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ResourceError, match="was made by another version of Filmstrip"):
        database.migrate()


def test_a_task_of_an_older_version_keeps_its_upload(tmp_path: Path) -> None:
    """It had one at most, in its own row; the task still works with it, so that nobody removes it."""
    path, identity = tmp_path / "older", "5a" * 16
    make_older(path, "0008")
    task = (
        "INSERT INTO task (token, status, created_at, warnings, is_at_work, interruptions, upload_id) "
        "VALUES (?, 'encoding', '2031-05-02 10:00:00.000000', '[]', 0, 0, ?)"
    )
    upload = (
        'INSERT INTO upload (id, task_token, "offset", metadata, expires_at) '
        "VALUES (?, ?, 5, '', '2001-01-01 10:00:00.000000')"
    )
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute(task, ("7c" * 16, identity))
        plain.execute(task, ("8c" * 16, None))
        plain.execute(upload, (identity, "7c" * 16))
    newer = Database(f"sqlite:///{path}", CIPHER)
    newer.migrate()
    assert not newer.uploads.delete(identity)
    newer.tasks.finish_task("7c" * 16)
    assert newer.uploads.delete(identity)
    newer.close()
