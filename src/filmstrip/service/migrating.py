"""Brings all tables of a database to the shape of this version: ours, and those of the durable engine."""

from __future__ import annotations

from filmstrip.jobs.tasks.submitting import Desk
from filmstrip.service.data_folder import open_database
from filmstrip.settings.settings import Settings


def migrate_all(settings: Settings) -> None:
    """Bring all tables to the shape of this version; a service of this version may run beside it.

    Raises:
        FilmstripError: The database cannot be used, or a service of another version runs on it.
    """
    with open_database(settings.service) as database:
        desk = Desk(database, settings.jobs, settings.storage)
        desk.open()
        desk.close()
