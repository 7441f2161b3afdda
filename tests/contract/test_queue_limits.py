"""What the durable engine has to do so that a process takes no more of a queue than it can begin with."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import pytest
from dbos import DBOS, EnqueueOptions

from filmstrip.db.database import Database
from filmstrip.jobs.tasks.durable import Durable
from filmstrip.jobs.tasks.queue_limits import QueueLimits, share_at
from filmstrip.jobs.tasks.script_kinds import Kind, Queue

pytestmark = pytest.mark.timeout(240)
POLL_SECONDS = 0.05


class Stage:
    """Scripts that run until they are let go."""

    def __init__(self, database: Database, wanted: list[int], clock: Callable[[], float] = time.monotonic) -> None:
        limits = QueueLimits({"scripts": lambda: wanted[0]}, "me", clock)
        self.durable = Durable(database.companion_engine(), POLL_SECONDS, limits=limits)
        self.begun: list[str] = []
        self._ends: dict[str, Callable[[], object]] = {}

    async def script(self, name: str) -> None:
        may_end, loop = asyncio.Event(), asyncio.get_running_loop()
        self._ends[name] = partial(loop.call_soon_threadsafe, may_end.set)
        self.begun.append(name)
        await may_end.wait()

    @asynccontextmanager
    async def running(self, *names: str) -> AsyncIterator[None]:
        """Enqueue scripts, which begin with the name of their key, and run the engine until the end of the block."""
        await asyncio.to_thread(self.durable.start, {"script": Kind(self.script, Queue("scripts", 50, 50))})
        try:
            for name in names:
                await self.enqueue(name)
            yield
        finally:
            await self.durable.stop(0)

    async def enqueue(self, name: str, turn: int = 0, key: str = "") -> None:
        await asyncio.to_thread(self.durable.enqueue, None, "script", name, (name,), key or name[0], turn)

    def end(self, name: str) -> None:
        self._ends[name]()

    async def until_begun(self, count: int) -> Counter[str]:
        """Wait until so many have begun, and count those of each key."""
        async with asyncio.timeout(100):
            while len(self.begun) < count:  # noqa: ASYNC110 - what it waits for is in another thread's loop
                await asyncio.sleep(0.01)
        return Counter(name[0] for name in self.begun)


async def test_a_process_takes_as_many_as_it_wants(database: Database) -> None:
    """Not as many as the queue allows; what it wants may change at any time; a part of it is other keys'."""
    wanted = [4]
    stage = Stage(database, wanted)
    async with stage.running(*(f"a{number:02}" for number in range(20))):
        await stage.until_begun(3)
        # Whoever sees this one has looked once more.
        await stage.enqueue("b1")
        assert await stage.until_begun(4) == {"a": 3, "b": 1}
        await stage.enqueue("c1")
        stage.end("b1")
        assert await stage.until_begun(5) == {"a": 3, "b": 1, "c": 1}
        wanted[0] = 8
        assert (await stage.until_begun(8))["a"] == 6
        await stage.enqueue("d1")
        assert await stage.until_begun(9) == {"a": 6, "b": 1, "c": 1, "d": 1}


async def test_the_scripts_of_a_key_have_their_turns(database: Database) -> None:
    """The lowest number first, and of equals the oldest."""
    stage = Stage(database, [1])
    async with stage.running("a-first"):
        await stage.until_begun(1)
        for name, turn in (("a-low", 9), ("a-middle", 5), ("a-middle-too", 5), ("a-high", 1)):
            await stage.enqueue(name, turn)
        for count in range(2, 6):
            stage.end(stage.begun[-1])
            await stage.until_begun(count)
    assert stage.begun == ["a-first", "a-high", "a-middle", "a-middle-too", "a-low"]


async def test_what_is_another_ones_is_left_to_it_for_a_while(database: Database) -> None:
    """It has a copy of the source; one that is busy, or gone, is helped in the end."""
    seconds = [0.0]
    stage = Stage(database, [9], lambda: seconds[0])
    async with stage.running():
        await stage.enqueue("theirs", key=share_at("a", "other"))
        await stage.enqueue("mine", key=share_at("a", "me"))
        for number in range(1, 5):
            await stage.enqueue(f"{number}")
            await stage.until_begun(1 + number)
        assert set(stage.begun) == {"mine", "1", "2", "3", "4"}
        seconds[0] = 1000.0
        await stage.until_begun(6)
        assert stage.begun[-1] == "theirs"


async def test_a_queue_that_is_not_known_is_left_to_others(database: Database) -> None:
    """As that of a newer version, whose scripts an older process cannot run: it neither takes nor ends them."""
    newer = Durable(database.companion_engine(), POLL_SECONDS)
    kinds = {name: Kind(asyncio.sleep, Queue(name, 50, 50)) for name in ("scripts", "scripts-2")}
    await asyncio.to_thread(newer.start, kinds)
    await newer.stop(0)
    stage = Stage(database, [4])
    async with stage.running():
        options = EnqueueOptions(
            workflow_name="newer", queue_name="scripts-2", workflow_id="newer", queue_partition_key="-"
        )
        await DBOS.enqueue_workflow_with_options_async(options)
        # Each is found by a look of its own, of the threads that the engine begins for all queues together.
        for number in range(1, 9):
            await stage.enqueue(f"{number}")
            await stage.until_begun(number)
            stage.end(f"{number}")
        (found,) = await DBOS.list_workflows_async(workflow_ids=["newer"])
        assert found.status == "ENQUEUED"
