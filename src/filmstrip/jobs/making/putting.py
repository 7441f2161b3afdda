"""Puts finished files at their destinations: several at a time, each at all of them, while others are made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Sequence
from functools import partial

from filmstrip.domain.artifact import Artifact
from filmstrip.domain.errors import FilmstripError
from filmstrip.jobs.making.assignment import Portion
from filmstrip.jobs.making.copies import Copies
from filmstrip.jobs.making.kept_files import KeptFiles
from filmstrip.jobs.making.media_child import made_file
from filmstrip.jobs.making.portion_making import Making
from filmstrip.jobs.rules.allowances import put_seconds
from filmstrip.jobs.rules.patience import patiently
from filmstrip.jobs.rules.step_limit import allow
from filmstrip.storage._base import Store


class Putter:
    """Puts files."""

    def __init__(self, most_at_once: int, patience_seconds: float) -> None:
        """Prepare it.

        Args:
            most_at_once: How many files of one portion are put at a time.
            patience_seconds: For how long a destination that does not answer is tried again on the spot.
        """
        self._most_at_once = most_at_once
        self._patience_seconds = patience_seconds

    async def put_as_made(self, making: Making, files: AsyncIterator[Artifact]) -> None:
        """Put each file of a portion as it is made, noting in `making` each that was made and each that arrived.

        Raises:
            FilmstripError: One cannot be made, or cannot be put; nothing more is put then.
        """
        room, copies = asyncio.Semaphore(self._most_at_once), Copies(making.portion.assignment)
        try:
            async with asyncio.TaskGroup() as puts:
                # A slow destination does not hold up the child, and so its slot: files wait on the disk.
                queue = _Queue(puts, making.portion.last_names)
                async for artifact in files:
                    making.made.append(artifact)
                    queue.add(artifact, partial(self._put_made, making, artifact, room, copies))
                making.is_made.set()
                await asyncio.to_thread(making.portion.listener.on_made)
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None
        copies.demand_all()

    async def put_kept(self, portion: Portion, put: dict[str, Artifact]) -> None:
        """Put the files of a portion that were made before an outage, noting in `put` each that arrived.

        Raises:
            FilmstripError: One cannot be put.
        """
        kept = await asyncio.to_thread(KeptFiles(portion.assignment.folder).read)
        missing = set(portion.group.artifact_names) - portion.finished.keys()
        room, copies = asyncio.Semaphore(self._most_at_once), Copies(portion.assignment)

        async def put_one(artifact: Artifact) -> None:
            async with room:
                if await self._put(portion, artifact, copies):
                    put[artifact.name] = artifact

        try:
            async with asyncio.TaskGroup() as puts:
                queue = _Queue(puts, portion.last_names)
                for artifact in kept:
                    if artifact.name in missing:
                        queue.add(artifact, partial(put_one, artifact))
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None
        copies.demand_all()

    async def _put_made(self, making: Making, artifact: Artifact, room: asyncio.Semaphore, copies: Copies) -> None:
        async with room:
            is_everywhere = await self._put(making.portion, artifact, copies)
        if is_everywhere:
            making.put.append(artifact)

    async def _put(self, portion: Portion, artifact: Artifact, copies: Copies) -> bool:
        """Put a file at each destination that takes it, and tell whether it is at all of them.

        Raises:
            FilmstripError: No destination takes files.
        """
        assignment, listener = portion.assignment, portion.listener
        path = made_file(assignment.folder, artifact.name)

        def put_at(number: int, store: Store, host: str, *, is_last: bool) -> None:
            try:
                allow(put_seconds(artifact.size_bytes))
                listener.before_put(store, host, artifact.size_bytes)
                store.put(artifact.name, path, artifact.content_type)
                listener.on_written(artifact.size_bytes)
                listener.on_answer(host)
                copies.note_put(artifact, number)
            except FilmstripError as error:
                error.host = host
                raise
            # Here and not in a thread of its own: with many small files each way to a thread and back counts.
            if is_last:
                listener.on_put(artifact)

        look = copies.wanting
        places = await asyncio.to_thread(look, artifact) if copies.are_several else look(artifact)
        is_everywhere = copies.is_whole
        for place in places:
            is_last = is_everywhere and place is places[-1]
            try:
                await patiently(partial(asyncio.to_thread, put_at, *place, is_last=is_last), self._patience_seconds)
            except FilmstripError as error:
                is_everywhere = False
                copies.fail(place[0], error)
        if is_everywhere and not places:
            await asyncio.to_thread(listener.on_put, artifact)
        return is_everywhere


class _Queue:
    """Begins to put files as they come; those that point at others only when all that came before them are put."""

    def __init__(self, group: asyncio.TaskGroup, last_names: Collection[str]) -> None:
        self._group = group
        self._last_names = last_names
        self._others: list[asyncio.Task[None]] = []

    def add(self, artifact: Artifact, put: Callable[[], Coroutine[None, None, None]]) -> None:
        """Put one more."""
        if artifact.name in self._last_names:
            _start(self._group, _after(self._others, put))
        else:
            self._others.append(_start(self._group, put()))


async def _after(others: Sequence[asyncio.Task[None]], work: Callable[[], Coroutine[None, None, None]]) -> None:
    """Do something when others are done; if one of them fails, their group ends this too."""
    if others:
        await asyncio.wait(others)
    await work()


def _start(group: asyncio.TaskGroup, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
    """Start work in a group; one that is shutting down, as a put has failed, takes no more."""
    try:
        return group.create_task(work)
    except RuntimeError:
        work.close()
        raise
