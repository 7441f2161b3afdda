"""How do the tables get from one version's shape to the next? By Alembic, with the migrations in this package."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
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


def is_outdated(engine: Engine) -> bool:
    """Check whether the tables are there in the shape of an older version."""
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        raise ResourceError(f"The database cannot be used: {error.orig}") from error
    return found is not None and found in _older_revisions()


def _older_revisions() -> set[str]:
    """Return all revisions but the newest."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    return {script.revision for script in scripts.walk_revisions()} - set(scripts.get_heads())


def _refuse_bare_backup(connection: Connection) -> None:
    """See to it that no service works on a file that holds its secret key in plain."""
    if connection.exec_driver_sql("SELECT 1 FROM sqlite_schema WHERE name = ?", (KEY_TABLE,)).first() is not None:
        raise ResourceError(
            "The database is a backup with its secret key in it: put it in place by `filmstrip restore`"
        )
