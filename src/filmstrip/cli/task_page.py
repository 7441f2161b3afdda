"""What `filmstrip tasks` shows of a task, for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click
from rich.markup import escape

from filmstrip.cli.tables import print_table, table_of
from filmstrip.db.event_records import TaskEvent
from filmstrip.db.task_records import OutputRecord, TaskRecord
from filmstrip.wire.status import task_status

_MOMENT = "%Y-%m-%d %H:%M:%S"


def told_state(task: TaskRecord) -> str:
    """Say in one word how far a task is, or how it ended."""
    if task.cancelled_at is not None:
        return "cancelled"
    if task.status.is_final:
        return "completed" if task.error is None else "failed"
    return task.status.value


def task_document(task: TaskRecord, query: str | None, events: Sequence[TaskEvent]) -> dict[str, object]:
    """Write a task as a document: its status as the API tells it, its query and what happened."""
    told = [
        {
            "name": event.name,
            "at": event.happened_at and event.happened_at.isoformat(),
            "output": event.output_index,
            "worker": event.worker,
            "step": event.step,
            "detail": event.detail,
        }
        for event in events
    ]
    document = None if query is None else json.loads(query)["query"]
    return {"task_token": task.token, **task_status(task, ""), "query": document, "events": told}


def print_task(task: TaskRecord, query: str | None, events: Sequence[TaskEvent]) -> None:
    """Print a task for people."""
    click.echo(f"{task.token}: {told_state(task)}{'' if task.error is None else f', {task.error}'}")
    if task.restart_of is not None:
        click.echo(f"Begun in place of {task.restart_of}")
    for warned in task.warnings:
        click.echo(f"Warning: {': '.join(filter(None, (warned.message, warned.details)))}")
    if task.outputs:
        click.echo()
        _print_outputs(task.outputs)
    if query is not None:
        click.echo(f"\n{json.dumps(json.loads(query), indent=2, ensure_ascii=False)}")
    click.echo()
    table = table_of("when (UTC)", "what", "output", "worker", "step", "detail")
    for event in events:
        moment = "" if event.happened_at is None else f"{event.happened_at:{_MOMENT}}"
        index = "" if event.output_index is None else str(event.output_index)
        words = (event.worker or "", event.step or "", event.detail or "")
        table.add_row(moment, event.name.replace("_", " "), index, *map(escape, words))
    print_table(table)


def _print_outputs(outputs: Sequence[OutputRecord]) -> None:
    table = table_of("output", "tag", "state", "percent", "where", "error")
    for output in outputs:
        state = "failed" if output.error is not None else output.status.value
        where = next((location.url for location in output.locations), "")
        name, percent = f"{output.index} {output.output_name}", f"{100 * output.progress:.0f}"
        table.add_row(name, output.tag, state, percent, escape(where), escape(output.error or ""))
    print_table(table)
