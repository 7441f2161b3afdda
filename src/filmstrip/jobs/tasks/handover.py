"""Takes up the tasks that an earlier service left unfinished: they go on, with the places that they had."""

from __future__ import annotations

from collections.abc import Collection

from filmstrip.db.database import Database
from filmstrip.db.task_records import TaskRecord
from filmstrip.jobs.rules.places import Places
from filmstrip.jobs.tasks import journal
from filmstrip.jobs.tasks.durable import Durable
from filmstrip.jobs.tasks.outages import is_active
from filmstrip.jobs.tasks.script_names import FORMER_SCRIPTS, TASK, task_run


def occupy_places(database: Database, open_tasks: Places) -> None:
    """Count the tasks among the open ones whose outputs were begun; blocking."""
    for task in database.tasks.read_tasks(database.tasks.begun_tasks()).values():
        if any(is_active(output) for output in task.outputs):
            open_tasks.occupy(task.token, _key_of(task))


def begin_again(database: Database, unfinished: Collection[str], durable: Durable) -> None:
    """Begin the tasks whose scripts are not there, as after an upgrade; others are left alone; blocking."""
    journal.retire(FORMER_SCRIPTS)
    missing = journal.missing([task_run(token) for token in unfinished])
    for token in unfinished:
        if (identity := task_run(token)) in missing:
            key = read_key(database, token)
            durable.enqueue(None, TASK, identity, (token, key, 1), key)


def read_key(database: Database, token: str) -> str:
    """Name the API key that a task belongs to, for shares; "-" if it is the operator's own; blocking."""
    found = database.tasks.read_tasks([token])
    return _key_of(found[token]) if token in found else "-"


def _key_of(task: TaskRecord) -> str:
    return str(task.key_id or "-")
