"""Scripts that survive the death of their process: DBOS writes down the result of each step and begins again there.

This module, `engine_config`, `lasting_steps`, `journal`, `queue_limits`, `handing_over` and `journal_format` are the
only ones that know DBOS (ADR 3). A script is an async function that does all its work by `step` and `begin`; its
arguments and the results of its steps are plain JSON values. A step that did not end is done again, so it must not mind
being done twice. A version that begins a script otherwise must go on with the journals of those before it: the same
steps in the same order, or another name.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from typing import TypeVar

from dbos import DBOS, DBOSClient, EnqueueOptions
from sqlalchemy import Connection, Engine

from filmstrip.db.backends._base import Listener
from filmstrip.db.bell import Bell
from filmstrip.domain.errors import DatabaseAwayError
from filmstrip.jobs.rules.meter import UNWATCHED, Meter
from filmstrip.jobs.rules.step_limit import StepLimit
from filmstrip.jobs.tasks.engine_config import APPLICATION, demand_exporter, engine_config
from filmstrip.jobs.tasks.engine_log import take_logs
from filmstrip.jobs.tasks.executor_identity import LOCAL
from filmstrip.jobs.tasks.handing_over import FindDead, drop_waiting, give_back
from filmstrip.jobs.tasks.journal_format import JournalFormat
from filmstrip.jobs.tasks.lasting_steps import LastingSteps
from filmstrip.jobs.tasks.queue_limits import QueueLimits
from filmstrip.jobs.tasks.running_steps import RunningSteps
from filmstrip.jobs.tasks.script_kinds import Kind, Queue
from filmstrip.jobs.tasks.wake_up import StopEvents

_WATCH_SECONDS = 0.05
_POLLS_OF_WHO_HEARS = 2
"""How much longer a process waits between two looks into a queue that is told of what is enqueued."""

T = TypeVar("T")
Turn = Callable[[int], int]
"""Gives a number that is lower for what runs earlier, by a place among several."""


def first_of_all(_place: int) -> int:
    """Give the lowest number."""
    return 0


class Durable:
    """The durable engine, embedded; a process has only one of it."""

    def __init__(  # noqa: PLR0913 - all but three by name
        self,
        engine: Engine,
        poll_seconds: float,
        executor_id: str = LOCAL,
        *,
        demand_life: Callable[[], Awaitable[None]] | None = None,
        bell: Bell | None = None,
        meter: Meter = UNWATCHED,
        limits: QueueLimits | None = None,
        traces_url: str | None = None,
    ) -> None:
        """Prepare it.

        Args:
            engine: The database.
            poll_seconds: How often it is looked for new work and for results.
            executor_id: This start of this process; what an earlier one of the same id left, it goes on with.
            demand_life: Does not return once others do the work of this process; None if there are no others.
            bell: Tells other processes what is enqueued, and this one what they enqueue; None if there are no others.
            meter: Counts the steps.
            limits: How much of each queue this process takes; None for all that the queue allows.
            traces_url: Where the spans of scripts and steps are sent (OTLP over HTTP); None for nowhere.

        Raises:
            ResourceError: What sends them is not installed.
        """
        self._limits = limits or QueueLimits()
        if traces_url is not None:
            demand_exporter()
        self._traces_url = traces_url
        self._executor_id = executor_id
        self._engine = engine
        self._poll_seconds = poll_seconds
        self._format = JournalFormat()
        self._client: DBOSClient | None = None
        self._running_steps = RunningSteps(meter)
        self._steps = LastingSteps(self._running_steps, demand_life)
        self._queues: dict[str, Queue] = {}
        self._taken: frozenset[str] = frozenset()
        self._running: Counter[str] = Counter()
        self._stop_events = StopEvents()
        self._bell = bell
        self._listener: Listener | None = None

    def start(self, kinds: Mapping[str, Kind], only: Collection[str] = ()) -> None:
        """Begin to run scripts, also those that a process before this one left; blocking.

        Args:
            kinds: The scripts, by name. The names are in the database: an old one stays as long as it may be there.
            only: Names of the queues from which it takes scripts; all if there are none.
        """
        take_logs()
        # Before the launch, which goes on at once with what was interrupted.
        self._queues = {name: kind.queue for name, kind in kinds.items()}
        config = engine_config(self._engine, self._executor_id, self._format, self._traces_url)
        engine = DBOS(config=config)
        engine.background_thread_stop_events = self._stop_events
        for name, kind in kinds.items():
            # How often work may be begun again is counted by what was at work (`interruptions`): DBOS would count
            # what only waited as well, and each orderly restart.
            DBOS.workflow(name=name, max_recovery_attempts=None)(self._named_script(name, kind.script))
        names = {queue.name for queue in self._queues.values()}
        self._taken = frozenset(names.intersection(only) or names)
        DBOS.listen_queues(sorted(self._taken))
        DBOS.launch()
        self._limits.apply(engine)
        for queue in {kind.queue for kind in kinds.values()}:
            DBOS.register_queue(
                queue.name,
                worker_concurrency=queue.at_once,
                partition_worker_concurrency=min(queue.at_once, queue.at_once_per_key),
                polling_interval_sec=self._poll_seconds * (1 if self._bell is None else _POLLS_OF_WHO_HEARS),
            )
        self._connect()
        if self._bell is not None:
            self._listener = self._bell.listen(self._heed)

    def connect(self, queues: Mapping[str, Queue]) -> None:
        """Enqueue scripts from now on, and run none: other processes do; blocking.

        Args:
            queues: The queue of each script, by the name of the script.
        """
        take_logs()
        self._queues = dict(queues)
        DBOS.migrate(self._engine.url.render_as_string(hide_password=False))
        self._connect()

    def disconnect(self) -> None:
        """End after `connect`."""
        if self._client is not None:
            self._client.destroy()
        self._engine.dispose()

    def _connect(self) -> None:
        self._client = DBOSClient(
            system_database_engine=self._engine, serializer=self._format, application_name=APPLICATION
        )

    async def stop(self, drain_seconds: float) -> None:
        """Begin no step any more, let the running ones end for so long, then cancel them; the next start goes on."""
        self._running_steps.begin_no_more()
        if self._listener is not None:
            await asyncio.to_thread(self._listener.stop)
        await self._until(self._running_steps.are_all_waiting, drain_seconds)
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
        if self._executor_id != LOCAL:
            await asyncio.to_thread(self.take_over, {self._executor_id}.intersection)
        if self._client is not None:
            self._client.destroy()
        self._engine.dispose()

    def take_over(self, find_dead: FindDead) -> list[str]:
        """Give the scripts that dead executors were running back to their queues; return which; blocking.

        Args:
            find_dead: Finds the dead executors among some, by their ids.
        """
        if self._client is None:
            return []
        return give_back(self._client, {name: queue.name for name, queue in self._queues.items()}, find_dead)

    def enqueue(
        self,
        connection: Connection | None,
        name: str,
        identity: str,
        arguments: tuple[str | int, ...],
        key: str,
        turn: int = 0,
    ) -> None:
        """Enqueue a script inside the caller's transaction; blocking.

        Args:
            connection: It runs when this one's transaction is committed, and never if it is taken back; None for a
                transaction of its own.
            name: Which script.
            identity: Names this run of it, once and for all: one that is there already is left alone.
            arguments: What the script is called with.
            key: Whose share it counts to.
            turn: Which of the scripts of that key run first: the lowest, and of equals the oldest.
        """
        if self._client is None:
            raise RuntimeError("The engine is not started")
        options = self._options(name, identity, key, turn)
        if connection is None:
            self._client.enqueue(options, *arguments)
            self._ring_now(name)
            return
        self._client.enqueue_in_transaction(connection, options, *arguments)
        if self._bell is not None:
            self._bell.ring(connection, self._word(name))

    async def step(
        self,
        name: str,
        work: Callable[[], Awaitable[T]],
        seconds: float,
        *,
        most_seconds: float | None = None,
        is_kept: bool = True,
    ) -> T:
        """Do a step of a script, or take its result from the journal. Its errors are written down as well.

        Args:
            name: What it is called in the journal and in the log.
            work: What is done.
            seconds: How long it may take, unless it allows itself more (`step_limit.allow`).
            most_seconds: How long it may take whatever it allows itself; None for `seconds`.
            is_kept: Whether the journal keeps its result. What is short, and comes out the same when it is done again,
                saves the journal's transaction; `end_steps` does not end it.

        Raises:
            LimitExceededError: It took longer.
            TokenNotFoundError: Its task has ended.
        """
        limit = StepLimit(name, seconds, most_seconds)
        if not is_kept:
            return await self._steps.do(limit, work)
        do = partial(self._steps.do, limit, work, may_be_ended=True)
        return await DBOS.run_step_async({"name": name, "preemptible": False}, do)

    async def begin(
        self,
        name: str,
        runs: Mapping[str, tuple[str | int, ...]],
        key: str,
        turn: Turn = first_of_all,
        delay_seconds: float = 0,
    ) -> None:
        """Enqueue scripts from a script, which need not be there any more when they run.

        Args:
            name: Which script.
            runs: The arguments of each run, by its identity.
            key: Whose share they count to.
            turn: When each has its turn among the scripts of that key, by its place among the runs, from 0.
            delay_seconds: How long they wait, holding nothing.
        """
        for place, (identity, arguments) in enumerate(runs.items()):
            options = self._options(name, identity, key, turn(place), delay_seconds)
            await DBOS.enqueue_workflow_with_options_async(options, *arguments)
        if runs and not delay_seconds:
            self.wake(name)
            await asyncio.to_thread(self._ring_now, name)

    def wake(self, name: str) -> None:
        """Look for scripts of a kind to run now, and not at the next poll; from any thread."""
        self._stop_events.wake(self._queues[name].name)

    def _word(self, name: str) -> str:
        return f"{self._queues[name].name} {self._executor_id}"

    def _ring_now(self, name: str) -> None:
        """Ring for the others; what they do not hear, they find at their next poll."""
        if self._bell is not None:
            with suppress(DatabaseAwayError):
                self._bell.ring_now(self._word(name))

    def _heed(self, word: str) -> None:
        """Look for what another process has enqueued, if there is room for it."""
        queue_name, _, executor_id = word.partition(" ")
        if executor_id == self._executor_id:
            return
        for queue in {queue for queue in self._queues.values() if queue.name == queue_name or not queue_name}:
            if self._running[queue.name] < self._limits.of(queue)[0]:
                self._stop_events.wake(queue.name)

    def takes(self, name: str) -> bool:
        """Check whether this process takes scripts of a kind; others do in any case."""
        return self._queues[name].name in self._taken

    def scripts_at_work(self) -> set[str]:
        """Return the identities of the scripts of which steps run here that `end_steps` ends; from any thread."""
        return self._running_steps.scripts_that_may_be_ended()

    async def end_steps(self, prefix: str, patience_seconds: float) -> None:
        """End what runs here of the scripts whose identities begin so, and wait until it is over, at most so long.

        A script goes on with what it does after a failure.
        """
        self._running_steps.end(prefix)
        await self._until(partial(self._running_steps.is_idle, prefix), patience_seconds)

    def drop(self, prefix: str) -> None:
        """Let the scripts whose identities begin so, and that wait for their turn, never run; blocking."""
        if self._client is not None:
            drop_waiting(self._client, prefix)

    def stuck_steps(self, slack_seconds: float) -> list[str]:
        """Name the steps that should have ended for so long and did not."""
        return self._running_steps.stuck(slack_seconds)

    def _options(self, name: str, identity: str, key: str, turn: int, delay_seconds: float = 0) -> EnqueueOptions:
        options = EnqueueOptions(
            workflow_name=name,
            queue_name=self._queues[name].name,
            workflow_id=identity,
            queue_partition_key=key,
        )
        if turn:
            options["priority"] = turn
        if delay_seconds > 0:
            options["delay_seconds"] = delay_seconds
        return options

    def _named_script(self, name: str, script: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        """Wrap a bound method in a function of its own, which DBOS can mark as its own."""

        async def run(*arguments: str | int) -> None:
            # The task around it ends once its end is written down: then another one may have its place.
            if (around := asyncio.current_task()) is not None:
                self._running[self._queues[name].name] += 1
                around.add_done_callback(lambda _around: self._give_place(name))
            await script(*arguments)

        return run

    def _give_place(self, name: str) -> None:
        """Look for who waits for the place of a script that has ended, if anybody may: each look costs statements."""
        queue = self._queues[name]
        # Far below the limit, as the engine may count the end later than we do.
        may_be_waited_for = self._running[queue.name] >= self._limits.of(queue)[1] / 2
        self._running[queue.name] -= 1
        if may_be_waited_for:
            self.wake(name)

    async def _until(self, condition: Callable[[], bool], seconds: float) -> None:
        clock = asyncio.get_running_loop().time
        deadline = clock() + seconds
        while not condition() and clock() < deadline:  # noqa: ASYNC110 - what it waits for is in another thread's loop
            await asyncio.sleep(_WATCH_SECONDS)
