"""What the durable engine has to do so that work is taken up at once though it only polls."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from filmstrip.db.database import Database
from filmstrip.jobs.tasks.durable import Durable
from filmstrip.jobs.tasks.script_kinds import Kind, Queue
from filmstrip.jobs.tasks.wake_up import WakeableEvent

POLL_SECONDS = 1000.0
"""Longer than the test may take: whatever runs was woken."""


@asynccontextmanager
async def running(database: Database, at_once: int) -> AsyncIterator[tuple[Durable, list[str]]]:
    durable, done = Durable(database.companion_engine(), POLL_SECONDS), []

    async def note(name: str) -> None:
        done.append(name)
        if name == "first":
            await durable.begin("note", {"child": ("child",)}, "-")

    queue = Queue("notes", at_once, at_once)
    # The first poll of a queue comes before anything can be woken; so it is enqueued before that.
    await asyncio.to_thread(durable.start, {"note": Kind(note, queue)})
    try:
        yield durable, done
    finally:
        await durable.stop(0)


@pytest.mark.timeout(240)
async def test_what_is_enqueued_begins_at_once(database: Database) -> None:
    """From outside, from a script, and what waits for a place behind another one."""
    async with running(database, at_once=1) as (durable, done):
        names = ["first", "second", "third"]
        for name in names:
            await asyncio.to_thread(durable.enqueue, None, "note", name, (name,), "-")
        async with asyncio.timeout(60):
            while len(done) < len(names) + 1:
                durable.wake("note") if not done else None
                await asyncio.sleep(0.01)
        assert sorted(done) == ["child", "first", "second", "third"]


@pytest.mark.timeout(240)
async def test_what_a_script_begins_does_not_wait_for_its_end(database: Database) -> None:
    """A script that goes on for long keeps back nothing of what it has begun."""
    durable, done = Durable(database.companion_engine(), POLL_SECONDS), list[str]()
    has_begun, may_end = threading.Event(), threading.Event()

    async def script(name: str) -> None:
        if name == "child":
            may_end.set()
            return
        has_begun.set()
        # The wakes that began this one are used up then: the child needs one of its own.
        await asyncio.sleep(0.5)
        await durable.begin("script", {"child": ("child",)}, "-")
        assert await asyncio.to_thread(may_end.wait, 60)
        done.append(name)

    await asyncio.to_thread(durable.start, {"script": Kind(script, Queue("scripts", 2, 2))})
    await asyncio.to_thread(durable.enqueue, None, "script", "parent", ("parent",), "-")
    try:
        async with asyncio.timeout(50):
            while not done:
                durable.wake("script") if not has_begun.is_set() else None
                await asyncio.sleep(0.01)
    finally:
        await durable.stop(0)


def test_a_woken_thread_is_not_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """It returns False once for each wake, also for one that came while nobody waited, and True once it is set."""
    monkeypatch.setattr(threading.current_thread(), "name", "queue-worker-tests")
    event = WakeableEvent.adopt(threading.Event())
    event.wake("tests")
    assert event.wait(1000) is False
    threading.Timer(0.01, event.wake, ("tests",)).start()
    assert event.wait(1000) is False
    began = time.monotonic()
    assert event.wait(0.01) is False
    assert time.monotonic() - began >= 0.01
    threading.Timer(0.01, event.set).start()
    assert event.wait(1000) is True
    assert event.wait(1000) is True


@pytest.mark.parametrize("name", ["scheduler", "queue-worker-others"])
def test_other_threads_are_not_woken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for something else, such as the time of a schedule or another queue, waits on."""
    monkeypatch.setattr(threading.current_thread(), "name", name)
    event = WakeableEvent.adopt(threading.Event())
    event.wake("tests")
    threading.Timer(0.01, event.wake, ("tests",)).start()
    threading.Timer(0.1, event.set).start()
    assert event.wait(1000) is True
