"""Who runs tasks? One object that the service starts, gives work and stops."""

from __future__ import annotations

from filmstrip.db.database import Database
from filmstrip.jobs.settings import JobSettings
from filmstrip.media.settings import MediaSettings
from filmstrip.outputs._base import Output
from filmstrip.params.query import Query
from filmstrip.storage.settings import StorageSettings


class JobEngine:
    """Runs tasks durably: what was submitted is finished, also when the service dies in between."""

    def __init__(
        self, database: Database, settings: JobSettings, media: MediaSettings, storage: StorageSettings
    ) -> None:
        self._database = database
        self._settings = settings
        self._media = media
        self._storage = storage

    async def start(self) -> None:
        """Begin to run tasks, first of all those that an earlier service left unfinished.

        Raises:
            WorkFolderInUseError: Another service runs on the same work folder.
        """
        raise NotImplementedError

    async def stop(self, drain_seconds: float = 0) -> None:
        """Take no new work, let running work end for so long, then end it; the next start goes on with it."""
        raise NotImplementedError

    async def submit(self, token: str, query: Query[Output], payload: str | None) -> None:
        """Start a task, in one transaction; it is durable when this returns.

        Raises:
            TokenNotFoundError: There is no such task that is still to be started.
        """
        raise NotImplementedError

    async def cancel(self, token: str) -> None:
        """End a task now; its processes are ended, what it has put stays.

        Raises:
            TokenNotFoundError: There is no such task, or it has not been started or is final.
        """
        raise NotImplementedError

    async def check(self) -> None:
        """See whether tasks can be run: the engine runs, the database answers, the disk has room.

        Raises:
            ResourceError: They cannot.
        """
        raise NotImplementedError
