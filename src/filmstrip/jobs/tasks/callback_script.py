"""The script that tells the receiver of a task what happened to it: a queue of its own, a partition a key and host.

It holds nothing of a task. Between two tries it has ended, and is enqueued again with a delay:

    an event ──> call_back ── told, and the next one, … ──> end
                     └─────── not accepted ──> end; again when the event is due

Every event begins a script, of which one works on a task at a time: it goes on until nothing is left. Those of a silent
host are few at a time, and so are those of an API key that has many such hosts: others pass them in the queue, and
find a place where calls are made.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from filmstrip.db.callback_records import Callback
from filmstrip.db.database import Database, utc_now
from filmstrip.jobs.callbacks.deliveries import Deliveries
from filmstrip.jobs.rules.places import Places
from filmstrip.jobs.tasks import journal
from filmstrip.jobs.tasks.durable import Durable

CALLBACK = "call_back"
"""Name of the script. It is in the database as long as something is to be told."""

# Each is a thread that waits for a receiver.
_CALLS_AT_ONCE = 96
_CALLS_AT_ONCE_PER_KEY = 48
# Beyond what a try may take: to read the task, and to write down how it went.
_MORE_SECONDS = 60.0
_PATIENCE = timedelta(seconds=5)
"""How long an event may be due before it is asked whether anything works on it."""

_log = structlog.get_logger()


class CallbackScript:
    """The script."""

    def __init__(self, durable: Durable, database: Database, deliveries: Deliveries) -> None:
        """Join the parts.

        Args:
            durable: Runs the script.
            database: Has what is to be told.
            deliveries: Tells it.
        """
        self._durable = durable
        self._database = database
        self._deliveries = deliveries
        self._places = Places(_CALLS_AT_ONCE, _CALLS_AT_ONCE_PER_KEY)
        self._at_work: set[str] = set()
        self._asked: set[str] = set()

    async def call_back(self, token: str, share: str) -> None:
        """Call the receiver of a task until it knows what happened, or something has to be tried again later.

        Args:
            token: The task.
            share: Whose part of the queue it has: an API key and a host.
        """
        if token in self._at_work:
            # The one that works looks once more.
            self._asked.add(token)
            return
        self._at_work.add(token)
        try:
            await self._tell_all(token, share)
        finally:
            self._at_work.discard(token)

    async def _tell_all(self, token: str, share: str) -> None:
        tell_next = partial(self._deliveries.tell_next, token)
        most_seconds = self._deliveries.most_seconds + _MORE_SECONDS
        while True:
            self._asked.discard(token)
            async with self._places.place(token, _key_in(share)):
                callback = await self._durable.step("call back", tell_next, most_seconds, is_kept=False)
            # Nothing is awaited between this look and the end: what comes later begins a script of its own.
            if callback is None and token not in self._asked:
                return
            if callback is not None and (seconds := self._deliveries.seconds_until(callback)) > 0:
                await self._durable.begin(CALLBACK, {_run(callback): (token, share)}, share, delay_seconds=seconds)
                return

    def take_up(self) -> None:
        """Begin again what was asked for, and what nothing works on any more; blocking."""
        # Without what they began: that waits for its time.
        journal.forget(journal.list_over(_PATIENCE.total_seconds(), CALLBACK), with_children=False)
        lost = self._lost()
        for callback in (*self._database.callbacks.asked_for(), *lost):
            self._database.callbacks.begin_again(callback)
            _log.info("callback_taken_up", task_token=callback.token, callback_event=callback.event)
        if count := self._deliveries.forget_kept():
            _log.info("callbacks_forgotten", count=count)

    def _lost(self) -> list[Callback]:
        overdue = self._database.callbacks.overdue(utc_now() - _PATIENCE)
        if not overdue:
            return []
        at_work = {identity.partition(":")[0] for identity in journal.list_open(CALLBACK)}
        return [callback for callback in overdue if callback.token not in at_work and not callback.is_asked_for]


def _key_in(share: str) -> str:
    return share.partition(" ")[0]


def _run(callback: Callback) -> str:
    """Name the run of the script that makes the next try.

    Behind the token is a colon: what begins with a token and a dot belongs to the making of its task, and ends with it.
    """
    return f"{callback.token}:{callback.number}.{callback.rounds}.{callback.tries}"


def enqueue_callback(durable: Durable, connection: Connection, callback: Callback, key_id: int | None) -> None:
    """Begin to tell an event, in the transaction that notes it; blocking.

    Args:
        durable: Runs the script, or has it run by another process.
        connection: The transaction's.
        callback: The event.
        key_id: The API key of its task, None for the operator's own.
    """
    share = f"{'-' if key_id is None else key_id} {callback.host}"
    durable.enqueue(connection, CALLBACK, _run(callback), (callback.token, share), share)
    # It looks after this transaction: both want to write.
    durable.wake(CALLBACK)
