"""`filmstrip tasks`: list tasks, show what happened to one, cancel it, begin it again."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click
from rich.markup import escape

from filmstrip.cli.service_database import service_database, shown_moment
from filmstrip.cli.setting_flags import config_flag, setting_flag
from filmstrip.cli.tables import print_table, table_of
from filmstrip.cli.task_page import print_task, task_document, told_state
from filmstrip.db.database import Database
from filmstrip.db.task_records import TaskFilter, TaskRecord
from filmstrip.domain.errors import FilmstripError
from filmstrip.domain.task import TaskStatus
from filmstrip.settings.reading import read_settings
from filmstrip.wire.status import listed_task

_CLEAN_SECONDS = 10.0
_PAUSE_SECONDS = 0.1
_json_flag = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_token = click.argument("token")


@click.group("tasks")
def command() -> None:
    """List tasks, show what happened to one, cancel it, or begin it again.

    All of that works beside a running service, on its machine or on any that reaches its PostgreSQL database.
    """


@command.command("list")
@click.option("--key", "key_name", help="Name of the API key that they belong to; those of all keys without it.")
@click.option("--status", type=click.Choice([state.value for state in TaskStatus]), help="In which state they are.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many at most.")
@_json_flag
@config_flag
@setting_flag("data_dir")
def list_tasks(
    key_name: str | None, status: str | None, limit: int, config: Path | None, data_dir: str | None, *, as_json: bool
) -> None:
    """List tasks, the newest first."""
    with service_database(config, data_dir) as database:
        names = {key.id: key.name for key in database.keys.list_keys()}
        key_id = None if key_name is None else _key_id(names, key_name)
        wanted = TaskFilter(key_id, None if status is None else TaskStatus(status), limit=limit)
        found, total = database.tasks.list_tasks(wanted)
    if as_json:
        listed = [listed_task(task, names.get(task.key_id or 0)) for task in found]
        click.echo(json.dumps({"tasks": listed, "total": total}, indent=2))
        return
    table = table_of("token", "state", "created", "outputs", "key", "error")
    for task in found:
        name, moment = names.get(task.key_id or 0) or "", shown_moment(task.created_at)
        error = escape(task.error or "")
        table.add_row(task.token, told_state(task), moment, str(len(task.outputs)), escape(name), error)
    print_table(table)
    if total > len(found):
        click.echo(f"These are {len(found)} of {total}: --limit shows more.", err=True)


@command.command("show")
@_token
@_json_flag
@config_flag
@setting_flag("data_dir")
def show(token: str, config: Path | None, data_dir: str | None, *, as_json: bool) -> None:
    """Show a task: its outputs, what was asked for, without secrets, and what happened, when and by which worker."""
    with service_database(config, data_dir) as database:
        task = _demand_task(database, token)
        query, events = database.tasks.read_shown_query(token), database.events.read_events(token)
    if as_json:
        click.echo(json.dumps(task_document(task, query, events), indent=2))
    else:
        print_task(task, query, events)


@command.command("cancel")
@_token
@config_flag
@setting_flag("data_dir")
def cancel(token: str, config: Path | None, data_dir: str | None) -> None:
    """Cancel a task: its work ends, and what it has put at its destinations is removed.

    The workers see to that, so it is done once one of them runs.
    """
    hours = read_settings(config, overrides={"data_dir": data_dir}).jobs.retry_hours
    with service_database(config, data_dir) as database:
        _demand_task(database, token)
        database.cancellations.cancel_task(token, hours)
        if not _await_clean(database, token):
            left = "; what it has put is still to be removed by a worker"
        elif database.cancellations.has_files(token):
            left = "; not all that it has put could be removed: `filmstrip tasks show` says why"
        else:
            left = ""
    click.echo(f"{token} is cancelled{left}.", err=True)


@command.command("retry")
@_token
@config_flag
@setting_flag("data_dir")
def retry(token: str, config: Path | None, data_dir: str | None) -> None:
    """Begin a task again that failed or was cancelled, with the same query, and print the token of the new one.

    That is possible for `retry_hours` after its end. A running service begins with it at once.
    """
    settings = read_settings(config, overrides={"data_dir": data_dir})
    # It takes a second to load, which no other command needs.
    from filmstrip.service.retrying import retry_task  # noqa: PLC0415

    with service_database(config, data_dir) as database:
        _demand_task(database, token)
        click.echo(retry_task(settings, database, token))


def _demand_task(database: Database, token: str) -> TaskRecord:
    task = database.tasks.read_tasks([token]).get(token)
    if task is None:
        raise FilmstripError(f"There is no task {token}: `filmstrip tasks list` names them")
    return task


def _key_id(names: dict[int, str], wanted: str) -> int:
    """Find the key of a name: of several that had it, the newest."""
    found = [key_id for key_id, name in names.items() if name == wanted]
    if not found:
        raise FilmstripError(f"There is no API key {wanted}: `filmstrip keys list` names them")
    return max(found)


def _await_clean(database: Database, token: str) -> bool:
    ends_at = time.monotonic() + _CLEAN_SECONDS
    while not database.cancellations.is_clean(token):
        if time.monotonic() > ends_at:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True
