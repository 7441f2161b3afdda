"""Who runs tasks? One object that the service starts, gives work and stops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from filmstrip.db.database import Database
from filmstrip.db.records import Submission
from filmstrip.domain.errors import FilmstripError, ResourceError, TokenNotFoundError
from filmstrip.domain.task import TaskStatus
from filmstrip.jobs.addresses import check_addresses
from filmstrip.jobs.durable import Durable, Kind, Queue
from filmstrip.jobs.free_disk import demand_free_disk
from filmstrip.jobs.interruptions import Interruptions
from filmstrip.jobs.lending import check_credentials, lender_for
from filmstrip.jobs.media_child import MediaChild
from filmstrip.jobs.operator_values import with_operator_values
from filmstrip.jobs.outages import Outages, is_active
from filmstrip.jobs.output_steps import OutputSteps
from filmstrip.jobs.places import Places
from filmstrip.jobs.progress_board import ProgressBoard
from filmstrip.jobs.run_task import BUNDLE, FORMER_SCRIPTS, OUTPUT, TASK, RunTask, task_run
from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.submission import make_submission
from filmstrip.jobs.surroundings import Surroundings
from filmstrip.jobs.task_steps import TaskSteps
from filmstrip.jobs.work_folders import WorkFolders
from filmstrip.media.fork_server import ForkServer
from filmstrip.media.settings import MediaSettings
from filmstrip.outputs._base import Output
from filmstrip.outputs._fetch_request import FETCHER
from filmstrip.outputs.registry import CHILD, parse_query
from filmstrip.params.query import Query
from filmstrip.storage.settings import StorageSettings

_CANCEL_SECONDS = 20.0
_JOURNAL_SECONDS = 60.0
_LOST_SECONDS = 5.0
_STUCK_SECONDS = 60.0
# Outputs that are put, or wait for a slot: neither costs more than memory.
_OUTPUTS_AT_ONCE = 64
_OUTPUTS_AT_ONCE_PER_KEY = 48
_log = structlog.get_logger()


class JobEngine:
    """Runs tasks durably: what was submitted is finished, also when the service dies in between."""

    def __init__(
        self,
        database: Database,
        settings: JobSettings,
        media: MediaSettings,
        storage: StorageSettings,
        *,
        parse: Callable[[str], Query[Output]] = parse_query,
        child: str = CHILD,
    ) -> None:
        """Join the parts; nothing runs yet.

        Args:
            database: Where everything is written down; its tables are there.
            settings: How tasks are run.
            media: Limits and programs of media work.
            storage: Which places may be used.
            parse: Parses the text of a query.
            child: The module that child processes run.
        """
        self._database = database
        self._settings = settings
        self._storage = storage
        self._parse = parse
        self._folders = WorkFolders(settings.work_root)
        self._board = ProgressBoard(database, settings.progress_seconds)
        self._forks = ForkServer(child)
        self._child = MediaChild(media, storage, self._forks)
        around = Surroundings(
            database=database,
            settings=settings,
            storage=storage,
            child=self._child,
            folders=self._folders,
            interruptions=Interruptions(database, settings.recoveries),
            slots=Places(settings.slot_count, settings.slots_per_key),
            fetches=Places(settings.fetches, settings.fetches_per_key),
            open_tasks=Places(settings.open_tasks, settings.open_tasks_per_key),
            parse=parse,
        )
        self._open_tasks = around.open_tasks
        self._places = (around.slots, around.fetches, around.open_tasks)
        self._durable = Durable(database.companion_engine(), settings.poll_seconds)
        self._scripts = RunTask(
            self._durable,
            TaskSteps(around),
            OutputSteps(around, self._board),
            Outages(database, settings),
            settings.work_hours * 3600,
        )
        self._tidying: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to run tasks, first of all those that an earlier service left unfinished.

        Raises:
            ResourceError: Another server runs on the same work folder, or media processes cannot be kept apart as the
                setting `isolation` requires.
        """
        unfinished = await asyncio.to_thread(self._database.unfinished_tasks)
        await asyncio.to_thread(self._folders.open, unfinished)
        if self._child.media.isolation == "required":
            await self._tell_isolation()
        await asyncio.to_thread(self._database.count_interruptions)
        await asyncio.to_thread(self._occupy, unfinished)
        # In a thread without an event loop, so that scripts get one of their own and never wait for the API's.
        await asyncio.to_thread(self._durable.start, self._kinds())
        await asyncio.to_thread(self._begin_again, unfinished)
        self._board.start()
        await asyncio.to_thread(self._forks.start)
        await asyncio.to_thread(self._forks.beside(FETCHER).start)
        if self._child.media.isolation != "required":
            # Nobody needs to wait for it.
            self._telling = asyncio.create_task(self._tell_isolation())
        self._tidying = asyncio.create_task(self._keep_tidy())
        _log.info("engine_started", unfinished_tasks=len(unfinished), slots=self._settings.slot_count)

    async def stop(self, drain_seconds: float = 0) -> None:
        """Take no new work, let running steps end for so long, then end them; the next start goes on with them."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.wait([self._telling])
        if self._tidying is not None:
            self._tidying.cancel()
            with suppress(asyncio.CancelledError):
                await self._tidying
            self._tidying = None
            for places in self._places:
                places.close()
            await self._durable.stop(drain_seconds)
            await self._board.stop()
        await asyncio.to_thread(self._forks.close)
        self._folders.close()

    async def submit(self, token: str, query: Query[Output], payload: str | None) -> None:
        """Start a task, in one transaction; it is durable when this returns.

        Raises:
            TokenNotFoundError: There is no such task that is still to be started.
            QueryError: It cannot work with the settings.
        """
        key_id = await asyncio.to_thread(self._key_id, token)
        key = _share_of(key_id)
        enqueue = partial(
            self._durable.enqueue, name=TASK, identity=task_run(token), arguments=(token, key, 1), key=key
        )
        submission = await asyncio.to_thread(self._submission, query, payload, key_id)
        await asyncio.to_thread(self._database.submit_task, token, submission, enqueue)
        self._durable.wake()
        _log.info("task_submitted", task_token=token, outputs=[output.output_name for output in submission.outputs])

    def _submission(self, query: Query[Output], payload: str | None, key_id: int | None) -> Submission:
        check_credentials(query, lender_for(self._database, self._storage, key_id, is_begun=False))
        check_addresses(query, self._storage)
        return make_submission(with_operator_values(query, self._settings, self._parse), payload)

    async def cancel(self, token: str) -> None:
        """End a task now, and wait until its processes are ended; what it has put stays.

        Raises:
            TokenNotFoundError: There is no such task, or it was not started, or it is final.
        """
        if token not in await asyncio.to_thread(self._database.unfinished_tasks):
            raise TokenNotFoundError("Token not found")
        await asyncio.to_thread(self._database.finish_task, token, "The task was cancelled")
        await self._durable.cancel(task_run(token), f"{token}.", _CANCEL_SECONDS)
        self._open_tasks.leave(token)
        await asyncio.to_thread(self._folders.empty_task, token)
        _log.info("task_cancelled", task_token=token)

    async def check(self) -> None:
        """See whether tasks can be run.

        Raises:
            ResourceError: They cannot: the engine does not run, work hangs, or its disk is full.
        """
        if self._tidying is None or self._tidying.done():
            raise ResourceError("The engine that runs tasks does not run")
        if stuck := self._durable.stuck_steps(_STUCK_SECONDS):
            raise ResourceError(f"{len(stuck)} pieces of work hang, and do not end when they should: {stuck[0]}, …")
        await asyncio.to_thread(demand_free_disk, self._folders.root, self._settings.free_disk_mb)

    def _kinds(self) -> dict[str, Kind]:
        most = self._settings.open_tasks
        tasks = Queue("tasks", most, self._settings.open_tasks_per_key or most)
        outputs = Queue("outputs", _OUTPUTS_AT_ONCE, _OUTPUTS_AT_ONCE_PER_KEY)
        return {
            TASK: Kind(self._scripts.run_task, tasks),
            BUNDLE: Kind(self._scripts.run_bundle, outputs),
            OUTPUT: Kind(self._scripts.run_output, outputs),
        }

    def _occupy(self, unfinished: Collection[str]) -> None:
        """Count the tasks among the open ones whose outputs were begun."""
        for task in self._database.read_tasks(unfinished).values():
            was_begun = task.status not in {TaskStatus.DOWNLOADING, TaskStatus.COMPLETED}
            if was_begun and any(is_active(output) for output in task.outputs):
                self._open_tasks.occupy(task.token, _share_of(task.key_id))

    def _begin_again(self, unfinished: Collection[str]) -> None:
        """Begin the tasks whose scripts are not there, as after an upgrade; those that are there are left alone."""
        self._durable.retire(FORMER_SCRIPTS)
        missing = self._durable.missing([task_run(token) for token in unfinished])
        for token in unfinished:
            if (identity := task_run(token)) in missing:
                key = _share_of(self._key_id(token))
                self._durable.enqueue(None, TASK, identity, (token, key, 1), key)

    def _key_id(self, token: str) -> int | None:
        found = self._database.read_tasks([token])
        return found[token].key_id if token in found else None

    async def _tell_isolation(self) -> None:
        """Write into the log what media processes are kept from here."""
        try:
            trial = await self._child.try_walls(self._folders.root)
        except FilmstripError as error:
            if self._child.media.isolation == "required":
                await asyncio.to_thread(self._forks.close)
                raise
            _log.warning("isolation_not_tried", error=str(error))
            return
        tell = _log.warning if trial.lacks else _log.info
        tell("isolation", keeps_from=trial.holds, does_not_keep_from=trial.lacks, landlock_version=trial.landlock)

    async def _keep_tidy(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._tidy)
            except Exception:  # noqa: BLE001 - whatever it is, the next look may find it gone
                _log.exception("not_tidied")
            await asyncio.sleep(self._settings.watch_seconds)

    def _tidy(self) -> None:
        """End the tasks whose scripts are over without having ended them, and forget the journals of those that are.

        What comes next is enqueued before a script ends, so that a task with an open script has a future.
        """
        over = self._durable.list_over(for_seconds=_LOST_SECONDS)
        tasks = self._database.read_tasks({identity.partition(".")[0] for identity in over})
        for task in tasks.values():
            if not task.status.is_final and not self._durable.has_open(f"{task.token}."):
                self._folders.empty_task(task.token)
                if self._database.finish_task(task.token, "An internal error of the service ended this"):
                    _log.error("task_lost", task_token=task.token)
                self._open_tasks.leave(task.token)
        before = datetime.now(UTC) - timedelta(seconds=_JOURNAL_SECONDS)
        ended = {task.token for task in tasks.values() if task.finished_at is not None and task.finished_at < before}
        self._durable.forget([identity for identity in over if identity.partition(".")[0] in ended])


def _share_of(key_id: int | None) -> str:
    """Name an API key, for shares; "-" for the operator's own tasks."""
    return str(key_id or "-")
