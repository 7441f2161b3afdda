"""How is SQLite opened so that nothing is lost?"""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import upgrade
from alembic.config import Config
from alembic.migration import MigrationContext

from filmstrip.db.backends._base import WRITES
from filmstrip.db.backends.sqlite import database_path
from filmstrip.db.database import Database
from filmstrip.db.encryption import KEY_BYTES, Cipher
from filmstrip.db.revision import MIGRATIONS
from filmstrip.db.tables import metadata
from filmstrip.domain.errors import ResourceError


def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    """A database that was migrated from nothing has exactly the tables of `db.tables`."""
    with database._transactions.backend.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    """Every start migrates; what is there stays."""
    key, _ = database.keys.create_key("mine")
    database.migrate()
    assert database.keys.list_keys() == (key,)


def test_two_that_migrate_at_once_wait_for_each_other(database: Database, tmp_path: Path) -> None:
    """Two processes that start on one new database make its tables once."""
    url = f"sqlite:///{tmp_path}/other.db"
    for _ in range(5):
        _migrate_at_once(url, database)
        for path in tmp_path.glob("other.db*"):
            path.unlink()


def _migrate_at_once(url: str, database: Database) -> None:
    twins = [Database(url, database.tasks._cipher) for _ in range(2)]
    threads = [threading.Thread(target=twin.migrate) for twin in twins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for twin in twins:
        assert twin.keys.list_keys() == ()
        twin.close()


def test_every_commit_is_on_the_disk(database: Database) -> None:
    """Ours are there when they end (synchronous=FULL, 2); the durable engine's follow in the same log (NORMAL, 1)."""
    companion = database.companion_engine()
    for engine, synchronous in ((database._transactions.backend.engine, 2), (companion, 1)):
        with engine.connect() as connection:
            pragmas = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            ]
            assert pragmas == ["wal", synchronous, 1, 30000]
    companion.dispose()


def test_the_files_are_for_their_owner_alone(database: Database, tmp_path: Path) -> None:
    """Nobody else may read the database, nor the log beside it."""
    database.keys.create_key("mine")
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("filmstrip.db", "filmstrip.db-wal", "filmstrip.db-shm"), 0o600)


def test_the_live_file_is_opened_by_nothing_but_sqlite(database: Database, tmp_path: Path) -> None:
    """A second way into a database that is in use keeps the locks of the first: another process is not the last one."""
    database.keys.create_key("in the log")
    companion = database.companion_engine()
    other = Database(f"sqlite:///{tmp_path}/filmstrip.db", database.tasks._cipher)
    log = (tmp_path / "filmstrip.db-wal").stat()
    leave = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM api_key'); c.close()"
    subprocess.run([sys.executable, "-c", leave, str(tmp_path / "filmstrip.db")], check=True)
    assert (tmp_path / "filmstrip.db-wal").stat().st_ino == log.st_ino
    assert [key.name for key in database.keys.list_keys()] == ["in the log"]
    other.close()
    companion.dispose()


def test_a_new_file_is_private_whoever_makes_it(tmp_path: Path) -> None:
    """Processes that begin on a new database at once, under the most open umask, make one file for its owner alone."""
    make = (
        "import os, sys; os.umask(0)\n"
        "from filmstrip.db.database import Database; from filmstrip.db.encryption import *\n"
        "d = Database(sys.argv[1], Cipher(bytes(KEY_BYTES))); d.migrate(); d.keys.create_key(sys.argv[2])"
    )
    url = f"sqlite:///{tmp_path}/new.db"
    makers = [subprocess.Popen([sys.executable, "-c", make, url, f"key-{number}"]) for number in range(4)]
    assert [maker.wait(50) for maker in makers] == [0] * 4
    # Two that end at the same moment may each take the other for the one that tidies up: then the log stays.
    assert {path.name for path in tmp_path.iterdir()} - {"new.db-wal", "new.db-shm"} == {"new.db"}
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    database = Database(url, Cipher(bytes(KEY_BYTES)))
    assert len(database.keys.list_keys()) == 4
    database.close()


def test_one_service_at_a_time(database: Database, tmp_path: Path) -> None:
    """The database belongs to one service, also under another name; a command beside it needs no leave."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "link.db").symlink_to(tmp_path / "filmstrip.db")
    database.claim()
    second = Database(f"sqlite:///{tmp_path}/other/link.db", database.tasks._cipher)
    with pytest.raises(ResourceError, match="is used by a service that runs now"):
        second.claim()
    second.keys.create_key("beside it")
    database.close()
    second.claim()
    second.close()


def test_no_command_changes_tables_under_a_running_service(tmp_path: Path, database: Database) -> None:
    """A command of a newer version leaves the tables of a running older service alone; alone, it brings them up."""
    url = f"sqlite:///{tmp_path}/old.db"
    older = Database(url, database.tasks._cipher)
    with (
        older._transactions.backend.engine.connect().execution_options(**{WRITES: True}) as connection,
        connection.begin(),
    ):
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        upgrade(config, "0001")
    older.claim()
    newer = Database(url, database.tasks._cipher)
    with pytest.raises(ResourceError, match="A service of another version of Filmstrip runs on the database"):
        newer.migrate()
    older.close()
    newer.migrate()
    assert newer.keys.list_keys() == ()
    newer.migrate()
    newer.close()


def test_writers_wait_for_each_other(database: Database) -> None:
    """Many writers at once all get their turn: none hears that the database is locked."""
    token = database.tasks.create_task(None)
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(20):
                database.interruptions.begin_work(token)
        except Exception as error:  # noqa: BLE001 - any kind would be a failure
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize(
    "url", ["postgresql://host/db", "sqlite://", "sqlite:///:memory:", "sqlite:///file:/x", "sqlite:////x?a=b"]
)
def test_another_database_is_refused_by_name(url: str) -> None:
    """Only a SQLite file is a database for now, and the error names the setting."""
    with pytest.raises(ValueError, match=r"database_url: .* is not of the form sqlite"):
        database_path(url)
