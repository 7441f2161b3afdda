"""Work that waits for a host that does not answer, and the hosts that answered a task before."""

from __future__ import annotations

from sqlalchemy import select, update

from filmstrip.db.event_records import TRIED_AGAIN, WAITS, TaskEvent
from filmstrip.db.events import EventRows
from filmstrip.db.holding import hold_task
from filmstrip.db.interruptions import work_row
from filmstrip.db.tables import task
from filmstrip.db.task_records import Outage
from filmstrip.db.transactions import Transactions, repeated
from filmstrip.domain.task import TaskStatus


class OutageRows:
    """Outages of sources and destinations, as tasks and outputs meet them."""

    def __init__(self, transactions: Transactions, events: EventRows) -> None:
        self._transactions = transactions
        self._events = events

    @repeated
    def record_outage(self, token: str, index: int | None, outage: Outage | None) -> None:
        """Keep what an output, or the source of a task if `index` is None, waits for; None ends the outage."""
        table, here = work_row(token, index)
        still_open = table.c.status != TaskStatus.COMPLETED
        with self._transactions.noting() as connection:
            noted = connection.execute(update(table).where(here, still_open).values(outage=outage)).rowcount
            if noted and outage is not None:
                told = TaskEvent(WAITS if outage.tries == 1 else TRIED_AGAIN, index, outage.reason)
                self._events.note(connection, token, told)

    def end_outage(self, token: str, index: int | None) -> None:
        """Keep that an output, or the source of a task if `index` is None, waits for nothing any more."""
        if self.read_outage(token, index) is not None:
            self.record_outage(token, index, None)

    @repeated
    def read_outage(self, token: str, index: int | None) -> Outage | None:
        """Read what an output, or the source of a task if `index` is None, waits for."""
        table, here = work_row(token, index)
        with self._transactions.reading() as connection:
            found: Outage | None = connection.execute(select(table.c.outage).where(here)).scalar()
        return found

    @repeated
    def record_answer(self, token: str, host: str) -> None:
        """Keep that a host answered while a task was worked on."""
        here = task.c.token == token
        if not host or self.has_answered(token, host):
            return
        with self._transactions.noting() as connection:
            hold_task(connection, token)
            known = connection.execute(select(task.c.answered_hosts).where(here)).scalar() or ()
            if host not in known:
                connection.execute(update(task).where(here).values(answered_hosts=(*known, host)))

    @repeated
    def has_answered(self, token: str, host: str) -> bool:
        """Return whether a host answered before while a task was worked on."""
        with self._transactions.reading() as connection:
            known = connection.execute(select(task.c.answered_hosts).where(task.c.token == token)).scalar()
        return host in (known or ())
