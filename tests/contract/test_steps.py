"""What a step of a script may do: fail, panic, take too long; and what is seen of one that never ends."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from filmstrip.db.database import Database
from filmstrip.domain.errors import DestinationUnreachableError, FilmstripError, LimitExceededError
from filmstrip.jobs.rules.places import Places
from filmstrip.jobs.rules.step_limit import allow
from filmstrip.jobs.tasks.durable import Durable
from filmstrip.jobs.tasks.run_task import _told
from filmstrip.jobs.tasks.script_kinds import Kind, Queue

pytestmark = pytest.mark.timeout(240)


class PanicException(BaseException):
    """What native code raises where it gives up, which is no `Exception`."""


@asynccontextmanager
async def stepping(
    database: Database, work: Callable[[], Awaitable[object]], seconds: float, most_seconds: float | None = None
) -> AsyncIterator[tuple[Durable, asyncio.Queue[BaseException | object]]]:
    """Run a script of one step; the queue gets what comes of it."""
    durable, ends = Durable(database.companion_engine(), 0.05), asyncio.Queue[BaseException | object]()
    loop = asyncio.get_running_loop()

    async def script() -> None:
        try:
            end: object = await durable.step("the step", work, seconds, most_seconds=most_seconds)
        except FilmstripError as error:
            end = error
        loop.call_soon_threadsafe(ends.put_nowait, end)

    await asyncio.to_thread(durable.start, {"script": Kind(script, Queue("scripts", 4, 4))})
    await asyncio.to_thread(durable.enqueue, None, "script", "run", (), "-")
    durable.wake("script")
    try:
        yield durable, ends
    finally:
        await durable.stop(0)


async def test_a_step_that_takes_too_long_is_ended(database: Database) -> None:
    """It fails with a sentence that says so, and its script goes on."""
    async with asyncio.timeout(60), stepping(database, asyncio.Event().wait, 0.05) as (durable, ends):
        end = await ends.get()
        assert isinstance(end, LimitExceededError)
        assert "took longer than 0.05 seconds" in str(end)
        assert durable.stuck_steps(0) == []


async def test_a_step_that_cannot_be_ended_is_seen(database: Database) -> None:
    """One that does not let itself be cancelled is named as stuck, as readiness tells it."""

    async def stubborn() -> str:
        loop = asyncio.get_running_loop()
        freed = loop.create_future()
        ending.append((loop, freed))
        while not freed.done():
            try:
                await asyncio.shield(freed)
            except asyncio.CancelledError:
                cancelled.append(True)
        return "over"

    ending: list[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = []
    cancelled: list[bool] = []
    async with asyncio.timeout(60), stepping(database, stubborn, 0.05) as (durable, ends):
        while not cancelled or not durable.stuck_steps(0):  # noqa: ASYNC110 - it is in another thread's loop
            await asyncio.sleep(0.01)
        assert durable.stuck_steps(0) == ["the step"]
        assert durable.stuck_steps(60) == []
        loop, freed = ending[0]
        loop.call_soon_threadsafe(freed.set_result, None)
        await ends.get()


async def test_a_panic_is_an_error_of_its_step() -> None:
    """Whatever native code throws has our sentence, without its words, and cannot leave a task hanging."""

    async def panic() -> None:
        raise PanicException("SECRET-4711")

    with pytest.raises(FilmstripError, match=r"An internal error ended this \(PanicException\)") as told:
        await _told(panic)
    assert "4711" not in str(told.value)


async def test_an_outage_is_a_result() -> None:
    """It is no error in the journal: the script decides what follows from it."""

    async def fail() -> None:
        error = DestinationUnreachableError("it is down")
        error.host = "host:1"
        raise error

    assert await _told(fail) == {"outage": "it is down", "host": "host:1"}


async def test_waiting_for_a_turn_does_not_count(database: Database) -> None:
    """A step that waits for a place longer than it may take is not ended for that, nor called stuck."""
    places = Places(1)
    places.occupy("other", "-")

    async def work() -> str:
        async with places.place("this", "-"):
            return "done"

    async with asyncio.timeout(60), stepping(database, work, 0.3) as (durable, ends):
        while durable._running_steps.is_idle("run") or not durable._running_steps.are_all_waiting():  # noqa: ASYNC110 - in another thread's loop
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)
        assert durable.stuck_steps(0) == []
        places.leave("other")
        assert await ends.get() == "done"


async def test_a_step_has_the_time_that_its_work_needs(database: Database) -> None:
    """What finds out that it handles much goes on beyond the time of its kind, and is ended by its own limit."""

    async def long() -> str:
        await asyncio.to_thread(allow, 50)
        await asyncio.sleep(0.5)
        return "done"

    async with asyncio.timeout(60), stepping(database, long, 0.1, 100) as (_durable, ends):
        assert await ends.get() == "done"


async def test_a_step_has_no_more_than_is_set(database: Database) -> None:
    """The setting is the bound, and the sentence tells the limit that held."""

    async def endless() -> None:
        allow(1000)
        await asyncio.Event().wait()

    async with asyncio.timeout(60), stepping(database, endless, 0.1, 0.3) as (_durable, ends):
        assert str(await ends.get()) == "It was ended: it took longer than 0.3 seconds"


async def test_a_stop_lets_a_step_end_and_begins_no_other(database: Database) -> None:
    """What runs at a stop is not cut off while there is time; the step after it is left to the next start."""
    durable, done = Durable(database.companion_engine(), 0.05), []
    loop, began, may_end = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    async def first() -> None:
        loop.call_soon_threadsafe(began.set)
        await asyncio.to_thread(may_end.wait, 30)
        done.append("first")

    async def second() -> None:
        done.append("second")

    async def script() -> None:
        await durable.step("first", first, 60)
        await durable.step("second", second, 60)

    await asyncio.to_thread(durable.start, {"script": Kind(script, Queue("scripts", 4, 4))})
    await asyncio.to_thread(durable.enqueue, None, "script", "run", (), "-")
    durable.wake("script")
    async with asyncio.timeout(60):
        await began.wait()
        stopping = asyncio.create_task(durable.stop(50))
        await asyncio.sleep(0.05)
        may_end.set()
        await stopping
    assert done == ["first"]


async def test_a_stop_does_not_wait_for_what_waits(database: Database) -> None:
    """A step that waits for its turn holds nothing: nobody drains for it."""
    places = Places(1)
    places.occupy("other", "-")

    async def work() -> None:
        await places.enter("this", "-")

    async with asyncio.timeout(60), stepping(database, work, 50) as (durable, _ends):
        while durable._running_steps.is_idle("run") or not durable._running_steps.are_all_waiting():  # noqa: ASYNC110 - another thread
            await asyncio.sleep(0.01)
        await durable.stop(1000)


async def test_cancelling_waits_for_the_end_of_steps(database: Database) -> None:
    """A script is cancelled when nothing of it runs any more, so that what it used can be removed; or after a while."""
    loop, ending, ended = asyncio.get_running_loop(), asyncio.Event(), []
    may_end = threading.Event()

    async def stubborn() -> None:
        try:
            loop.call_soon_threadsafe(ending.set)
            await asyncio.Event().wait()
        finally:
            await asyncio.to_thread(may_end.wait, 30)
            ended.append("step")

    async with asyncio.timeout(60), stepping(database, stubborn, 50) as (durable, _ends):
        await ending.wait()
        await durable.end_steps("run", 0.1)
        assert ended == []
        threading.Timer(0.1, may_end.set).start()
        await durable.end_steps("run", 50)
        assert ended == ["step"]
