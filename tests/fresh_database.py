"""A new database, for tests of what works with one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filmstrip.db.database import Database
from filmstrip.db.encryption import KEY_BYTES, Cipher


@contextmanager
def fresh_database(folder: Path) -> Iterator[Database]:
    """Make a database in a folder, with all tables, and close it at the end of the block."""
    opened = Database(f"sqlite:///{folder}/filmstrip.db", Cipher(bytes(KEY_BYTES)))
    opened.migrate()
    try:
        yield opened
    finally:
        opened.close()
