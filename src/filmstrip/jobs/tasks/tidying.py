"""Clears up after tasks: looks every few seconds for tasks that nothing works on, journals and folders."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from filmstrip.db.backends.advisory_locks import JOURNAL
from filmstrip.db.database import Database
from filmstrip.domain.errors import DatabaseAwayError
from filmstrip.jobs.rules.places import Places
from filmstrip.jobs.tasks import journal
from filmstrip.jobs.tasks.work_folders import WorkFolders

_JOURNAL_SECONDS = 60.0
_LOST_SECONDS = 5.0
_LOST = "An internal error of the service ended this"
_log = structlog.get_logger()


class Tidying:
    """Clears up after tasks while the durable engine runs."""

    def __init__(
        self,
        database: Database,
        folders: WorkFolders,
        open_tasks: Places,
        further: Sequence[Callable[[], object]] = (),
        keep_query_hours: float = 0,
    ) -> None:
        """Prepare it.

        Args:
            database: Knows the tasks.
            folders: Where they work.
            open_tasks: Places that they have.
            further: What else is looked after as often, by one of those that share the database; they block.
            keep_query_hours: How long the query of a lost task is kept, so that it can be begun again.
        """
        self._database = database
        self._further = further
        self._keep_query_hours = keep_query_hours
        self._folders = folders
        self._open_tasks = open_tasks

    async def keep_tidy(self, pause_seconds: float) -> None:
        """Clear up, again and again, until it is cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.tidy)
            except DatabaseAwayError as error:
                _log.warning("not_tidied", reason=str(error))
            except Exception:  # noqa: BLE001 - whatever it is, the next look may find it gone
                _log.exception("not_tidied")
            await asyncio.sleep(pause_seconds)

    def tidy(self) -> None:
        """End the tasks whose scripts are over without having ended them; forget journals and folders of ended ones.

        What comes next is enqueued before a script ends, so that a task with an open script has a future. Blocking.
        """
        with self._database.elected(JOURNAL) as is_elected:
            if is_elected:
                self._tidy_journal()
                for look in self._further:
                    look()
        self._tidy_here()

    def _tidy_here(self) -> None:
        """Take back what tasks have on this machine that ended, maybe by their last output on another one."""
        self._folders.sweep(self._database.tasks.unfinished_among)
        if taken := self._open_tasks.taken():
            unfinished = self._database.tasks.unfinished_among(taken)
            for token in taken:
                if token not in unfinished:
                    self._open_tasks.leave(token)

    def _tidy_journal(self) -> None:
        over = journal.list_over(for_seconds=_LOST_SECONDS)
        tasks = self._database.tasks.read_tasks({identity.partition(".")[0] for identity in over})
        for task in tasks.values():
            if not task.status.is_final and not journal.has_open(f"{task.token}."):
                if self._database.tasks.finish_task(task.token, _LOST, keep_query_hours=self._keep_query_hours):
                    _log.error("task_lost", task_token=task.token)
                self._open_tasks.leave(task.token)
        before = datetime.now(UTC) - timedelta(seconds=_JOURNAL_SECONDS)
        ended = {task.token for task in tasks.values() if task.finished_at is not None and task.finished_at < before}
        journal.forget([identity for identity in over if identity.partition(".")[0] in ended])
