"""`filmstrip keys`: make, list and revoke API keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from filmstrip.cli.setting_flags import config_flag, setting_flag
from filmstrip.db.database import Database
from filmstrip.service.data_folder import make_key, open_database
from filmstrip.settings.reading import read_settings


@click.group("keys")
def command() -> None:
    """Make, list and revoke API keys.

    A running service takes up a change at once. Keys of the setting `api_keys` are listed as settings-1, settings-2 and
    so on; they go when they are taken out of the settings.
    """


@command.command("create")
@click.argument("name")
@config_flag
@setting_flag("data_dir")
def create(name: str, config: Path | None, data_dir: str | None) -> None:
    """Make an API key and print it.

    NAME is what you want to call it, such as the application that uses it. The key is shown this once: only its hash
    is kept.
    """
    with _database(config, data_dir) as database:
        try:
            plaintext = make_key(database, name)
        except ValueError as error:
            raise click.BadParameter(str(error).removeprefix("name: "), param_hint="NAME") from None
    click.echo(plaintext)


@command.command("list")
@config_flag
@setting_flag("data_dir")
def list_keys(config: Path | None, data_dir: str | None) -> None:
    """List the API keys, without the keys themselves."""
    table = Table("name", "created", "revoked", box=None)
    with _database(config, data_dir) as database:
        for key in database.keys.list_keys():
            table.add_row(key.name, _moment(key.created_at), _moment(key.revoked_at))
    Console().print(table)


@command.command("revoke")
@click.argument("name")
@config_flag
@setting_flag("data_dir")
def revoke(name: str, config: Path | None, data_dir: str | None) -> None:
    """Revoke an API key and end its sessions.

    Tasks that were started with it go on, and their status can be read. NAME is as `filmstrip keys list` shows it.
    """
    with _database(config, data_dir) as database:
        database.keys.revoke_key(name)
    click.echo(f"{name} is revoked.", err=True)


@contextmanager
def _database(config: Path | None, data_dir: str | None) -> Iterator[Database]:
    with open_database(read_settings(config, overrides={"data_dir": data_dir}).service) as database:
        yield database


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"
