"""Who gets a place next?"""

import asyncio
from collections.abc import Callable

import pytest

from filmstrip.jobs.rules.places import Places


async def test_whoever_has_the_fewest_is_next() -> None:
    """A key with many in the queue does not keep out one that comes later and has none."""
    places, order = Places(2), []

    async def work(name: str, key: str, may_end: asyncio.Event) -> None:
        async with places.place(name, key):
            order.append(name)
            await may_end.wait()

    ends = {name: asyncio.Event() for name in ("a1", "a2", "a3", "a4", "b1")}
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        for name, may_end in ends.items():
            tasks.create_task(work(name, name[0], may_end))
            await asyncio.sleep(0)
        await _until(lambda: len(order) == 2)
        ends["a1"].set()
        await _until(lambda: len(order) == 3)
        assert order[-1] == "b1"
        for may_end in ends.values():
            may_end.set()
    assert order == ["a1", "a2", "b1", "a3", "a4"]


async def test_a_key_has_its_share_only() -> None:
    """With a limit per key, a place stays free for others though one waits for it."""
    places = Places(3, most_per_key=2)
    for name in ("a1", "a2"):
        await places.enter(name, "a")
    waiting = asyncio.create_task(places.enter("a3", "a"))
    async with asyncio.timeout(10):
        await places.enter("b1", "b")
        assert not waiting.done()
        places.leave("a1")
        await waiting


async def test_who_gives_up_waiting_takes_nothing() -> None:
    """A wait that is cancelled leaves the place to the next one, also if it had just been given."""
    places = Places(1)
    await places.enter("first", "a")
    waiting = [asyncio.create_task(places.enter(f"{number}", "a")) for number in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    places.leave("first")
    waiting[1].cancel()
    async with asyncio.timeout(10):
        await waiting[2]
    places.leave("2")
    places.leave("nobody")
    async with asyncio.timeout(10):
        await places.enter("last", "b")


async def test_places_are_given_across_event_loops() -> None:
    """Another thread's loop may give back what this one waits for."""
    places = Places(1)
    places.occupy("first", "a")
    waiting = asyncio.create_task(places.enter("second", "a"))
    await asyncio.sleep(0)
    await asyncio.to_thread(places.leave, "first")
    async with asyncio.timeout(10):
        await waiting


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - it is about whose turn it is in this very loop
        await asyncio.sleep(0)


async def test_work_that_has_a_place_keeps_it() -> None:
    """A step that is done again does not wait for itself, nor takes a second place."""
    places = Places(2)
    await places.enter("first", "a")
    async with asyncio.timeout(10):
        await places.enter("first", "a")
        await places.enter("second", "a")
        await places.enter("first", "a")
    waiting = asyncio.create_task(places.enter("third", "a"))
    await asyncio.sleep(0)
    places.leave("first")
    async with asyncio.timeout(10):
        await waiting


async def test_nothing_begins_once_it_is_closed() -> None:
    """At a stop, a place that becomes free stays so: what would begin now would only be cut off."""
    places = Places(1)
    await places.enter("first", "a")
    waiting = asyncio.create_task(places.enter("second", "a"))
    await asyncio.sleep(0)
    places.close()
    places.leave("first")
    late = asyncio.create_task(places.enter("third", "b"))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    assert not late.done()
    for each in (waiting, late):
        each.cancel()
    await asyncio.wait([waiting, late])


async def order_of(places: Places, *waiting: tuple[str, str, int]) -> list[str]:
    """Let one after the other have the only place: names, which begin with their task, with key and priority."""
    order: list[str] = []

    async def work(name: str, key: str, priority: int) -> None:
        async with places.place(name, key, priority=priority, task=name[0]):
            order.append(name)
            await asyncio.sleep(0)

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        for each in waiting:
            tasks.create_task(work(*each))
            await asyncio.sleep(0)
        places.leave("first")
    return order


@pytest.mark.parametrize("count", [1, 2])
async def test_a_task_of_many_outputs_leaves_places_to_others_of_its_key(count: int) -> None:
    """A small task waits for one of the large one's outputs, not for all; also where there is only one place."""
    places = Places(count)
    await places.enter("first", "key", task="L")
    for _ in range(count - 1):
        await places.enter("L0", "key", task="L")
    waiting = (("L1", "key", 5), ("L2", "key", 5), ("S1", "key", 5), ("S2", "key", 5), ("L3", "key", 5))
    order = await order_of(places, *waiting)
    assert order == (["S1", "L1", "S2", "L2", "L3"] if count == 1 else ["S1", "S2", "L1", "L2", "L3"])


async def test_who_is_gone_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever number of tasks come and go, only those that are here are remembered."""
    monkeypatch.setattr("filmstrip.jobs.rules.places._MOST_REMEMBERED", 10)
    places = Places(1)
    for number in range(100):
        async with places.place(f"{number}", f"key-{number}", task=f"task-{number}"):
            assert len(places._served) <= 12


async def test_the_highest_priority_of_a_key_is_next() -> None:
    """And of no other one: a key does not get before others by what it says of its own tasks."""
    places = Places(1)
    await places.enter("first", "a", task="F")
    waiting = (("A", "a", 5), ("B", "a", 1), ("C", "b", 10), ("D", "a", 1), ("E", "b", 9))
    assert await order_of(places, *waiting) == ["E", "B", "C", "D", "A"]
