"""Makes outputs, for the service and the command line: group by group, each file put as soon as it is whole.

Nothing here is durable: the server's tasks and the command line's local runs use the same functions.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, nullcontext
from functools import partial
from types import MappingProxyType

from filmstrip.domain.artifact import Artifact, Location, OutputResult
from filmstrip.domain.errors import FilmstripError, MediaProcessError, error_named
from filmstrip.jobs.making.addresses import find_addresses
from filmstrip.jobs.making.assignment import Assignment, Listener, Portion
from filmstrip.jobs.making.leftovers import leftover_warnings
from filmstrip.jobs.making.made_output import demand_all, describe_result, in_order
from filmstrip.jobs.making.media_child import MediaChild
from filmstrip.jobs.making.once_more import once_more_if_killed
from filmstrip.jobs.making.portion_making import Making, PutLaterError, explained, keep_unput
from filmstrip.jobs.making.portions import finished_of, own_files, portion_of
from filmstrip.jobs.making.putting import Putter
from filmstrip.jobs.rules.bundles import make_at_once
from filmstrip.jobs.rules.free_disk import demand_free_disk, demand_room
from filmstrip.jobs.settings import JobSettings
from filmstrip.outputs._rendering import Rendering
from filmstrip.outputs._substitutes import count_substitutes
from filmstrip.outputs.child.messages import LeftOut, Made, Progressed, Report, Warned

_PARTNER_SECONDS = 5.0
"""How long the others wait for files of one output that are still being put, once all are made."""
_LARGE_BYTES = 16 << 20
"""A larger file is put to its end: a thread that puts cannot be stopped, and would do it beside the next attempt."""

Workplace = Callable[[], AbstractAsyncContextManager[None]]

_NOTHING: Mapping[str, Artifact] = MappingProxyType({})


class Performer:
    """Makes outputs."""

    def __init__(self, settings: JobSettings, child: MediaChild, *, patience_seconds: float = 0) -> None:
        """Prepare it.

        Args:
            settings: How tasks are run.
            child: Starts child processes.
            patience_seconds: For how long a destination that does not answer is tried again on the spot.
        """
        self._settings = settings
        self._child = child
        self._putter = Putter(settings.puts, patience_seconds)

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
        plan = make_at_once(assignment.output.plan(assignment.info, upscale=assignment.upscale))
        known = dict(finished)
        for message in plan.warnings:
            await asyncio.to_thread(listener.warn, message)
        substitutes = 0
        for group in plan.groups:
            told = finished_of(group, known)
            before = 0 if group.needs_all else substitutes
            made = await self.make_group(portion_of(assignment, plan, group, told, listener, before))
            known |= {artifact.name: artifact for artifact in made}
            substitutes += count_substitutes(own_files(group, known).values())
        for message in await asyncio.to_thread(leftover_warnings, assignment.output, plan, assignment.stores):
            await asyncio.to_thread(listener.warn, message)
        return describe_result(assignment, in_order(plan, known))

    async def make_group(self, portion: Portion, at_work: Workplace = nullcontext) -> tuple[Artifact, ...]:
        """Make one group in a child process, put each file as soon as it is whole, and tell which were made.

        What an outage left unput is put first and not made again. A child that is killed is followed by one more.

        Raises:
            FilmstripError: The group cannot be made or put.
        """
        put: dict[str, Artifact] = {}
        await self._putter.put_kept(portion, put)
        if portion.with_finished(put.values()).is_finished:
            return tuple(put.values())
        await once_more_if_killed(partial(self._make_alone, portion, put, at_work))
        return tuple(put.values())

    async def _make_alone(self, portion: Portion, put: dict[str, Artifact], at_work: Workplace) -> None:
        (made,) = await self.make_together([portion.with_finished(put.values())], at_work)
        put |= {artifact.name: artifact for artifact in made.put}
        if made.failure is not None:
            raise made.failure

    async def make_together(self, portions: Sequence[Portion], at_work: Workplace = nullcontext) -> list[Making]:
        """Make groups of several outputs of one source in one child process, a failed put of one leaving the others.

        Files that one of several outputs could not put soon after the last one was made are kept (`kept_files`).

        Args:
            portions: What is made.
            at_work: Is entered as long as the child works, and left before the last files are put.

        Raises:
            FilmstripError: Nothing could be begun.
        """
        makings = [Making(portion) for portion in portions]
        if not makings:
            return makings
        async with AsyncExitStack() as working:
            await working.enter_async_context(at_work())
            needs_source = any(portion.needs_source for portion in portions)
            source = await portions[0].assignment.open_source() if needs_source else None
            renderings = [await self._rendering(portion) for portion in portions]
            working.push_async_callback(_clear_failed, makings)
            all_reports = await working.enter_async_context(self._child.render(source, renderings))
            works = [asyncio.create_task(self._work(*each)) for each in zip(makings, all_reports, strict=True)]
            try:
                await asyncio.gather(*(making.is_made.wait() for making in makings))
                await working.aclose()
                await _await_puts(works, makings)
            finally:
                for work in works:
                    work.cancel()
                await asyncio.wait(works)
        return makings

    async def _work(self, making: Making, reports: AsyncGenerator[Report, None]) -> None:
        try:
            await self._put_files(making, reports)
            demand_all(making.portion.group, making.portion.finished.keys() | making.put_names)
        except asyncio.CancelledError:
            making.failure = PutLaterError("Not all files were put yet")
            raise
        except BaseException as failure:  # noqa: BLE001 - native code panics by what is no Exception
            making.failure = failure if isinstance(failure, FilmstripError) else explained(failure)
        finally:
            making.is_made.set()
            if making.failure is not None and making.failure.is_retryable:
                await asyncio.to_thread(keep_unput, making)

    async def _put_files(self, making: Making, reports: AsyncGenerator[Report, None]) -> None:
        async with aclosing(reports):
            await self._putter.put_as_made(making, self._made_files(making.portion, reports))

    async def _rendering(self, portion: Portion) -> Rendering:
        assignment, group, finished = portion.assignment, portion.group, portion.finished
        demand_room(assignment.folder, self._settings.free_disk_mb)
        names = (*finished, *group.artifact_names)
        addresses = await asyncio.to_thread(find_addresses, group.addressing, assignment.stores, names)
        return Rendering(
            document=assignment.document,
            group=group,
            info=assignment.info,
            folder=assignment.folder,
            upscale=assignment.upscale,
            finished=finished,
            addresses=addresses,
            substitutes_before=portion.substitutes_before,
            effort=assignment.output.effort(assignment.info),
        )

    async def _made_files(self, portion: Portion, reports: AsyncIterator[Report]) -> AsyncIterator[Artifact]:
        names, listener = set(portion.group.artifact_names), portion.listener
        async for report in reports:
            self._demand_free_disk(portion.assignment)
            if isinstance(report, Made):
                if report.artifact.name not in names:
                    raise MediaProcessError("The media process reported a file that was not asked for")
                yield report.artifact
            elif isinstance(report, LeftOut):
                raise error_named(report.error, report.message)
            elif isinstance(report, Progressed):
                listener.on_progress(report.fraction)
            elif isinstance(report, Warned):
                await asyncio.to_thread(listener.warn, report.message)

    def _demand_free_disk(self, assignment: Assignment) -> None:
        demand_free_disk(assignment.folder, self._settings.free_disk_mb)


async def _await_puts(works: Sequence[asyncio.Task[None]], makings: Sequence[Making]) -> None:
    """Wait until the last files are put; of several outputs, only briefly for small files of a slow destination."""
    _, late = await asyncio.wait(works, timeout=_PARTNER_SECONDS if len(works) > 1 else None)
    large = [
        work
        for work, making in zip(works, makings, strict=True)
        if work in late and any(artifact.size_bytes > _LARGE_BYTES for artifact in making.unput)
    ]
    if large:
        await asyncio.wait(large)


async def _clear_failed(makings: Sequence[Making]) -> None:
    """Let what is of no use be removed before others get the slot: it may be what fills the disk."""
    for making in makings:
        if making.failure is not None and not making.is_worth_another_try:
            await asyncio.to_thread(making.portion.listener.on_failed)
