"""The steps of a task that concern it as a whole. Each may be done twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from filmstrip.db.task_records import OutputRecord, Source
from filmstrip.domain.artifact import Warned
from filmstrip.domain.errors import TokenNotFoundError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.schemes import is_local
from filmstrip.domain.task import TaskStatus
from filmstrip.jobs.making.source_probing import probe_sources
from filmstrip.jobs.rules.bundles import bundle_outputs
from filmstrip.jobs.rules.free_disk import demand_room, keeping_free_disk
from filmstrip.jobs.rules.upscale_rule import drop_warning, dropped_outputs
from filmstrip.jobs.tasks.outages import is_active
from filmstrip.jobs.tasks.queue_limits import share_at
from filmstrip.jobs.tasks.restarts import Restarts
from filmstrip.jobs.tasks.spreading import Spreading
from filmstrip.jobs.tasks.surroundings import Surroundings
from filmstrip.media.source.media_source import LocalFile
from filmstrip.outputs._base import Output
from filmstrip.params.query import USUAL_PRIORITY, Query
from filmstrip.storage.source_reference import SourceVersion

_COPIES_LEAVE = 2
_log = structlog.get_logger()


@dataclass
class OpenTask:
    """A task that has a place among the open ones.

    Attributes:
        has_outputs: Whether it keeps the place for outputs that were begun.
    """

    has_outputs: bool = False


class TaskSteps:
    """The steps of a task as a whole."""

    def __init__(self, around: Surroundings, restarts: Restarts | None = None) -> None:
        """Prepare them.

        Args:
            around: What they work with.
            restarts: Begins tasks once more; None to begin none.
        """
        self._around = around
        self._database = around.database
        self._spreading = Spreading(around)
        self._restarts = restarts

    @asynccontextmanager
    async def open(self, token: str, key: str) -> AsyncIterator[OpenTask]:
        """Have a place among the open tasks until the end of the block, or until the end of the task's outputs."""
        opened = OpenTask()
        await self._around.open_tasks.enter(token, key)
        try:
            yield opened
        finally:
            if not opened.has_outputs:
                self._around.open_tasks.leave(token)

    async def fetch(self, token: str) -> list[str | int | None]:
        """Make the source readable, and tell its state: size, entity tag, date."""
        query = await self._around.query(token)
        if not query.stitch and not self._around.folders.source(token).exists():
            # What an interrupted copy left is in the way of a full disk; of several sources, the finished ones stay.
            self._around.folders.empty_task(token)
        async with self._at_source(token, query.source):
            source, state = await self._around.source(token, query, None)
        if isinstance(source, LocalFile) and not is_local(query.source):
            self._around.meter.note_copied(state.size_bytes or 0)
        _log.info("source_fetched", size_bytes=state.size_bytes, kind=type(source).__name__)
        return [state.size_bytes, state.etag, state.last_modified]

    async def probe(self, token: str, state: list[str | int | None]) -> None:
        """Find out what the source holds."""
        version = SourceVersion(*state)  # type: ignore[arg-type]  # as `fetch` wrote them down
        query = await self._around.query(token)
        async with self._at_source(token, query.source):
            source, _ = await self._around.source(token, query, version)
            folder = self._around.folders.of_probe(token)
            info = await probe_sources(query, source, self._around.child, folder)
        found = Source(info, version.etag, version.last_modified)
        await asyncio.to_thread(self._database.tasks.record_source, token, found)
        self._around.probes.keep(token, found)
        await asyncio.to_thread(self._database.outages.end_outage, token, None)
        if told := [Warned(message) for message in info.warnings]:
            await asyncio.to_thread(self._database.tasks.add_warnings, token, told)
        _log.info("source_probed", container=info.container, duration_seconds=float(info.duration_seconds))

    async def priority(self, token: str) -> int:
        """Return the priority of a task; one that is over has the usual one."""
        try:
            return (await self._around.query(token)).priority
        except TokenNotFoundError:
            return USUAL_PRIORITY

    async def share(self, token: str, key: str) -> str:
        """Return what the outputs of a task count to: its API key, of the machine that has a copy of its source."""
        around = self._around
        if around.executor_id is None or not await asyncio.to_thread(around.folders.has_source, token):
            return key
        return share_at(key, around.executor_id)

    async def choose_outputs(self, token: str) -> list[list[int]]:
        """Take out what the upscale rule drops, and tell the indexes of what is made, and made together."""
        query, record = await self._around.query(token), await self._around.record(token)
        info = (await self._around.probed(token)).info
        kept = [output.index for output in record.outputs]
        if not query.upscale:
            dropped = dropped_outputs(query.formats, info)
            told = [drop_warning(index, size) for index, size in dropped.items()]
            await asyncio.to_thread(self._database.tasks.add_warnings, token, told)
            await asyncio.to_thread(self._database.outputs.drop_outputs, token, list(dropped))
            kept = [index for index in kept if index not in dropped]
        await asyncio.to_thread(self._database.outputs.advance_outputs, token, kept, TaskStatus.QUEUED)
        media = self._around.child.media
        cuts = self._cuts(query, kept, info)
        return bundle_outputs(query.formats, kept, info, media, upscale=query.upscale, cuts=cuts)

    def _cuts(self, query: Query[Output], kept: Sequence[int], info: MediaInfo) -> dict[int, tuple[str, ...]]:
        """Return into which pieces outputs can be cut, however many workers there are: they are others after a death.

        The journal does not hold what was chosen, so it has to come out the same then.
        """
        if not self._spreading.may_be_spread:
            return {}
        plans = {
            index: self._spreading.segments_of(query.formats[index], info, upscale=query.upscale) for index in kept
        }
        return {index: tuple(piece.name for piece in plan.pieces) for index, plan in plans.items() if plan is not None}

    async def conclude(self, token: str) -> list[str | None]:
        """Return why the task failed, [None] if it did not; [] as long as some of its outputs are not final.

        An output that may fail softly leaves a warning only. A task that only waits for hosts is not open any more.
        """
        record = await self._around.record(token)
        if not any(is_active(output) for output in record.outputs):
            self._around.open_tasks.leave(token)
        if record.status.is_final or not all(output.status.is_final for output in record.outputs):
            return []
        query = await self._around.query(token)
        failed = [output for output in record.outputs if output.error is not None]
        soft = [output for output in failed if query.formats[output.index].allow_soft_fail]
        told = [Warned(f"{output.output_name} could not be made", output.error, output.tag) for output in soft]
        await asyncio.to_thread(self._database.tasks.add_warnings, token, told)
        return [_together([output for output in failed if output not in soft], len(record.outputs))]

    async def finish(self, token: str, error: str | None) -> None:
        """End the task; its folder goes first, so that no final task has one."""
        await asyncio.to_thread(self._around.folders.empty_task, token)
        has_ended = await asyncio.to_thread(self._finish, token, error)
        self._around.forget(token)
        # What was late until now made it again; nothing is made any more.
        await asyncio.to_thread(self._around.folders.empty_task, token)
        self._around.open_tasks.leave(token)
        if has_ended:
            self._around.meter.note_task(is_failed=error is not None)
            _log.info("task_finished", error=error)

    def _finish(self, token: str, error: str | None) -> bool:
        sequel = None if error is None or self._restarts is None else self._restarts.sequel(token)
        return self._database.tasks.finish_task(token, error, sequel, self._around.settings.retry_hours)

    @asynccontextmanager
    async def _at_source(self, token: str, url: str) -> AsyncIterator[None]:
        key = await self._around.key(token)
        # Copies leave more room than work needs that is to make it: all of them could fill the disk, and end none.
        root, free_mb = self._around.folders.root, self._around.settings.free_disk_mb
        await asyncio.to_thread(demand_room, root, _COPIES_LEAVE * free_mb)
        async with (
            self._around.fetches.place(token, key),
            self._around.interruptions.work(token),
            keeping_free_disk(root, free_mb),
        ):
            with self._around.reading(token, url):
                yield


def _together(failed: list[OutputRecord], count: int) -> str | None:
    if count == 1 and failed:
        return failed[0].error
    return "; ".join(f"{output.tag} ({output.output_name}): {output.error}" for output in failed) or None
