"""When there is no room to write anything down."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from filmstrip.db.database import Database
from filmstrip.db.encryption import KEY_BYTES, Cipher
from filmstrip.domain.errors import DiskFullError


@pytest.fixture
def full_database(tmp_path: Path) -> Iterator[Database]:
    """A database whose file may not grow: SQLite says then what it says on a full disk (SQLITE_FULL)."""
    database = Database(f"sqlite:///{tmp_path}/filmstrip.db", Cipher(bytes(KEY_BYTES)))
    database.migrate()
    event.listen(
        database._transactions.backend.engine,
        "begin",
        lambda connection: connection.exec_driver_sql("PRAGMA max_page_count=1"),
    )
    yield database
    database.close()


def fill(database: Database) -> None:
    for number in range(10_000):
        database.keys.create_key(f"{number:0100}")


def test_a_full_disk_is_named_and_reading_goes_on(full_database: Database) -> None:
    """What cannot be written is refused with the reason, nothing of it is there, and reading still works."""
    with pytest.raises(DiskFullError, match="The disk with the database is full"):
        fill(full_database)
    names = [key.name for key in full_database.keys.list_keys()]
    assert names == [f"{number:0100}" for number in range(len(names))]
