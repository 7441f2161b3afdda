"""What if work kills the service itself?"""

import asyncio
import threading
from collections.abc import Callable

import pytest

from filmstrip.db.database import Database
from filmstrip.domain.errors import WorkGivenUpError
from filmstrip.jobs.rules.step_limit import StepLimit
from filmstrip.jobs.tasks.interruptions import Interruptions


def interrupt(database: Database, token: str, index: int, times: int) -> None:
    for _ in range(times):
        database.interruptions.begin_work(token, index)
        database.interruptions.count_interruptions()


async def test_work_is_given_up_after_some_deaths(database: Database, token: str) -> None:
    """As many recoveries as are set are tried, one more is refused with the count."""
    interruptions = Interruptions(database, recoveries=3)
    interrupt(database, token, 0, 3)
    async with interruptions.work(token, 0):
        pass
    interrupt(database, token, 0, 1)
    with pytest.raises(WorkGivenUpError, match="the service died 4 times while it was worked on"):
        async with interruptions.work(token, 0):
            pass


async def test_work_that_ends_is_not_counted(database: Database, token: str) -> None:
    """Work that fails or is cancelled in an orderly way is no death of the service."""
    interruptions = Interruptions(database, recoveries=3)
    with pytest.raises(ZeroDivisionError):
        async with interruptions.work(token, 0):
            raise ZeroDivisionError
    database.interruptions.count_interruptions()
    assert database.interruptions.read_interruptions(token, 0) == 0


async def test_a_suspect_works_alone(database: Database, token: str) -> None:
    """Innocent work goes on side by side; a suspect waits for its end, and nothing begins beside the suspect."""
    interrupt(database, token, 2, 2)
    interruptions = Interruptions(database, recoveries=9)
    at_work: list[int] = []
    seen: list[set[int]] = []
    both = asyncio.Barrier(3)

    async def work(index: int, *, together: bool = False) -> None:
        async with interruptions.work(token, index):
            at_work.append(index)
            seen.append(set(at_work))
            if together:
                await both.wait()
            await asyncio.sleep(0.02)
            at_work.remove(index)

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        for index in (0, 1):
            tasks.create_task(work(index, together=True))
        await both.wait()
        for index in (2, 0, 2, 1):
            tasks.create_task(work(index))
    assert {0, 1} in seen
    assert {2} in seen
    assert all(2 not in others or others == {2} for others in seen)


async def test_deaths_make_a_suspect(database: Database, token: str) -> None:
    """One death may be chance; after the second, what was at work is not done together with others any more."""
    interruptions = Interruptions(database, recoveries=9)
    interrupt(database, token, 0, 1)
    assert not await interruptions.is_suspect(token, 0)
    interrupt(database, token, 0, 1)
    assert await interruptions.is_suspect(token, 0)
    assert not await interruptions.is_suspect(token, 1)


async def test_a_suspect_keeps_others_out_for_a_bounded_time(database: Database, token: str) -> None:
    """It neither waits for ever for work that takes long, nor do others wait for all of its own."""
    interrupt(database, token, 2, 2)
    interruptions = Interruptions(database, recoveries=9, alone_seconds=0.05)
    long, suspect, other = (interruptions.work(token, index) for index in (0, 2, 1))
    async with asyncio.timeout(10), long, suspect, other:
        pass


async def test_a_suspect_that_is_cancelled_keeps_nobody_out(database: Database, token: str) -> None:
    """Whether it waits for the machine to be quiet or works: afterwards others begin at once."""
    interrupt(database, token, 2, 2)
    interruptions = Interruptions(database, recoveries=9, alone_seconds=1000)

    async def suspect() -> None:
        async with interruptions.work(token, 2):
            await asyncio.Event().wait()

    async with asyncio.timeout(10), interruptions.work(token, 0):
        waiting = asyncio.create_task(suspect())
        await asyncio.sleep(0.05)
        waiting.cancel()
        await asyncio.wait([waiting])
        async with interruptions.work(token, 1):
            pass
    async with asyncio.timeout(10):
        working = asyncio.create_task(suspect())
        await asyncio.sleep(0.05)
        working.cancel()
        await asyncio.wait([working])
        async with interruptions.work(token, 1):
            pass


@pytest.mark.parametrize("moment", ["begin_work", "end_work"])
async def test_a_cancellation_leaves_no_mark(
    database: Database, token: str, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Also one, or two, that come while a thread writes the mark or takes it away: such work makes no suspect."""
    began, is_written, may_go_on = asyncio.Event(), asyncio.Event(), threading.Event()
    loop, mark = asyncio.get_running_loop(), getattr(database.interruptions, moment)

    def slow_mark(*arguments: object, **named: object) -> None:
        loop.call_soon_threadsafe(began.set)
        may_go_on.wait(10)
        mark(*arguments, **named)
        loop.call_soon_threadsafe(is_written.set)

    monkeypatch.setattr(database.interruptions, moment, slow_mark)
    interruptions = Interruptions(database, recoveries=9)

    async def work() -> None:
        async with interruptions.work(token, 0):
            pass

    async with asyncio.timeout(10):
        working = asyncio.create_task(work())
        await began.wait()
        for _ in range(2):
            working.cancel()
            await asyncio.sleep(0)
        may_go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await working
        await is_written.wait()
    database.interruptions.count_interruptions()
    assert database.interruptions.read_interruptions(token, 0) == 0


async def test_a_cancellation_leaves_nobody_waiting(database: Database, token: str) -> None:
    """However often work is cancelled while it ends, and others with it, none of it is counted as going on."""
    interrupt(database, token, 2, 2)
    interruptions = Interruptions(database, recoveries=9, alone_seconds=1000)
    begun = asyncio.Semaphore(0)

    async def work(index: int) -> None:
        async with interruptions.work(token, index):
            begun.release()
            if index != 2:
                await asyncio.Event().wait()

    async with asyncio.timeout(10):
        working = [asyncio.create_task(work(0)) for _ in range(4)]
        for _ in working:
            await begun.acquire()
        suspects = [asyncio.create_task(work(2)) for _ in range(4)]
        await asyncio.sleep(0.1)
        while not all(each.done() for each in working):
            for each in working:
                each.cancel()
            await asyncio.sleep(0)
        await asyncio.gather(*suspects)


async def test_waiting_for_a_suspect_uses_up_no_time(database: Database, token: str) -> None:
    """Neither that of work beside others, nor that of another suspect: the limit of a step is for its own work."""
    for index in (1, 2):
        interrupt(database, token, index, 2)
    interruptions = Interruptions(database, recoveries=9, alone_seconds=1000)
    limits = [StepLimit(f"{index}", 100) for index in range(2)]

    async def work(index: int) -> None:
        async with limits[index].running(), interruptions.work(token, index):
            assert not limits[index].is_waiting

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks, interruptions.work(token, 2):
        for index in range(2):
            tasks.create_task(work(index))
        await _until(lambda: all(limit.is_waiting for limit in limits))
        await asyncio.sleep(0.1)
        assert all(limit.is_waiting for limit in limits)


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - it is about what waits in this very loop
        await asyncio.sleep(0.001)
