"""Which file is named where a backup cannot be made?"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from filmstrip.db.backup import back_up
from filmstrip.domain.errors import ResourceError

NOBODY = 65534


@pytest.fixture
def ordinary_folder() -> Iterator[Path]:
    """Be somebody whom modes of files hold, with a folder of one's own."""
    before, user = os.geteuid(), os.geteuid() or NOBODY
    with tempfile.TemporaryDirectory(prefix="filmstrip-test-") as name:
        os.chown(name, user, -1)
        os.seteuid(user)
        yield Path(name)
        os.seteuid(before)


def test_a_database_that_cannot_be_read_where_it_is_is_named(ordinary_folder: Path) -> None:
    """SQLite reads no database in use where it may write nothing; it is told, with what to do."""
    folder = ordinary_folder / "read only"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "filmstrip.db")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE t (a)")
    folder.chmod(0o500)
    try:
        with pytest.raises(ResourceError, match=r"read only/filmstrip\.db cannot be opened where SQLite may write"):
            back_up(folder / "filmstrip.db", ordinary_folder / "b.db", secret_key=None)
    finally:
        folder.chmod(0o700)
    assert [path.name for path in ordinary_folder.iterdir()] == ["read only"]
    back_up(folder / "filmstrip.db", ordinary_folder / "b.db", secret_key=None)
    assert (ordinary_folder / "b.db").is_file()
