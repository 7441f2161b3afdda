"""How does a script survive the death of its process? DBOS writes down the result of each step and begins again there.

This module and `journal_format` are the only ones that know DBOS (ADR 3). A script is an async function that does all
its work by `step` and `run_all`; its arguments and the results of its steps are plain JSON values. A step that did not
end is done again, so it must not mind being done twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from sqlalchemy import Connection, Engine

from filmstrip.jobs.journal_format import JournalFormat

_APPLICATION = "filmstrip"
# Constant, or an upgrade of the service would strand what the version before it left unfinished.
_VERSION = "filmstrip-1"
_EXECUTOR = "local"
_WATCH_SECONDS = 0.05
_OVER = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of script.

    Attributes:
        script: What runs, in the event loop of the engine.
        at_once: How many of them run at a time; more wait in order.
    """

    script: Callable[..., Awaitable[None]]
    at_once: int


class Durable:
    """The durable engine, embedded: this process alone uses its database, and has only one of it."""

    def __init__(self, engine: Engine, poll_seconds: float) -> None:
        """Prepare it.

        Args:
            engine: The database.
            poll_seconds: How often it is looked for new work and for results.
        """
        self._engine = engine
        self._poll_seconds = poll_seconds
        self._format = JournalFormat()
        self._client: DBOSClient | None = None
        self._is_draining = False
        self._steps_of: Counter[str] = Counter()

    def start(self, kinds: Mapping[str, Kind]) -> None:
        """Begin to run scripts, also those that a process before this one left; blocking.

        Args:
            kinds: The scripts, by name. The names are in the database: an old one stays as long as it may be there.
        """
        _take_logs()
        DBOS(config=self._config())
        for name, kind in kinds.items():
            # How often work may be begun again is counted by what was at work (`interruptions`): DBOS would count
            # what only waited as well, and each orderly restart.
            DBOS.workflow(name=name, max_recovery_attempts=None)(_named_script(kind.script))
        DBOS.launch()
        for name, kind in kinds.items():
            DBOS.register_queue(name, worker_concurrency=kind.at_once, polling_interval_sec=self._poll_seconds)
        self._client = DBOSClient(
            system_database_engine=self._engine, serializer=self._format, application_name=_APPLICATION
        )

    async def stop(self, drain_seconds: float) -> None:
        """Begin no step any more, let the running ones end for so long, then cancel them; the next start goes on."""
        self._is_draining = True
        await self._until(lambda: not self._steps_of.total(), drain_seconds)
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
        if self._client is not None:
            self._client.destroy()
        self._engine.dispose()

    def enqueue(self, connection: Connection, name: str, identity: str, arguments: tuple[str | int, ...]) -> None:
        """Enqueue a script inside the caller's transaction; blocking.

        Args:
            connection: It runs when this one's transaction is committed, and never if it is taken back.
            name: Which script.
            identity: Names this run of it, once and for all.
            arguments: What the script is called with.
        """
        if self._client is None:
            raise RuntimeError("the engine is not started")
        options = EnqueueOptions(workflow_name=name, queue_name=name, workflow_id=identity)
        self._client.enqueue_in_transaction(connection, options, *arguments)

    async def step(self, name: str, work: Callable[[], Awaitable[T]]) -> T:
        """Do a step of a script, or take its result from the journal. Its errors are written down as well."""
        return await DBOS.run_step_async({"name": name, "preemptible": True}, self._do, work)

    async def run_all(self, name: str, runs: Mapping[str, tuple[str | int, ...]]) -> list[str]:
        """Run scripts, of which each goes on by itself after a crash, and wait for all of them.

        Args:
            name: Which script.
            runs: The arguments of each, by its identity.

        Returns:
            The identities of those that did not run to their end.
        """
        handles = [
            await DBOS.enqueue_workflow_with_options_async(
                EnqueueOptions(workflow_name=name, queue_name=name, workflow_id=identity), *arguments
            )
            for identity, arguments in runs.items()
        ]
        given_up = []
        for handle in handles:
            try:
                await handle.get_result(polling_interval_sec=self._poll_seconds)
            except Exception:  # noqa: BLE001 - from the journal, an error comes back as another class than the first time
                given_up.append(handle.workflow_id)
        return given_up

    async def cancel(self, identity: str, patience_seconds: float) -> None:
        """Cancel a script and those that it runs, and wait until their steps are over."""
        # In a thread: the async functions of DBOS put their thread pool into the event loop that calls them.
        await asyncio.to_thread(DBOS.cancel_workflow, identity, cancel_children=True)
        await self._until(partial(self._is_idle, identity), patience_seconds)

    def list_over(self, name: str, for_seconds: float = 0) -> list[str]:
        """Tell which scripts have been over for so long; blocking."""
        before = datetime.now(UTC) - timedelta(seconds=for_seconds)
        found = DBOS.list_workflows(
            name=name, status=_OVER, completed_before=before.isoformat(), load_input=False, load_output=False
        )
        return [each.workflow_id for each in found]

    def forget(self, identities: list[str]) -> None:
        """Delete the journals of scripts that are over, with those of what they ran; blocking."""
        if identities:
            DBOS.delete_workflows(identities, delete_children=True)

    async def _do(self, work: Callable[[], Awaitable[T]]) -> T:
        identity = DBOS.workflow_id or ""
        if self._is_draining:
            await asyncio.Event().wait()
        self._steps_of[identity] += 1
        try:
            return await work()
        finally:
            self._steps_of[identity] -= 1

    def _is_idle(self, identity: str) -> bool:
        return not any(count for other, count in self._steps_of.items() if other.startswith(identity))

    async def _until(self, condition: Callable[[], bool], seconds: float) -> None:
        clock = asyncio.get_running_loop().time
        deadline = clock() + seconds
        while not condition() and clock() < deadline:  # noqa: ASYNC110 - what it waits for is in another thread's loop
            await asyncio.sleep(_WATCH_SECONDS)

    def _config(self) -> DBOSConfig:
        return DBOSConfig(
            name=_APPLICATION,
            system_database_engine=self._engine,
            application_version=_VERSION,
            executor_id=_EXECUTOR,
            serializer=self._format,
            use_listen_notify=False,
            log_level="WARNING",
        )


def _named_script(script: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Wrap a bound method in a function of its own, which DBOS can mark as its own."""

    async def run(*arguments: str | int) -> None:
        await script(*arguments)

    return run


def _take_logs() -> None:
    """Let DBOS log through the service's own handlers: it sets up its own where it finds none."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.propagate = True
