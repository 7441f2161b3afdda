"""`filmstrip restore`: put a backup in the place of the database."""

from __future__ import annotations

from pathlib import Path

import click

from filmstrip.cli.setting_flags import config_flag, setting_flag
from filmstrip.service.backing_up import restore_backup
from filmstrip.service.data_folder import database_file
from filmstrip.settings.reading import read_settings


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace the database, and the key, that are there already.")
@config_flag
@setting_flag("data_dir")
def command(file: Path, config: Path | None, data_dir: str | None, *, overwrite: bool) -> None:
    """Put FILE, which `filmstrip backup` made, in the place of the service's database.

    The service has to be stopped. A key that FILE holds becomes the service's; else the key that was in use when FILE
    was made has to be in its place before. Tasks that were unfinished then are begun again at the next start.
    """
    settings = read_settings(config, overrides={"data_dir": data_dir}).service
    restore_backup(settings, file, overwrite=overwrite)
    click.echo(database_file(settings))
