"""Writing down which files are at all destinations: many that arrive together in one transaction."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from filmstrip.db.database import Database
from filmstrip.db.task_records import PutArtifact
from filmstrip.domain.artifact import Artifact
from filmstrip.outputs._base import Group


class PutRecorder:
    """Writes down the files of one group; blocking, and called by several threads at once.

    A caller that finds no other writing writes for all that came meanwhile; the others wait until theirs is, too.
    """

    def __init__(self, database: Database, token: str, index: int, group: Group) -> None:
        """Begin with none.

        Args:
            database: Where it is written.
            token: The task.
            index: The output.
            group: What is put; once a file of it is everywhere, the output waits for nothing.
        """
        self._database = database
        self._token = token
        self._index = index
        self._group_name = group.name
        self._may_wait = True
        self._arrived: list[PutArtifact] = []
        self._arriving = threading.Lock()
        self._writing = threading.Lock()

    def __call__(self, artifact: Artifact) -> None:
        """Write down one file; it is written when this returns."""
        with self._arriving:
            self._arrived.append(PutArtifact(self._group_name, artifact))
        with self._writing:
            with self._arriving:
                arrived = self._arrived
                self._arrived = []
            if arrived:
                self._write(arrived)

    def _write(self, arrived: Sequence[PutArtifact]) -> None:
        try:
            self._database.artifacts.record_artifacts(self._token, self._index, arrived)
        except BaseException:
            with self._arriving:
                self._arrived = [*arrived, *self._arrived]
            raise
        if self._may_wait:
            self._database.outages.end_outage(self._token, self._index)
            self._may_wait = False
