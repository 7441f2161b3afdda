"""`filmstrip backup`: copy everything that must survive to one file, also of a running service."""

from __future__ import annotations

from pathlib import Path

import click

from filmstrip.cli.setting_flags import config_flag, setting_flag
from filmstrip.service.backing_up import make_backup
from filmstrip.service.data_folder import key_file
from filmstrip.settings.reading import read_settings


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--with-key", is_flag=True, help="Put the secret key into the file as well; keep that file secret.")
@click.option("--overwrite", is_flag=True, help="Replace FILE if it is there already.")
@config_flag
@setting_flag("data_dir")
def command(file: Path, config: Path | None, data_dir: str | None, *, with_key: bool, overwrite: bool) -> None:
    """Copy the service's database to FILE, also while the service runs.

    The copy is of one moment, whole or not made at all, and for its owner alone. What clients sent is encrypted in it
    while their tasks are unfinished: keep the secret key beside it, or put it in with --with-key. `filmstrip restore`
    puts the copy back.
    """
    settings = read_settings(config, overrides={"data_dir": data_dir}).service
    make_backup(settings, file, with_key=with_key, overwrite=overwrite)
    click.echo(file)
    if not with_key:
        key = "the value of the setting secret_key" if settings.secret_key else str(key_file(settings))
        click.echo(f"Keep {key} beside it: unfinished tasks cannot be read without. --with-key puts it in.", err=True)
