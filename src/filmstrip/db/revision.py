"""The shape of the tables: their revision is the number of the last migration that was run on them.

Each start asks. Alembic would take a tenth of a second of a core to load, and is needed only if something is to do.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from filmstrip.db.backends._base import Backend
from filmstrip.db.backup import KEY_TABLE
from filmstrip.db.unusable import telling_why
from filmstrip.domain.errors import ResourceError

MIGRATIONS = Path(__file__).parent / "migrations"

_VERSION_TABLE = "alembic_version"


def revisions() -> list[str]:
    """Return all revisions there are, the newest last: the numbers that the files of the migrations begin with."""
    files = (MIGRATIONS / "versions").glob("[0-9]*_*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def find_revision(backend: Backend) -> str | None:
    """Return the revision of the tables, None if there are none yet; a database that cannot be written to is refused.

    Raises:
        ResourceError: The database cannot be used.
    """
    with telling_why(), backend.writing(backend.engine) as connection:
        refuse_bare_backup(backend, connection)
        if not backend.has_table(connection, _VERSION_TABLE):
            return None
        found = connection.exec_driver_sql(f"SELECT version_num FROM {_VERSION_TABLE}").first()  # noqa: S608 - a constant
    return str(found[0]) if found else None


def refuse_bare_backup(backend: Backend, connection: Connection) -> None:
    """See to it that no service works on a file that holds its secret key in plain.

    Raises:
        ResourceError: It does.
    """
    if backend.has_table(connection, KEY_TABLE):
        raise ResourceError(
            "The database is a backup with its secret key in it: put it in place by `filmstrip restore`"
        )
