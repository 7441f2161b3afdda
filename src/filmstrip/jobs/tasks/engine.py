"""The engine that runs tasks: one object that the service starts, gives work and stops."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial

import structlog

from filmstrip.db.database import Database
from filmstrip.domain.errors import DatabaseAwayError, FilmstripError, ResourceError
from filmstrip.isolation.fork_server import ForkServer
from filmstrip.jobs.callbacks.deliveries import Deliveries
from filmstrip.jobs.callbacks.settings import CallbackSettings
from filmstrip.jobs.making.media_child import MediaChild
from filmstrip.jobs.rules.free_disk import demand_free_disk
from filmstrip.jobs.rules.meter import UNWATCHED, Meter
from filmstrip.jobs.rules.places import Places
from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.tasks.callback_script import CALLBACK, CallbackScript, enqueue_callback
from filmstrip.jobs.tasks.cancelling import Cancelling
from filmstrip.jobs.tasks.cleaning import Cleaning
from filmstrip.jobs.tasks.durable import Durable
from filmstrip.jobs.tasks.ended_work import EndedWork
from filmstrip.jobs.tasks.fleet import Fleet, end_at_once
from filmstrip.jobs.tasks.handover import begin_again, occupy_places
from filmstrip.jobs.tasks.interruptions import Interruptions
from filmstrip.jobs.tasks.isolation_report import report_isolation
from filmstrip.jobs.tasks.known_tasks import KnownTasks
from filmstrip.jobs.tasks.outages import Outages
from filmstrip.jobs.tasks.output_steps import OutputSteps
from filmstrip.jobs.tasks.piece_steps import PieceSteps
from filmstrip.jobs.tasks.progress_board import ProgressBoard
from filmstrip.jobs.tasks.queue_limits import QueueLimits
from filmstrip.jobs.tasks.restarts import Restarts
from filmstrip.jobs.tasks.retention import Retention
from filmstrip.jobs.tasks.run_pieces import RunPieces
from filmstrip.jobs.tasks.script_kinds import Kind
from filmstrip.jobs.tasks.script_names import BUNDLE, OUTPUT, PIECE, TASK
from filmstrip.jobs.tasks.submitting import Submitting, script_queues, wanted_scripts
from filmstrip.jobs.tasks.surroundings import Surroundings
from filmstrip.jobs.tasks.task_steps import TaskSteps
from filmstrip.jobs.tasks.tidying import Tidying
from filmstrip.jobs.tasks.work_folders import WorkFolders
from filmstrip.media.settings import MediaSettings
from filmstrip.outputs._base import Output
from filmstrip.outputs.child.fetch_request import FETCHER
from filmstrip.outputs.registry import CHILD, parse_query
from filmstrip.params.query import Query
from filmstrip.storage.settings import StorageSettings
from filmstrip.uploads.uploads import Uploads

_STUCK_SECONDS = 60.0
_MOST_NAMED = 5
# Those that wait for a place cost no more than memory; a silent receiver of an API key has no more than its share.
_CALLBACKS_AT_ONCE = 1024
_log = structlog.get_logger()


class JobEngine:
    """Runs tasks durably: what was submitted is finished, also when the service dies in between."""

    def __init__(  # noqa: PLR0913 - all but four by name
        self,
        database: Database,
        settings: JobSettings,
        media: MediaSettings,
        storage: StorageSettings,
        *,
        callbacks: CallbackSettings | None = None,
        uploads: Uploads | None = None,
        parse: Callable[[str], Query[Output]] = parse_query,
        child: str = CHILD,
        on_dead: Callable[[], object] = end_at_once,
        meter: Meter = UNWATCHED,
    ) -> None:
        """Join the parts; nothing runs yet.

        Args:
            database: Where everything is written down; its tables are there.
            settings: How tasks are run.
            media: Limits and programs of media work.
            storage: Which places may be used.
            callbacks: How receivers are told what happens; None for the defaults.
            uploads: What clients sent us, which may be sources.
            parse: Parses the text of a query.
            child: The module that child processes run.
            on_dead: Ends this process once another one does its work.
            meter: Counts what is done.
        """
        self._database = database
        self._settings = settings
        self._storage = storage
        self._uploads = uploads
        self._parse = parse
        self._folders = WorkFolders(settings.work_root, database.tasks.is_unfinished)
        self._board = ProgressBoard(database, settings.progress_seconds)
        self._forks = ForkServer(child)
        self._child = MediaChild(media, storage, self._forks)
        self._fleet = Fleet(database, settings, on_dead)
        self._around = around = Surroundings(
            database=database,
            settings=settings,
            storage=storage,
            child=self._child,
            folders=self._folders,
            interruptions=Interruptions(database, settings.recoveries, executor_id=self._fleet.marks_of),
            slots=Places(settings.slot_count, settings.slots_per_key),
            fetches=Places(settings.fetches, settings.fetches_per_key),
            open_tasks=Places(settings.open_tasks, settings.open_tasks_per_key),
            known=KnownTasks(database, parse),
            executor_id=self._fleet.executor_id if database.is_shared else None,
            uploads=uploads,
            meter=meter,
        )
        self._open_tasks = around.open_tasks
        self._places = (around.slots, around.fetches, around.open_tasks)
        self._durable = Durable(
            database.companion_engine(),
            settings.poll_seconds,
            self._fleet.executor_id,
            demand_life=self._fleet.demand_life if database.is_shared else None,
            bell=database.bell if database.is_shared else None,
            meter=meter,
            traces_url=settings.otlp_traces_url,
            limits=QueueLimits(
                wanted_scripts(settings, around.putting) if database.is_shared else None, self._fleet.executor_id
            ),
        )
        output = OutputSteps(around, self._board)
        self._scripts = RunPieces(
            self._durable,
            TaskSteps(around, Restarts(self._durable, around)),
            output,
            PieceSteps(around, output),
            Outages(database, settings, meter),
            settings.work_hours * 3600,
        )
        self._retention = Retention(database, settings, storage)
        self._cleaning = Cleaning(database, settings, storage, self._folders, parse)
        self._ended_work = EndedWork(self._durable, around, self._cleaning)
        deliveries = Deliveries(database, callbacks or CallbackSettings(), storage, executor_id=self._fleet.executor_id)
        self._callbacks = CallbackScript(self._durable, database, deliveries)
        self._cancelling = Cancelling(self._durable, database, settings)
        self._submitting = Submitting(self._durable, database, settings, storage, uploads=uploads, parse=parse)
        self._tidying: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None

    async def start(self, *, replace: bool = False) -> None:
        """Begin to run tasks, first of all those that an earlier service left unfinished.

        Args:
            replace: Whether to take the place of a process of the same name that is alive.

        Raises:
            ResourceError: Another server runs on the same work folder, media processes cannot be kept apart as the
                setting `isolation` requires, or another process of this name works on the database.
        """
        unfinished = await asyncio.to_thread(self._database.tasks.unfinished_tasks)
        await asyncio.to_thread(self._folders.open, unfinished)
        if self._child.media.isolation == "required":
            try:
                await self._report_isolation()
            except FilmstripError:
                await asyncio.to_thread(self._forks.close)
                raise
        await asyncio.to_thread(self._fleet.begin, replace=replace)
        if not self._database.is_shared:
            await asyncio.to_thread(occupy_places, self._database, self._open_tasks)
        # In a thread without an event loop, so that scripts get one of their own and never wait for the API's.
        await asyncio.to_thread(
            self._fleet.start, self._durable, partial(self._durable.start, self._kinds(), self._settings.queues)
        )
        # What was noted before it is begun by the first look of the tidying.
        self._database.callbacks.on_noted = partial(enqueue_callback, self._durable)
        await asyncio.to_thread(begin_again, self._database, unfinished, self._durable)
        self._board.start()
        await asyncio.to_thread(self._forks.start)
        await asyncio.to_thread(self._forks.beside(FETCHER).start)
        if self._child.media.isolation != "required":
            # Nobody needs to wait for it.
            self._telling = asyncio.create_task(self._report_isolation())
        further = (self._callbacks.take_up, self._cleaning.clean_all, self._retention.look)
        kept = self._settings.retry_hours
        tidying = Tidying(self._database, self._folders, self._open_tasks, further, kept)
        self._tidying = asyncio.create_task(tidying.keep_tidy(self._settings.watch_seconds))
        self._ending = asyncio.create_task(self._ended_work.keep_looking())
        _log.info("engine_started", unfinished_tasks=len(unfinished), slots=self._settings.slot_count)

    async def stop(self, drain_seconds: float = 0) -> None:
        """Take no new work, let running steps end for so long, then end them; the next start goes on with them."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.wait([self._telling])
        if self._ending is not None:
            self._ending.cancel()
            await asyncio.wait([self._ending])
            await self._ended_work.stop()
        if self._tidying is not None:
            self._tidying.cancel()
            with suppress(asyncio.CancelledError):
                await self._tidying
            self._tidying = None
            for places in self._places:
                places.close()
            # What is cut off from here on was ended by the stop: its marks go before it, as an operator who finds
            # that it takes too long may kill it, and after it, for what was about to make one.
            await asyncio.to_thread(self.end_all_marks)
            await self._durable.stop(drain_seconds)
            await self._board.stop()
            await asyncio.to_thread(self.end_all_marks)
            # Without the database, the others find out by themselves.
            with suppress(DatabaseAwayError):
                await self._fleet.stop()
        await asyncio.to_thread(self._forks.close)
        self._folders.close()

    def end_all_marks(self) -> None:
        """Take away the marks of what is at work here: it ends, and is not the reason; blocking."""
        with suppress(DatabaseAwayError):
            self._database.interruptions.end_all_work(self._fleet.marks_of)

    async def submit(self, token: str, query: Query[Output], payload: str | None, base_url: str = "") -> None:
        """Start a task, as `Submitting.submit`, and begin with it at once."""
        await self._submitting.submit(token, query, payload, base_url)

    async def retry(self, token: str, base_url: str = "") -> str:
        """Begin a failed task again, as `Submitting.retry`."""
        return await self._submitting.retry(token, base_url)

    async def cancel(self, token: str) -> bool:
        """End a task now, as `Cancelling.cancel`; what works on it here has ended when this returns."""
        await self._cancelling.write_down(token)
        await self._ended_work.end(token)
        return await self._cancelling.is_removed(token)

    async def check(self) -> None:
        """See whether tasks can be run.

        Raises:
            ResourceError: They cannot: the engine does not run, work hangs, or its disk is full.
        """
        if self._tidying is None or self._tidying.done():
            raise ResourceError("The engine that runs tasks does not run")
        if stuck := self._durable.stuck_steps(_STUCK_SECONDS):
            raise ResourceError(f"Steps hang, past their time limits: {_listed(stuck)}")
        await asyncio.to_thread(demand_free_disk, self._folders.root, self._settings.free_disk_mb)

    def _kinds(self) -> dict[str, Kind]:
        queues = script_queues(self._settings)
        scripts: dict[str, Callable[..., Awaitable[None]]] = {
            TASK: self._scripts.run_task,
            BUNDLE: self._scripts.run_bundle,
            OUTPUT: self._scripts.run_output,
            PIECE: self._scripts.run_piece,
            CALLBACK: self._callbacks.call_back,
        }
        return {name: Kind(script, queues[name]) for name, script in scripts.items()}

    async def _report_isolation(self) -> None:
        await report_isolation(self._child, self._folders.root)


def _listed(names: Sequence[str]) -> str:
    """List names with how often each comes, the most frequent ones first."""
    counts = Counter(names).most_common()
    shown = [name if count == 1 else f"{name} ({count} times)" for name, count in counts[:_MOST_NAMED]]
    return ", ".join(shown) + (", …" if len(counts) > _MOST_NAMED else "")
