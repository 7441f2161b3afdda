"""How is one output made, whoever asks for it? Group by group, each file put as soon as it is whole.

Nothing here is durable: the server's tasks and the command line's local runs use the same functions.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from filmstrip.domain.artifact import Artifact, Location, OutputResult
from filmstrip.domain.errors import MediaProcessError, OutputError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.progress import ProgressListener
from filmstrip.jobs.addresses import find_addresses
from filmstrip.jobs.free_disk import demand_free_disk
from filmstrip.jobs.leftovers import leftover_warnings
from filmstrip.jobs.media_child import MediaChild, made_file
from filmstrip.jobs.patience import patiently
from filmstrip.jobs.settings import JobSettings
from filmstrip.outputs._base import Group, Output, OutputPlan
from filmstrip.outputs._messages import Gave, Made, Progressed, ReadableSource, Rendering
from filmstrip.storage._base import Store

_MOST_NAMED = 5


@dataclass(frozen=True)
class Assignment:
    """One output to make.

    Attributes:
        output: What is asked for.
        document: The same as JSON text, without its destination: so the child process is told
            (`params.format_entry`).
        info: What the source holds.
        source: Where its bytes are (`fetching`).
        upscale: Whether video may become larger than its source.
        folder: Where files are made; it exists, and survives a crash.
        stores: Where each file is put (`destinations`).
    """

    output: Output
    document: str
    info: MediaInfo
    source: ReadableSource
    upscale: bool
    folder: Path
    stores: tuple[Store, ...]


def ignore(*_facts: object) -> None:
    """Listen to nothing."""


@dataclass(frozen=True)
class Listener:
    """Who wants to know how the work goes on.

    Attributes:
        on_progress: Told the finished fraction, 0.0 to 1.0.
        on_put: Told of each file that is at all destinations, from another thread; it may block.
        on_made: Told when all files are made and only putting may be left, from another thread; it may block.
        warn: Told of what had to give, one sentence each, from another thread; it may block.
    """

    on_progress: ProgressListener = ignore
    on_put: Callable[[Artifact], None] = ignore
    on_made: Callable[[], None] = ignore
    warn: Callable[[str], None] = ignore


class Performer:
    """Makes outputs."""

    def __init__(self, settings: JobSettings, child: MediaChild) -> None:
        self._settings = settings
        self._child = child

    async def make_output(
        self, assignment: Assignment, listener: Listener
    ) -> tuple[OutputResult, tuple[Location, ...]]:
        """Make a whole output, and tell what was made and where its main file is at each destination.

        Raises:
            FilmstripError: The output cannot be made or put.
        """
        plan = assignment.output.plan(assignment.info, upscale=assignment.upscale)
        finished: dict[str, Artifact] = {}
        for message in plan.warnings:
            await asyncio.to_thread(listener.warn, message)
        for group in plan.groups:
            progress = partial(_tell_share, listener.on_progress, plan, group)
            made = await self.make_group(assignment, group, finished, replace(listener, on_progress=progress))
            finished |= {artifact.name: artifact for artifact in made}
        for message in await asyncio.to_thread(leftover_warnings, assignment.output, plan, assignment.stores):
            await asyncio.to_thread(listener.warn, message)
        return describe_result(assignment, in_order(plan, finished))

    async def make_group(
        self, assignment: Assignment, group: Group, finished: Mapping[str, Artifact], listener: Listener
    ) -> tuple[Artifact, ...]:
        """Make one group in a child process, put each file as soon as it is whole, and tell which were made.

        Args:
            assignment: The output that the group belongs to.
            group: What to make.
            finished: What is at all destinations already, of the whole output; it is not made again.
            listener: Told how the group goes on.

        Raises:
            FilmstripError: The group cannot be made or put.
        """
        if finished.keys() >= set(group.artifact_names):
            return ()
        made: list[Artifact] = []
        room = asyncio.Semaphore(self._settings.puts)
        try:
            async with (
                asyncio.TaskGroup() as puts,
                aclosing(self._make(assignment, group, finished, listener)) as files,
            ):
                async for artifact in files:
                    await room.acquire()
                    made.append(artifact)
                    putting = _start(puts, self._put(assignment, artifact, listener))
                    putting.add_done_callback(lambda _task: room.release())
                await asyncio.to_thread(listener.on_made)
        except ExceptionGroup as several:
            raise several.exceptions[0] from None
        _demand_all(group, finished.keys() | {artifact.name for artifact in made})
        return tuple(made)

    async def _make(
        self, assignment: Assignment, group: Group, finished: Mapping[str, Artifact], listener: Listener
    ) -> AsyncGenerator[Artifact, None]:
        self._demand_free_disk(assignment)
        names = (*finished, *group.artifact_names)
        addresses = await asyncio.to_thread(find_addresses, group.addressing, assignment.stores, names)
        rendering = Rendering(
            document=assignment.document,
            group=group,
            info=assignment.info,
            folder=assignment.folder,
            upscale=assignment.upscale,
            finished=tuple(finished.values()),
            urls=addresses.urls,
            urls_expire_at=addresses.expire_at,
        )
        async with aclosing(self._child.render(assignment.source, rendering)) as reports:
            async for report in reports:
                self._demand_free_disk(assignment)
                if isinstance(report, Made):
                    if report.artifact.name not in group.artifact_names:
                        raise MediaProcessError("The media process reported a file that nobody asked for")
                    yield report.artifact
                elif isinstance(report, Progressed):
                    listener.on_progress(report.fraction)
                elif isinstance(report, Gave):
                    await asyncio.to_thread(listener.warn, report.message)

    async def _put(self, assignment: Assignment, artifact: Artifact, listener: Listener) -> None:
        path = made_file(assignment.folder, artifact.name)
        for store in assignment.stores:
            put = partial(asyncio.to_thread, store.put, artifact.name, path, artifact.content_type)
            await patiently(put, self._settings.retry_seconds)
        await asyncio.to_thread(listener.on_put, artifact)

    def _demand_free_disk(self, assignment: Assignment) -> None:
        demand_free_disk(assignment.folder, self._settings.free_disk_mb)


def _demand_all(group: Group, names: Collection[str]) -> None:
    """See to it that nothing is missing: what is there of a set must not pass for the whole of it."""
    missing = [name for name in group.artifact_names if name not in names]
    if missing:
        named = ", ".join(missing[:_MOST_NAMED]) + (", …" if len(missing) > _MOST_NAMED else "")
        raise OutputError(f"{len(missing)} of {len(group.artifact_names)} files were not made: {named}")


def _start(group: asyncio.TaskGroup, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
    """Start work in a group; one that is shutting down, as a put has failed, takes no more."""
    try:
        return group.create_task(work)
    except RuntimeError:
        work.close()
        raise


def describe_result(
    assignment: Assignment, artifacts: tuple[Artifact, ...]
) -> tuple[OutputResult, tuple[Location, ...]]:
    """Tell what was made, and where its main file is at each destination."""
    result = assignment.output.result(assignment.info, artifacts, upscale=assignment.upscale)
    return result, tuple(store.locate(result.main_name) for store in assignment.stores)


def in_order(plan: OutputPlan, artifacts: Mapping[str, Artifact]) -> tuple[Artifact, ...]:
    """Put artifacts into the order of the plan."""
    names = (name for group in plan.groups for name in group.artifact_names)
    return tuple(artifacts[name] for name in names if name in artifacts)


def share(plan: OutputPlan, group: Group, fraction: float) -> float:
    """Tell how much of an output is finished when that much of one of its groups is."""
    sizes = [len(each.artifact_names) for each in plan.groups]
    position = plan.groups.index(group)
    return (sum(sizes[:position]) + sizes[position] * fraction) / (sum(sizes) or 1)


def _tell_share(listener: ProgressListener, plan: OutputPlan, group: Group, fraction: float) -> None:
    listener(share(plan, group, fraction))
