"""`filmstrip workers`: who runs tasks on a shared database."""

from __future__ import annotations

from pathlib import Path

import click

from filmstrip.cli.service_database import service_database, shown_moment
from filmstrip.cli.setting_flags import config_flag, setting_flag
from filmstrip.cli.tables import print_table, table_of
from filmstrip.domain.errors import FilmstripError


@click.command("workers")
@config_flag
@setting_flag("data_dir")
def command(config: Path | None, data_dir: str | None) -> None:
    """List the processes that run tasks on a PostgreSQL database, with those that ended in the last week."""
    table = table_of("name", "machine", "version", "began", "seen", "ended")
    with service_database(config, data_dir) as database:
        if not database.is_shared:
            raise FilmstripError("The database is a file, which one service has: it runs all tasks itself")
        for each in database.executors.list_all():
            moments = (each.started_at, each.seen_at, each.ended_at)
            table.add_row(each.name, each.host, each.version, *map(shown_moment, moments))
    print_table(table)
