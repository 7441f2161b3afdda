"""`filmstrip usage`: what each API key had made, day by day."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from filmstrip.cli.service_database import service_database
from filmstrip.cli.setting_flags import config_flag, setting_flag
from filmstrip.cli.tables import print_table, table_of
from filmstrip.db.usage import Usage

_day = click.DateTime(formats=["%Y-%m-%d"])
_MB = 1e6
_MINUTE = 60


@click.command("usage")
@click.option("--since", type=_day, help="The first day, as 2026-11-01.")
@click.option("--until", type=_day, help="The last day.")
@click.option("--key", "key_name", help="Name of an API key; all without it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a line for each day and key.")
@config_flag
@setting_flag("data_dir")
def command(
    since: datetime | None,
    until: datetime | None,
    key_name: str | None,
    config: Path | None,
    data_dir: str | None,
    *,
    as_json: bool,
) -> None:
    """Show what each API key had made: tasks, minutes of sources and of outputs, pictures and bytes, by days in UTC.

    A task counts on the day on which it ended. The operator's own tasks are those of "-".
    """
    with service_database(config, data_dir) as database:
        found = database.usage.read(since and since.date(), until and until.date(), key_name)
    if as_json:
        for each in found:
            click.echo(json.dumps(_document(each)))
        return
    table = table_of("day", "key", "tasks", "failed", "source minutes", "output minutes", "pictures", "MB")
    for each in found:
        table.add_row(
            each.day.isoformat(),
            each.key_name or "-",
            str(each.tasks),
            str(each.failed_tasks),
            f"{each.source_seconds / _MINUTE:.1f}",
            f"{each.output_seconds / _MINUTE:.1f}",
            str(each.pictures),
            f"{each.size_bytes / _MB:.1f}",
        )
    print_table(table)


def _document(each: Usage) -> dict[str, object]:
    return {
        "day": each.day.isoformat(),
        "key": each.key_name,
        "tasks": each.tasks,
        "failed_tasks": each.failed_tasks,
        "source_minutes": round(each.source_seconds / _MINUTE, 3),
        "output_minutes": round(each.output_seconds / _MINUTE, 3),
        "pictures": each.pictures,
        "size_bytes": each.size_bytes,
    }
