"""A new database, for tests of what works with one."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

from alembic.command import upgrade
from alembic.config import Config

from filmstrip.db.backends._base import WRITES
from filmstrip.db.database import Database, utc_now
from filmstrip.db.encryption import KEY_BYTES, Cipher
from filmstrip.db.revision import MIGRATIONS

NAME = "filmstrip.db"
ADDRESS = "database.url"
CIPHER = Cipher(bytes(KEY_BYTES))


def open_database(folder: Path, now: Callable[[], datetime] = utc_now) -> Database:
    """Open the database of a folder, with all tables: the one at the address in its file `database.url`, or a file."""
    path, address = folder / NAME, folder / ADDRESS
    if not address.exists() and not path.exists():
        put_file(path, _tables())
    opened = Database(address.read_text() if address.exists() else f"sqlite:///{path}", CIPHER, now=now)
    opened.migrate()
    return opened


@contextmanager
def fresh_database(folder: Path, now: Callable[[], datetime] = utc_now) -> Iterator[Database]:
    """Make a database in a folder, with all tables, and close it at the end of the block."""
    with closing(open_database(folder, now)) as opened:
        yield opened


def put_file(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, as databases are."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def content_of(path: Path) -> bytes:
    """Return what a database's file holds, with what is still in its log."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.serialize()


@cache
def _tables() -> bytes:
    """Make the tables, once for all tests of this process: all migrations take longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAME
        with closing(Database(f"sqlite:///{path}", CIPHER)) as opened:
            opened.migrate()
        return content_of(path)


def make_older(path: Path, revision: str) -> None:
    """Make a database as an older version left it."""
    older = Database(f"sqlite:///{path}", CIPHER)
    with (
        older._transactions.backend.engine.connect().execution_options(**{WRITES: True}) as connection,
        connection.begin(),
    ):
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        upgrade(config, revision)
    older.close()
