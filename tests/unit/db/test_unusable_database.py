"""What if the database cannot be used?"""

import sqlite3
from pathlib import Path

import pytest

from filmstrip.db.backends.sqlite import SqliteBackend
from filmstrip.db.migrating import migrate
from filmstrip.domain.errors import ResourceError


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """A damaged file gives a sentence that says so."""
    (tmp_path / "filmstrip.db").write_bytes(b"this is not a database" * 100)
    backend = SqliteBackend(f"sqlite:///{tmp_path}/filmstrip.db")
    with pytest.raises(ResourceError, match="The database cannot be used: file is not a database"):
        migrate(backend)
    backend.close()


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    """An older program does not touch tables that it does not know."""
    backend = SqliteBackend(f"sqlite:///{tmp_path}/filmstrip.db")
    migrate(backend)
    with sqlite3.connect(tmp_path / "filmstrip.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from the future'")
    connection.close()
    with pytest.raises(ResourceError, match="was made by another version of Filmstrip"):
        migrate(backend)
    backend.close()
