"""What happened to tasks: written inside the transactions of what happened, and kept as long as the task.

Of a task that waits or is warned again and again, the newest ones are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, insert, literal, null, select

from filmstrip.db.event_records import (
    BEGUN,
    INTERRUPTED,
    OUTPUT_BEGUN,
    TAKEN_OVER,
    TRIED_AGAIN,
    WAITS,
    WARNED,
    TaskEvent,
)
from filmstrip.db.tables import executor, task_event
from filmstrip.db.transactions import Transactions, repeated

_MOST_OF_A_TASK = 1000
_REPEATABLE = frozenset({WAITS, TRIED_AGAIN, WARNED, TAKEN_OVER, INTERRUPTED})
_LONGEST_DETAIL = 2000

_step: ContextVar[str | None] = ContextVar("step", default=None)


@contextmanager
def in_step(name: str) -> Iterator[None]:
    """Let what is noted in the block say which step it belongs to."""
    token = _step.set(name)
    try:
        yield
    finally:
        _step.reset(token)


class EventRows:
    """What happened to tasks.

    Attributes:
        worker: What this process is called among those that run tasks; None if it runs none.
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self.worker: str | None = None

    def note(self, connection: Connection, token: str, *events: TaskEvent) -> None:
        """Write down what happened to a task, in the caller's transaction."""
        if not events:
            return
        connection.execute(insert(task_event), [self._row(token, event) for event in events])
        if any(event.name in _REPEATABLE for event in events):
            of_task = task_event.c.task_token == token
            newest = select(task_event.c.number).where(of_task).order_by(task_event.c.number.desc())
            oldest_kept = newest.offset(_MOST_OF_A_TASK).limit(1).scalar_subquery()
            connection.execute(delete(task_event).where(of_task, task_event.c.number <= oldest_kept))

    def note_work(self, connection: Connection, token: str, index: int | None) -> None:
        """Write down that this process works on an output, or on the source of a task, if another one did before."""
        begun = (BEGUN if index is None else OUTPUT_BEGUN, TAKEN_OVER)
        same = task_event.c.output_index.is_(None) if index is None else task_event.c.output_index == index
        here = and_(task_event.c.task_token == token, same, task_event.c.name.in_(begun))
        last = select(task_event.c.worker).where(here).order_by(task_event.c.number.desc()).limit(1)
        found = connection.execute(last).first()
        if found is not None and found.worker != self.worker:
            self.note(connection, token, TaskEvent(TAKEN_OVER, index, f"From {found.worker}"))
        elif found is None and index is None:
            self.note(connection, token, TaskEvent(BEGUN))

    def note_interruptions(
        self, connection: Connection, table: Table, is_at_work: Any, executor_id: str | None
    ) -> None:
        """Write down that the process died that worked on tasks or outputs, in the caller's transaction.

        Args:
            connection: The transaction's.
            table: That of the tasks, or of the outputs.
            is_at_work: What was at work.
            executor_id: The process; None for the service that has the database.
        """
        is_output = "output_index" in table.c
        name = select(executor.c.name).where(executor.c.id == executor_id).scalar_subquery()
        died = select(
            table.c.task_token if is_output else table.c.token,
            literal(self._transactions.now(), task_event.c.happened_at.type),
            literal(INTERRUPTED),
            table.c.output_index if is_output else null(),
            literal(self.worker) if executor_id is None else name,
        ).where(*is_at_work)
        columns = ["task_token", "happened_at", "name", "output_index", "worker"]
        connection.execute(insert(task_event).from_select(columns, died))

    @repeated
    def read_events(self, token: str) -> tuple[TaskEvent, ...]:
        """Read what happened to a task, in that order."""
        query = select(task_event).where(task_event.c.task_token == token).order_by(task_event.c.number)
        with self._transactions.reading() as connection:
            return tuple(
                TaskEvent(row.name, row.output_index, row.detail, row.happened_at, row.worker, row.step)
                for row in connection.execute(query)
            )

    def _row(self, token: str, event: TaskEvent) -> dict[str, object]:
        return {
            "task_token": token,
            "happened_at": self._transactions.now(),
            "name": event.name,
            "output_index": event.output_index,
            "worker": self.worker,
            "step": _step.get(),
            "detail": None if event.detail is None else event.detail[:_LONGEST_DETAIL],
        }
