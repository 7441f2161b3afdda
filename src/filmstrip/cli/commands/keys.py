"""`filmstrip keys`: make, list and revoke API keys."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from filmstrip.cli.service_database import service_database, shown_moment
from filmstrip.cli.setting_flags import config_flag, setting_flag
from filmstrip.cli.tables import print_table, table_of
from filmstrip.domain.errors import FilmstripError
from filmstrip.domain.scope import Scope
from filmstrip.service.data_folder import make_key


@click.group("keys")
def command() -> None:
    """Make, list and revoke API keys.

    A running service takes up a change at once. Keys of the setting `api_keys` are listed as settings-1, settings-2 and
    so on; they go when they are taken out of the settings.
    """


@command.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    help="What it may be used for; may be given more than once. submit: create, upload, start and cancel tasks. read: "
    "list its tasks, and profiles. admin: all of that, for the tasks of every key. Without it: submit and read.",
)
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    metavar="DATE",
    help="From when on it opens nothing any more, UTC, as 2031-05-02 or 2031-05-02T10:00:00. Without it: never.",
)
@config_flag
@setting_flag("data_dir")
def create(
    name: str, scopes: tuple[str, ...], expires: datetime | None, config: Path | None, data_dir: str | None
) -> None:
    """Make an API key and print it.

    NAME is what you want to call it, such as the application that uses it. The key is shown this once: only its hash
    is kept.
    """
    with service_database(config, data_dir) as database:
        try:
            plaintext = make_key(database, name, [Scope(scope) for scope in scopes], _in_utc(expires))
        except ValueError as error:
            field, _, problem = str(error).partition(": ")
            raise click.BadParameter(problem, param_hint="--expires" if field == "expires" else "NAME") from None
    click.echo(plaintext)


@command.command("list")
@config_flag
@setting_flag("data_dir")
def list_keys(config: Path | None, data_dir: str | None) -> None:
    """List the API keys, without the keys themselves."""
    table = table_of("name", "scopes", "created", "last used", "expires", "revoked")
    with service_database(config, data_dir) as database:
        for key in database.keys.list_keys():
            moments = (key.created_at, key.last_used_at, key.expires_at, key.revoked_at)
            table.add_row(key.name, ", ".join(sorted(key.scopes)), *map(shown_moment, moments))
    print_table(table)


@command.command("revoke")
@click.argument("name")
@config_flag
@setting_flag("data_dir")
def revoke(name: str, config: Path | None, data_dir: str | None) -> None:
    """Revoke an API key and end its sessions.

    Tasks that were started with it go on, and their status can be read. NAME is as `filmstrip keys list` shows it.
    """
    with service_database(config, data_dir) as database:
        database.keys.revoke_key(name)
    click.echo(f"{name} is revoked.", err=True)


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


@command.command("rotate-secret")
@config_flag
@setting_flag("data_dir")
def rotate_secret(config: Path | None, data_dir: str | None) -> None:
    """Encrypt everything with the setting secret_key that was encrypted with one of old_secret_keys.

    Beside running services, which all have both keys. Afterwards the old ones can be taken out of the settings, and
    no service starts with one of them as its secret_key any more.
    """
    with service_database(config, data_dir) as database:
        done, unreadable = database.secret_keys.rotate()
    click.echo(f"Encrypted with secret_key: {done}")
    if unreadable:
        raise FilmstripError(
            f"Encrypted with a key that is neither secret_key nor one of old_secret_keys: {unreadable}. Add that key "
            "to old_secret_keys and try again, or let the tasks end"
        )
