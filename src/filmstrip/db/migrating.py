"""Brings the tables from one version's shape to the next: by Alembic, with the migrations in this package."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from filmstrip.db.backends._base import Backend
from filmstrip.db.revision import MIGRATIONS, refuse_bare_backup
from filmstrip.db.unusable import telling_why
from filmstrip.domain.errors import ResourceError


def migrate(backend: Backend) -> None:
    """Bring the tables to the newest shape, in one transaction; two processes at once wait for each other.

    Raises:
        ResourceError: The database cannot be used, or was made by a newer version.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        with telling_why(), backend.writing(backend.engine) as connection:
            backend.hold_migrations(connection)
            refuse_bare_backup(backend, connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise ResourceError(f"The database was made by another version of Filmstrip: {error}") from error
