"""What is known of the tasks at work: what each of their steps needs and nothing changes, read and parsed once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from filmstrip.db.database import Database
from filmstrip.domain.errors import TokenNotFoundError
from filmstrip.outputs._base import Output
from filmstrip.params.format_entry import entries_without_destination
from filmstrip.params.query import Query

_MOST_TASKS = 64
_MOST_CHARACTERS = 65_536
"""Longer queries are parsed again each time: what is kept here stays small whatever clients send."""


@dataclass(frozen=True)
class KnownTask:
    """What does not change as long as a task is not final.

    Attributes:
        query: What it is to do; it holds secrets.
        key_id: The API key that it belongs to, None if it is the operator's own.
        begins_at: When it was started.
    """

    query: Query[Output]
    key_id: int | None
    begins_at: datetime

    @cached_property
    def documents(self) -> tuple[str, ...]:
        """Each output as JSON text without its destination, as its media processes are told."""
        return entries_without_destination(self.query.text)

    @property
    def key(self) -> str:
        """Name the API key, for shares; "-" for the operator."""
        return str(self.key_id or "-")


class KnownTasks:
    """Reads tasks and keeps what was read last; safe to use from any thread."""

    def __init__(self, database: Database, parse: Callable[[str], Query[Output]]) -> None:
        """Know nothing yet.

        Args:
            database: Where tasks are read.
            parse: Parses the text of a query.
        """
        self._database = database
        self._parse = parse
        self._lock = threading.Lock()
        self._known: OrderedDict[str, KnownTask] = OrderedDict()
        self._forgotten = 0

    def kept(self, token: str) -> KnownTask | None:
        """Return what was read of a task, None if it is not kept."""
        with self._lock:
            if (known := self._known.get(token)) is not None:
                self._known.move_to_end(token)
            return known

    def read(self, token: str) -> KnownTask:
        """Read what is to be known of a task; blocking.

        Raises:
            TokenNotFoundError: There is no such task, it was not started, or it is final.
        """
        forgotten = self._forgotten
        text = self._database.tasks.read_query(token)
        record = self._database.tasks.read_tasks([token]).get(token)
        if record is None:
            raise TokenNotFoundError("Token not found")
        known = KnownTask(self._parse(text), record.key_id, record.started_at or record.created_at)
        if len(text) <= _MOST_CHARACTERS:
            self._keep(token, known, forgotten)
        return known

    def forget(self, token: str) -> None:
        """Forget a task that is final: nothing is done for it any more, and its secrets are gone from the database."""
        with self._lock:
            self._known.pop(token, None)
            self._forgotten += 1

    def _keep(self, token: str, known: KnownTask, forgotten: int) -> None:
        with self._lock:
            if forgotten != self._forgotten:
                return  # It may be this one that was forgotten while it was read.
            self._known[token] = known
            while len(self._known) > _MOST_TASKS:
                self._known.popitem(last=False)
