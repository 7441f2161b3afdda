"""`filmstrip profiles`: queries and destinations that clients name instead of sending them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

import click

from filmstrip.cli.service_database import service_database, shown_moment
from filmstrip.cli.setting_flags import config_flag, setting_flag
from filmstrip.cli.tables import print_table, table_of
from filmstrip.db.profile_records import ProfileKind, StoredProfile
from filmstrip.domain.errors import FilmstripError
from filmstrip.params.profile import parse_profile, without_secrets
from filmstrip.service.stored_profiles import keep

_LARGEST = 1 << 20

_file = click.argument("file", type=click.File())
_name = click.option("--name", default="", help="What people call it; its ID without that.")
_keys = click.option(
    "--key",
    "key_names",
    multiple=True,
    help="Name of an API key that may use it; may be given more than once. All may without it.",
)


@click.group("profiles")
def command() -> None:
    """Keep queries and destinations that clients name in start_encode.

    A running service takes up a change at once. They are encrypted on the disk, and shown without credentials.
    """


@command.command("add")
@click.argument("identity", metavar="ID")
@_file
@_name
@_keys
@config_flag
@setting_flag("data_dir")
def add(
    identity: str, file: TextIO, name: str, key_names: tuple[str, ...], config: Path | None, data_dir: str | None
) -> None:
    """Keep a profile.

    ID is what clients name in `profiles`; FILE (- for standard input) has the JSON of a query without a source. In the
    paths of its destinations, {uuid}, {index} and names of the client's own in braces are replaced. A destination
    without s3:// or another scheme lies below the transfer method that the client names.
    """
    _keep(StoredProfile(ProfileKind.PROFILE, identity, file.read(_LARGEST), name, key_names), config, data_dir)


@command.command("add-transfer-method")
@click.argument("identity", metavar="ID")
@_file
@_name
@_keys
@config_flag
@setting_flag("data_dir")
def add_transfer_method(
    identity: str, file: TextIO, name: str, key_names: tuple[str, ...], config: Path | None, data_dir: str | None
) -> None:
    """Keep a transfer method: a folder of some store, with what it takes to write there.

    ID is what clients name in `transfer_method`; FILE (- for standard input) has the JSON of a destination.
    """
    _keep(StoredProfile(ProfileKind.TRANSFER_METHOD, identity, file.read(_LARGEST), name, key_names), config, data_dir)


@command.command("list")
@config_flag
@setting_flag("data_dir")
def list_profiles(config: Path | None, data_dir: str | None) -> None:
    """List the profiles and transfer methods."""
    table = table_of("id", "kind", "name", "API keys", "added")
    with service_database(config, data_dir) as database:
        for kind in ProfileKind:
            for each in database.profiles.read(kind).values():
                keys = ", ".join(each.key_names) or "all"
                table.add_row(each.identity, _shown(kind), each.name, keys, shown_moment(each.created_at))
    print_table(table)


@command.command("show")
@click.argument("identity", metavar="ID")
@config_flag
@setting_flag("data_dir")
def show(identity: str, config: Path | None, data_dir: str | None) -> None:
    """Print a profile as JSON, without credentials."""
    with service_database(config, data_dir) as database:
        found = database.profiles.read(ProfileKind.PROFILE, [identity]).get(identity)
    if found is None:
        raise FilmstripError(_NONE.format(kind=_shown(ProfileKind.PROFILE), identity=identity))
    click.echo(json.dumps({"query": without_secrets(parse_profile(found.text))}, indent=2))


@command.command("remove")
@click.argument("identity", metavar="ID")
@click.option("--transfer-method", is_flag=True, help="ID is that of a transfer method.")
@config_flag
@setting_flag("data_dir")
def remove(identity: str, transfer_method: bool, config: Path | None, data_dir: str | None) -> None:  # noqa: FBT001 - click passes it
    """Forget a profile or a transfer method. Tasks that were started with it go on."""
    kind = ProfileKind.TRANSFER_METHOD if transfer_method else ProfileKind.PROFILE
    with service_database(config, data_dir) as database:
        if not database.profiles.remove(kind, identity):
            raise FilmstripError(_NONE.format(kind=_shown(kind), identity=identity))
    click.echo(f"The {_shown(kind)} {identity} is removed.", err=True)


_NONE = "No {kind} is called {identity!r}: `filmstrip profiles list` names them"


def _keep(new: StoredProfile, config: Path | None, data_dir: str | None) -> None:
    with service_database(config, data_dir) as database:
        try:
            keep(database, new)
        except ValueError as error:
            field, _, problem = str(error).partition(": ")
            raise click.BadParameter(problem, param_hint="ID" if field == "identity" else f"--{field}") from None
    click.echo(f"The {_shown(new.kind)} {new.identity} is kept.", err=True)


def _shown(kind: ProfileKind) -> str:
    return kind.value.replace("_", " ")
