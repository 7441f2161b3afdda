"""How rows of tasks and outputs are read as records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from filmstrip.db.portions import portions
from filmstrip.db.tables import output, task
from filmstrip.db.task_records import OutputRecord, Source, TaskFilter, TaskRecord
from filmstrip.domain.artifact import MediaKind
from filmstrip.domain.task import TaskStatus

_READ = (
    "token key_id status created_at started_at finished_at payload source error warnings outage restart_of cancelled_at"
)
_TASK_COLUMNS = tuple(task.c[name] for name in _READ.split())
"""What a record tells: neither queries, which are large and may be secret, nor what only those who work on it need."""


def read_tasks(connection: Connection, tokens: Iterable[str]) -> dict[str, TaskRecord]:
    """Read tasks with their outputs; unknown tokens are left out."""
    found: dict[str, TaskRecord] = {}
    for wanted in portions(tokens):
        tasks = connection.execute(select(*_TASK_COLUMNS).where(task.c.token.in_(wanted))).all()
        outputs = connection.execute(
            select(output).where(output.c.task_token.in_(wanted)).order_by(output.c.output_index)
        ).all()
        of_task: dict[str, list[OutputRecord]] = {row.token: [] for row in tasks}
        for row in outputs:
            of_task[row.task_token].append(_output(row))
        found |= {row.token: _task(row, of_task[row.token]) for row in tasks}
    return found


def list_tasks(connection: Connection, wanted: TaskFilter) -> tuple[tuple[TaskRecord, ...], int]:
    """Read a page of tasks, and how many there are on all pages."""
    among = list(_conditions(wanted))
    order = task.c.created_at.desc() if wanted.is_newest_first else task.c.created_at
    page = select(task.c.token).where(*among).order_by(order, task.c.token)
    total = connection.execute(select(func.count()).select_from(task).where(*among)).scalar_one()
    tokens = connection.execute(page.limit(wanted.limit).offset(wanted.offset)).scalars().all()
    found = read_tasks(connection, tokens)
    return tuple(found[token] for token in tokens if token in found), total


def _conditions(wanted: TaskFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.key_id is not None:
        yield task.c.key_id == wanted.key_id
    if wanted.status is not None:
        yield task.c.status == wanted.status
    if wanted.since is not None:
        yield task.c.created_at >= wanted.since
    if wanted.until is not None:
        yield task.c.created_at < wanted.until


def _task(row: Row[Any], outputs: Iterable[OutputRecord]) -> TaskRecord:
    source: Source | None = row.source
    return TaskRecord(
        token=row.token,
        key_id=row.key_id,
        status=TaskStatus(row.status),
        created_at=row.created_at,
        payload=row.payload,
        error=row.error,
        warnings=row.warnings,
        duration_seconds=source.info.duration_seconds if source else None,
        source_size_bytes=source.info.size_bytes if source else None,
        outputs=tuple(outputs),
        started_at=row.started_at,
        finished_at=row.finished_at,
        outage=row.outage,
        restart_of=row.restart_of,
        cancelled_at=row.cancelled_at,
    )


def _output(row: Row[Any]) -> OutputRecord:
    return OutputRecord(
        index=row.output_index,
        output_name=row.output_name,
        kind=MediaKind(row.kind),
        tag=row.tag,
        user_tag=row.user_tag,
        status=TaskStatus(row.status),
        progress=row.progress,
        error=row.error,
        result=row.result,
        locations=row.locations,
        finished_at=row.finished_at,
        outage=row.outage,
        failed_in_making=bool(row.failed_in_making),
    )
