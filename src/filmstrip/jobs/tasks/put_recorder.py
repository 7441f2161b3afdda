"""Writing down which files are at all destinations: those of about a second together, in one transaction."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import structlog

from filmstrip.db.database import Database
from filmstrip.db.task_records import PutArtifact
from filmstrip.domain.artifact import Artifact
from filmstrip.domain.errors import FilmstripError
from filmstrip.outputs._base import Group

_log = structlog.get_logger()


class PutRecorder:
    """Writes down the files of one group; blocking, and called by several threads at once.

    The first file is written at once, what comes in the seconds after it together, and the rest by `flush`:

        put      a      b c d        e f  flush
        written  a            b c d       e f

    A crash makes again what was put and is not written: what came since the last time.
    """

    def __init__(self, database: Database, token: str, index: int, group: Group, seconds: float) -> None:
        """Begin with none.

        Args:
            database: Where it is written.
            token: The task.
            index: The output.
            group: What is put; once a file of it is everywhere, the output waits for nothing.
            seconds: How long a file may wait for others.
        """
        self._database = database
        self._token = token
        self._index = index
        self._group_name = group.name
        self._seconds = seconds
        self._may_wait = True
        self._due_at = 0.0
        self._later: threading.Timer | None = None
        self._arrived: list[PutArtifact] = []
        self._arriving = threading.Lock()
        self._writing = threading.Lock()

    def __call__(self, artifact: Artifact) -> None:
        """Write down one file, now or with others that come soon."""
        with self._arriving:
            self._arrived.append(PutArtifact(self._group_name, artifact))
            wait_seconds = self._due_at - time.monotonic()
            if wait_seconds > 0:
                self._write_in(wait_seconds)
                return
            self._due_at = time.monotonic() + self._seconds
        self._write()

    def flush(self) -> None:
        """Write down what is not written yet; the group counts as put only when this returns."""
        with self._arriving:
            if self._later is not None:
                self._later.cancel()
            self._later = None
        self._write()

    def _write_in(self, seconds: float) -> None:
        if self._later is None:
            self._later = threading.Timer(seconds, self._write_later)
            self._later.daemon = True
            self._later.start()

    def _write_later(self) -> None:
        with self._arriving:
            self._later = None
            self._due_at = time.monotonic() + self._seconds
        try:
            self._write()
        except FilmstripError as error:
            # Nobody waits here: what is the matter is told by whoever writes next.
            _log.warning("puts_not_written", reason=str(error))

    def _write(self) -> None:
        with self._writing:
            with self._arriving:
                arrived, self._arrived = self._arrived, []
            if arrived:
                self._write_down(arrived)

    def _write_down(self, arrived: Sequence[PutArtifact]) -> None:
        try:
            self._database.artifacts.record_artifacts(self._token, self._index, arrived)
        except BaseException:
            with self._arriving:
                self._arrived = [*arrived, *self._arrived]
            raise
        if self._may_wait:
            self._database.outages.end_outage(self._token, self._index)
            self._may_wait = False
