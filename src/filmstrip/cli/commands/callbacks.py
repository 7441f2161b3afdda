"""`filmstrip callbacks`: list what receivers were not told yet, and have it told again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.markup import escape

from filmstrip.cli.service_database import service_database, shown_moment
from filmstrip.cli.setting_flags import config_flag, setting_flag
from filmstrip.cli.tables import print_table, table_of
from filmstrip.db.callback_records import Callback
from filmstrip.domain.errors import FilmstripError


@click.group("callbacks")
def command() -> None:
    """List what receivers were not told yet, and have it told again.

    What a receiver accepted is not listed any more. What it did not accept is tried again for `callback_hours`, then
    given up and kept for `callback_days`.
    """


@command.command("list")
@config_flag
@setting_flag("data_dir")
def list_callbacks(config: Path | None, data_dir: str | None) -> None:
    """List callbacks that are tried again or were given up, oldest first."""
    table = table_of("id", "happened", "receiver", "tries", "next try", "last failure")
    with service_database(config, data_dir) as database:
        for callback in database.callbacks.list_all():
            table.add_row(
                callback.event_id,
                shown_moment(callback.created_at),
                escape(callback.host),
                str(callback.tries),
                _next_try(callback),
                escape(callback.reason or ""),
            )
    print_table(table)


@command.command("resend")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "is_all", is_flag=True, help="Send all that are listed.")
@config_flag
@setting_flag("data_dir")
def resend(ids: Sequence[str], config: Path | None, data_dir: str | None, *, is_all: bool) -> None:
    """Have callbacks sent again, as if they had just happened.

    ID is as `filmstrip callbacks list` shows it. A running service begins within seconds, one that does not run when it
    is started.
    """
    if is_all == bool(ids):
        raise click.UsageError("Name callbacks by their IDs, or give --all for all that are listed")
    with service_database(config, data_dir) as database:
        asked = database.callbacks.ask_for(None if is_all else ids)
    if unknown := sorted(set(ids) - set(asked)):
        raise FilmstripError(f"{len(asked)} are sent again; not listed, or told meanwhile: {', '.join(unknown)}")
    click.echo(f"{len(asked)} are sent again.", err=True)


def _next_try(callback: Callback) -> str:
    if callback.is_asked_for:
        return "asked for"
    return "given up" if callback.due_at is None else shown_moment(callback.due_at)
