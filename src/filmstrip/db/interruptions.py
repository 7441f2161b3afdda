"""Marks on tasks and outputs that say what was at work when the service died, and outlive it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, and_, select, update

from filmstrip.db.events import EventRows
from filmstrip.db.tables import output, task
from filmstrip.db.transactions import Transactions, repeated


class InterruptionRows:
    """Marks of work that is going on, and how often it was interrupted by the death of the service."""

    def __init__(self, transactions: Transactions, events: EventRows) -> None:
        self._transactions = transactions
        self._events = events

    @repeated
    def count_interruptions(self, executor_id: str | None = None) -> None:
        """Count what was at work when an executor died, None for all; called before that work begins again."""
        with self._transactions.noting() as connection:
            for table in (task, output):
                self._events.note_interruptions(connection, table, _at_work(table, executor_id), executor_id)
                again = update(table).where(*_at_work(table, executor_id))
                values = {"is_at_work": False, "at_work_by": None, "interruptions": table.c.interruptions + 1}
                connection.execute(again.values(values))

    @repeated
    def begin_work(self, token: str, index: int | None = None, *, executor_id: str | None = None) -> None:
        """Mark that work begins on an output, or on the source of a task, and whose."""
        table, here = work_row(token, index)
        with self._transactions.noting() as connection:
            begun = connection.execute(update(table).where(here).values(is_at_work=True, at_work_by=executor_id))
            if begun.rowcount:
                self._events.note_work(connection, token, index)

    @repeated
    def end_work(self, token: str, index: int | None = None, *, executor_id: str | None = None) -> None:
        """Take the mark away: the work ended, well or not, and the service is alive; that of another one stays."""
        table, here = work_row(token, index)
        ending = update(table).where(here, *_at_work(table, executor_id))
        with self._transactions.noting() as connection:
            connection.execute(ending.values(is_at_work=False, at_work_by=None))

    @repeated
    def end_all_work(self, executor_id: str | None = None) -> None:
        """Take all marks of an executor away, None for all: it ends, and what is at work is not the reason."""
        with self._transactions.noting() as connection:
            for table in (task, output):
                ending = update(table).where(*_at_work(table, executor_id))
                connection.execute(ending.values(is_at_work=False, at_work_by=None))

    @repeated
    def read_interruptions(self, token: str, index: int | None = None) -> int:
        """Read how often the service died while it worked on an output, or on the source of a task."""
        table, here = work_row(token, index)
        with self._transactions.reading() as connection:
            return int(connection.execute(select(table.c.interruptions).where(here)).scalar() or 0)


def _at_work(table: Table, executor_id: str | None) -> list[ColumnElement[bool]]:
    of_executor = [] if executor_id is None else [table.c.at_work_by == executor_id]
    return [table.c.is_at_work.is_(True), *of_executor]


def work_row(token: str, index: int | None) -> tuple[Table, ColumnElement[bool]]:
    """Return the table and the condition of the row of an output, or of a task if `index` is None."""
    if index is None:
        return task, task.c.token == token
    return output, and_(output.c.task_token == token, output.c.output_index == index)
