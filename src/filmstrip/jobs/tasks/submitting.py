"""Starts tasks: by the process that runs them, or by one that only answers clients."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from functools import partial

import structlog
from sqlalchemy import Connection

from filmstrip.db.backends.advisory_locks import ENGINE
from filmstrip.db.database import Database, utc_now
from filmstrip.db.task_records import Submission
from filmstrip.domain.errors import TaskStateError
from filmstrip.jobs.callbacks.receiver import check_receiver, target_of
from filmstrip.jobs.making.addresses import check_addresses
from filmstrip.jobs.making.arrival import check_paths, check_servers, demand_all
from filmstrip.jobs.rules.turns import turn_of
from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.tasks.callback_script import CALLBACK, enqueue_callback
from filmstrip.jobs.tasks.cancelling import Cancelling
from filmstrip.jobs.tasks.durable import Durable
from filmstrip.jobs.tasks.handover import read_key
from filmstrip.jobs.tasks.lending import check_credentials, lender_for
from filmstrip.jobs.tasks.operator_values import with_operator_values
from filmstrip.jobs.tasks.queue_limits import Most
from filmstrip.jobs.tasks.script_kinds import Queue
from filmstrip.jobs.tasks.script_names import BUNDLE, OUTPUT, PIECE, TASK, task_run
from filmstrip.jobs.tasks.submission import make_submission
from filmstrip.jobs.tasks.upload_sources import find_uploads
from filmstrip.outputs._base import Output
from filmstrip.outputs.registry import parse_query
from filmstrip.params.query import Query
from filmstrip.storage.settings import StorageSettings
from filmstrip.uploads.uploads import Uploads

# Outputs that are put, or wait for a slot: neither costs more than memory.
_OUTPUTS_AT_ONCE = 64
_OUTPUTS_AT_ONCE_PER_KEY = 48
# Those that wait for a place cost no more than memory; a silent receiver of an API key has no more than its share.
_CALLBACKS_AT_ONCE = 1024
_CALLBACKS_AT_ONCE_PER_HOST = 8
_NEXT = 2
_log = structlog.get_logger()


class Submitting:
    """Starts tasks."""

    def __init__(
        self,
        durable: Durable,
        database: Database,
        settings: JobSettings,
        storage: StorageSettings,
        *,
        uploads: Uploads | None = None,
        parse: Callable[[str], Query[Output]] = parse_query,
    ) -> None:
        """Join the parts.

        Args:
            durable: Enqueues scripts.
            database: Where everything is written down.
            settings: How tasks are run.
            storage: Which places may be used.
            uploads: What clients sent us, which may be sources.
            parse: Parses the text of a query.
        """
        self._durable = durable
        self._database = database
        self._settings = settings
        self._storage = storage
        self._uploads = uploads
        self._parse = parse

    async def submit(self, token: str, query: Query[Output], payload: str | None, base_url: str = "") -> None:
        """Start a task, in one transaction; it is durable when this returns.

        Args:
            token: The task.
            query: What it is to do.
            payload: What the client wants to see again.
            base_url: Scheme, host and port under which the client reaches this service.

        Raises:
            TokenNotFoundError: There is no such task that is still to be started.
            QueryError: It cannot work with the settings.
        """
        key = await asyncio.to_thread(read_key, self._database, token)
        key_id = int(key) if key.isdigit() else None
        enqueue = partial(
            self._durable.enqueue,
            name=TASK,
            identity=task_run(token),
            arguments=(token, key, 1),
            key=key,
            turn=turn_of(query.priority),
        )
        submission = await asyncio.to_thread(self._submission, query, payload, key_id, base_url)
        await asyncio.to_thread(self._database.tasks.submit_task, token, submission, enqueue)
        self._durable.wake(TASK)
        _log.info("task_submitted", task_token=token, outputs=[output.output_name for output in submission.outputs])

    async def retry(self, token: str, base_url: str = "") -> str:
        """Start a new task in place of one that failed or was cancelled, with its query; return its token.

        Args:
            token: The task.
            base_url: Scheme, host and port under which the client reaches this service.

        Raises:
            TokenNotFoundError: There is no such task.
            TaskStateError: It has not failed, or it cannot be begun again any more.
            QueryError: Its query cannot work with the settings any more.
        """
        new = await asyncio.to_thread(self._retry, token, base_url)
        self._durable.wake(TASK)
        return new

    def _retry(self, token: str, base_url: str) -> str:
        failed = self._database.retries.read_failed(token)
        key = None if failed.key_id is None else self._database.keys.read_key(failed.key_id)
        if key is not None and not key.is_good(utc_now()):
            raise TaskStateError("The API key of the task was revoked, or has expired: send the query with another one")
        share = str(failed.key_id or "-")
        query = self._parse(failed.query)
        submission = self._submission(query, failed.payload, failed.key_id, base_url)

        def enqueue(connection: Connection, new: str) -> None:
            self._durable.enqueue(connection, TASK, task_run(new), (new, share, 1), share, turn_of(query.priority))

        return self._database.retries.retry_task(token, submission, enqueue)

    def _submission(self, query: Query[Output], payload: str | None, key_id: int | None, base_url: str) -> Submission:
        lender = lender_for(self._database, self._storage, key_id, is_begun=False)
        demand_all(
            partial(check_credentials, query, lender),
            partial(check_servers, query, self._storage, lender),
            partial(check_paths, query, self._storage),
            partial(check_addresses, query, self._storage),
            partial(check_receiver, query.callback_url, self._storage),
        )
        upload_ids = find_uploads(query.sources, self._uploads, key_id)
        completed = with_operator_values(query, self._settings, self._parse)
        return make_submission(completed, payload, upload_ids, target_of(query, base_url))


class Desk:
    """Starts, cancels and retries tasks for other processes, which run them; this one runs none."""

    def __init__(
        self, database: Database, settings: JobSettings, storage: StorageSettings, uploads: Uploads | None = None
    ) -> None:
        """Join the parts; see `Submitting`."""
        self._database = database
        self._settings = settings
        self._durable = Durable(database.companion_engine(), settings.poll_seconds, bell=database.bell)
        self._submitting = Submitting(self._durable, database, settings, storage, uploads=uploads)
        self._cancelling = Cancelling(self._durable, database, settings)

    def open(self) -> None:
        """Begin; the engine's tables are made if they are not there; blocking."""
        with self._database.alone(ENGINE):
            self._durable.connect(script_queues(self._settings))
        self._database.callbacks.on_noted = partial(enqueue_callback, self._durable)

    def close(self) -> None:
        """End; blocking."""
        self._durable.disconnect()

    async def submit(self, token: str, query: Query[Output], payload: str | None, base_url: str = "") -> None:
        """Start a task, as `Submitting.submit`."""
        await self._submitting.submit(token, query, payload, base_url)

    async def retry(self, token: str, base_url: str = "") -> str:
        """Begin a failed task again, as `Submitting.retry`."""
        return await self._submitting.retry(token, base_url)

    async def cancel(self, token: str) -> bool:
        """Cancel a task, as `Cancelling.cancel`."""
        return await self._cancelling.cancel(token)


def script_queues(settings: JobSettings) -> dict[str, Queue]:
    """Return where the scripts wait for their turn, by their names."""
    most = settings.open_tasks
    outputs = Queue("outputs", _OUTPUTS_AT_ONCE, _OUTPUTS_AT_ONCE_PER_KEY)
    return {
        TASK: Queue("tasks", most, settings.open_tasks_per_key or most),
        BUNDLE: outputs,
        OUTPUT: outputs,
        PIECE: Queue("pieces", _OUTPUTS_AT_ONCE, settings.slots_per_key or _OUTPUTS_AT_ONCE),
        CALLBACK: Queue("callbacks", _CALLBACKS_AT_ONCE, _CALLBACKS_AT_ONCE_PER_HOST),
    }


def wanted_scripts(settings: JobSettings, putting: Collection[str]) -> dict[str, Most]:
    """Return how many scripts of each queue one of several processes wants: those with a slot, and the next small ones.

    Args:
        settings: How tasks are run.
        putting: Names of the work that has left its slot and puts its last files.
    """
    slots = settings.slot_count
    return {
        "tasks": lambda: slots + settings.fetches + len(putting),
        "outputs": lambda: slots + max(_NEXT, slots) + len(putting),
        # They are long: what one has taken and not begun, another one might be at already.
        "pieces": lambda: slots + len(putting),
    }
