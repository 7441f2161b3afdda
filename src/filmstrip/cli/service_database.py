"""The database of the service, for commands that change it beside a service that may run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filmstrip.db.database import Database
from filmstrip.service.data_folder import open_database
from filmstrip.settings.reading import read_settings


@contextmanager
def service_database(config: Path | None, data_dir: str | None) -> Iterator[Database]:
    """Open the database until the block ends.

    Args:
        config: TOML file with settings, None without one.
        data_dir: The data folder, None for that of the settings.
    """
    with open_database(read_settings(config, overrides={"data_dir": data_dir}).service) as database:
        yield database


def shown_moment(moment: datetime | None) -> str:
    """Write a moment as lists show it; nothing if there is none."""
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"
