"""`filmstrip workers`: who runs tasks on a shared database."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from filmstrip.cli.service_database import service_database, shown_moment
from filmstrip.cli.setting_flags import config_flag, setting_flag


@click.command("workers")
@config_flag
@setting_flag("data_dir")
def command(config: Path | None, data_dir: str | None) -> None:
    """List the processes that run tasks on a PostgreSQL database, with those that ended in the last week."""
    with service_database(config, data_dir) as database:
        executors = database.executors.list_all()
    table = Table(box=None, header_style="bold")
    for column in ("NAME", "MACHINE", "VERSION", "BEGAN", "SEEN", "ENDED"):
        table.add_column(column, overflow="fold")
    for each in executors:
        moments = (each.started_at, each.seen_at, each.ended_at)
        table.add_row(each.name, each.host, each.version, *("" if m is None else shown_moment(m) for m in moments))
    Console().print(table)
