"""How are outputs made, whoever asks for them? Group by group, each file put as soon as it is whole.

Nothing here is durable: the server's tasks and the command line's local runs use the same functions.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Coroutine, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from filmstrip.domain.artifact import Artifact, Location, OutputResult
from filmstrip.domain.errors import MediaProcessError, OutputError
from filmstrip.jobs.addresses import find_addresses
from filmstrip.jobs.assignment import Assignment, Listener, Portion
from filmstrip.jobs.free_disk import demand_free_disk
from filmstrip.jobs.leftovers import leftover_warnings
from filmstrip.jobs.media_child import MediaChild, made_file
from filmstrip.jobs.patience import patiently
from filmstrip.jobs.settings import JobSettings
from filmstrip.outputs._base import Group, OutputPlan
from filmstrip.outputs._messages import Gave, Made, Progressed, Rendering, Report

_MOST_NAMED = 5
_NOTHING: Mapping[str, Artifact] = MappingProxyType({})


class Performer:
    """Makes outputs."""

    def __init__(self, settings: JobSettings, child: MediaChild) -> None:
        self._settings = settings
        self._child = child

    async def make_output(
        self, assignment: Assignment, listener: Listener, finished: Mapping[str, Artifact] = _NOTHING
    ) -> tuple[OutputResult, tuple[Location, ...]]:
        """Make a whole output, and tell what was made and where its main file is at each destination.

        Args:
            assignment: The output.
            listener: Told how it goes on.
            finished: What is at all destinations already; it is not made again.

        Raises:
            FilmstripError: The output cannot be made or put.
        """
        plan = assignment.output.plan(assignment.info, upscale=assignment.upscale)
        known = dict(finished)
        for message in plan.warnings:
            await asyncio.to_thread(listener.warn, message)
        for group in plan.groups:
            made = await self.make_group(portion_of(assignment, plan, group, known, listener))
            known |= {artifact.name: artifact for artifact in made}
        for message in await asyncio.to_thread(leftover_warnings, assignment.output, plan, assignment.stores):
            await asyncio.to_thread(listener.warn, message)
        return describe_result(assignment, in_order(plan, known))

    async def make_group(self, portion: Portion) -> tuple[Artifact, ...]:
        """Make one group in a child process, put each file as soon as it is whole, and tell which were made.

        Raises:
            FilmstripError: The group cannot be made or put.
        """
        if portion.is_finished:
            return ()
        (made,) = await self.make_together([portion])
        if isinstance(made, BaseException):
            raise made
        return made

    async def make_together(self, portions: Sequence[Portion]) -> list[tuple[Artifact, ...] | BaseException]:
        """Make groups of several outputs of one source in one child process, a failed put of one leaving the others.

        Returns:
            What was made of each, or why it was not.

        Raises:
            FilmstripError: Nothing could be begun.
        """
        if not portions:
            return []
        renderings = [await self._rendering(portion) for portion in portions]
        async with self._child.render(portions[0].assignment.source, renderings) as all_reports:
            works = [self._put_files(*each) for each in zip(portions, all_reports, strict=True)]
            return await asyncio.gather(*works, return_exceptions=True)

    async def _put_files(self, portion: Portion, reports: AsyncGenerator[Report, None]) -> tuple[Artifact, ...]:
        made: list[Artifact] = []
        room = asyncio.Semaphore(self._settings.puts)
        try:
            async with aclosing(reports), asyncio.TaskGroup() as puts:
                async for artifact in self._made_files(portion, reports):
                    await room.acquire()
                    made.append(artifact)
                    putting = _start(puts, self._put(portion, artifact))
                    putting.add_done_callback(lambda _task: room.release())
                await asyncio.to_thread(portion.listener.on_made)
        except ExceptionGroup as several:
            raise several.exceptions[0] from None
        _demand_all(portion.group, portion.finished.keys() | {artifact.name for artifact in made})
        return tuple(made)

    async def _rendering(self, portion: Portion) -> Rendering:
        assignment, group, finished = portion.assignment, portion.group, portion.finished
        self._demand_free_disk(assignment)
        names = (*finished, *group.artifact_names)
        addresses = await asyncio.to_thread(find_addresses, group.addressing, assignment.stores, names)
        return Rendering(
            document=assignment.document,
            group=group,
            info=assignment.info,
            folder=assignment.folder,
            upscale=assignment.upscale,
            finished=tuple(finished.values()),
            urls=addresses.urls,
            urls_expire_at=addresses.expire_at,
        )

    async def _made_files(self, portion: Portion, reports: AsyncIterator[Report]) -> AsyncIterator[Artifact]:
        names, listener = set(portion.group.artifact_names), portion.listener
        async for report in reports:
            self._demand_free_disk(portion.assignment)
            if isinstance(report, Made):
                if report.artifact.name not in names:
                    raise MediaProcessError("The media process reported a file that nobody asked for")
                yield report.artifact
            elif isinstance(report, Progressed):
                listener.on_progress(report.fraction)
            elif isinstance(report, Gave):
                await asyncio.to_thread(listener.warn, report.message)

    async def _put(self, portion: Portion, artifact: Artifact) -> None:
        path = made_file(portion.assignment.folder, artifact.name)
        for store in portion.assignment.stores:
            put = partial(asyncio.to_thread, store.put, artifact.name, path, artifact.content_type)
            await patiently(put, self._settings.retry_seconds)
        await asyncio.to_thread(portion.listener.on_put, artifact)

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


def portion_of(
    assignment: Assignment, plan: OutputPlan, group: Group, finished: Mapping[str, Artifact], listener: Listener
) -> Portion:
    """Take a group out of the plan of an output; the listener is told how much of the whole output is finished."""

    def on_progress(fraction: float) -> None:
        listener.on_progress(share(plan, group, fraction))

    return Portion(assignment, group, finished, replace(listener, on_progress=on_progress))
