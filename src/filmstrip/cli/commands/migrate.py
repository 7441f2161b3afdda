"""`filmstrip migrate`: bring the tables of a database to the shape of this version."""

from __future__ import annotations

from pathlib import Path

import click

from filmstrip.cli.setting_flags import config_flag, setting_flag
from filmstrip.settings.reading import read_settings


@click.command("migrate")
@config_flag
@setting_flag("database_url")
@setting_flag("data_dir")
def command(config: Path | None, **overrides: str | None) -> None:
    """Bring the tables of the database to the shape of this version, as each start does.

    For those who want it done before the first process of a new version starts. Several at once wait for each other.
    """
    from filmstrip.service.migrating import migrate_all  # noqa: PLC0415 - help needs none of it

    migrate_all(read_settings(config, overrides=overrides))
