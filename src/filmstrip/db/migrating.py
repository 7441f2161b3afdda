"""How do the tables get from one version's shape to the next? By Alembic, with the migrations in this package."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from filmstrip.db.backup import KEY_TABLE
from filmstrip.db.sqlite import WRITES
from filmstrip.domain.errors import ResourceError

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest shape, in one transaction; two processes at once wait for each other.

    Raises:
        ResourceError: The database cannot be used, or was made by a newer version.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            _refuse_bare_backup(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise ResourceError(f"The database cannot be used: {error.orig}") from error
    except CommandError as error:
        raise ResourceError(f"The database was made by another version of Filmstrip: {error}") from error


def _refuse_bare_backup(connection: Connection) -> None:
    """See to it that no service works on a file that holds its secret key in plain."""
    if connection.exec_driver_sql("SELECT 1 FROM sqlite_schema WHERE name = ?", (KEY_TABLE,)).first() is not None:
        raise ResourceError(
            "The database is a backup with its secret key in it: put it in place by `filmstrip restore`"
        )
