"""The hosts that have answered in a task: what answered once is waited for much longer than what may be mistyped."""

from __future__ import annotations

from filmstrip.db.database import Database
from filmstrip.domain.errors import FilmstripError
from filmstrip.storage._base import Lists, Store

# It takes long to put so much: its server may break down in the middle, after the first parts of it.
_LONG_PUT_BYTES = 4 << 20


class Answers:
    """Writes down which hosts have answered; blocking, and called by several threads at once."""

    def __init__(self, database: Database, token: str) -> None:
        """Begin with what is written down.

        Args:
            database: Where it is written.
            token: The task.
        """
        self._database = database
        self._token = token
        self._known = {""}

    def note(self, host: str) -> None:
        """Keep that a host, "" for this machine, has answered."""
        if host not in self._known:
            self._database.outages.record_answer(self._token, host)
            self._known.add(host)

    def ask(self, store: Store, host: str, size_bytes: int) -> None:
        """See whether the host of a store answers, if it never did and what is going to be put takes long."""
        if size_bytes < _LONG_PUT_BYTES or host in self._known or not isinstance(store, Lists):
            return
        if self._database.outages.has_answered(self._token, host):
            self._known.add(host)
            return
        try:
            next(iter(store.names()), None)
        except FilmstripError as refusal:
            if refusal.is_retryable:
                return
        self.note(host)
