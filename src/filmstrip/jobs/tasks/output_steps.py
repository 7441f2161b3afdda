"""The steps of one output. Each may be done twice: what was put once is never made again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial

import structlog

from filmstrip.db.patience import Patience, waiting
from filmstrip.domain.artifact import Artifact, Warned
from filmstrip.domain.errors import (
    DestinationError,
    FilmstripError,
    HostNotAllowedError,
    RangesNotSupportedError,
    SourceError,
    TokenNotFoundError,
)
from filmstrip.domain.hosts import host_of
from filmstrip.domain.task import TaskStatus
from filmstrip.jobs.making.assignment import Assignment, Listener, Portion
from filmstrip.jobs.making.destinations import open_stores
from filmstrip.jobs.making.finished_in_thread import entered_in_thread, finished_in_thread
from filmstrip.jobs.making.leftovers import leftover_warnings
from filmstrip.jobs.making.made_output import describe_result, in_order
from filmstrip.jobs.making.perform import Performer, Workplace
from filmstrip.jobs.making.portions import own_files, share, share_of_done
from filmstrip.jobs.making.scratch_places import fetch_joined
from filmstrip.jobs.rules.admission import demand_few_pictures
from filmstrip.jobs.rules.bundles import join_groups, make_at_once
from filmstrip.jobs.tasks.answers import Answers
from filmstrip.jobs.tasks.progress_board import ProgressBoard
from filmstrip.jobs.tasks.put_recorder import PutRecorder
from filmstrip.jobs.tasks.spreading import Spreading
from filmstrip.jobs.tasks.surroundings import Surroundings, work_name
from filmstrip.outputs._base import Group, OutputPlan
from filmstrip.outputs._rendering import work_path
from filmstrip.outputs._substitutes import count_substitutes
from filmstrip.outputs.child.messages import ReadableSource
from filmstrip.storage._base import Store
from filmstrip.storage.source_reference import SourceVersion

_LOOK_SECONDS = 30.0
_LAST_SECONDS = 1.0

_log = structlog.get_logger()


class OutputSteps:
    """The steps of one output."""

    def __init__(self, around: Surroundings, board: ProgressBoard) -> None:
        self._around = around
        self._database = around.database
        self._board = board
        self._performer = Performer(around.settings, around.child)
        self._spreading = Spreading(around)

    async def plan(self, token: str, index: int, is_piece: bool = False) -> OutputPlan:  # noqa: FBT001, FBT002 - steps are called by position
        """Decide what is made. It is written down: another version of the service might plan otherwise.

        Args:
            token: The task.
            index: The output.
            is_piece: Whether a piece of it is to be made, so that it was decided before that it has some.
        """
        query, source = await self._around.query(token), await self._around.probed(token)
        output = query.formats[index]
        demand_few_pictures(output.picture_count(source.info), self._around.settings.max_pictures)
        plan = self._spreading.segments_of(output, source.info, upscale=query.upscale)
        if plan is None or not await self._spreading.is_cut(token, index, is_piece=is_piece):
            plan = make_at_once(output.plan(source.info, upscale=query.upscale))
        if plan.warnings:
            await asyncio.to_thread(self._warn, token, index, plan.warnings)
        return plan

    async def make(
        self,
        token: str,
        index: int,
        plan: OutputPlan,
        group: Group,
        substitutes_before: int = 0,
        *,
        done: int | None = None,
    ) -> int:
        """Make one group and put its files, except for those that were put before.

        Args:
            token: The task.
            index: The output.
            plan: The plan of the output.
            group: What is made of it.
            substitutes_before: How many frames of the groups before it are substitutes.
            done: How many files of the output were finished when it began, if it is made beside other groups; None if
                one is made after the other.

        Returns:
            How many of its own are.
        """
        finished = await self._finished(token, index, group)
        if not finished.keys() >= set(group.artifact_names):
            async with self._assignment(token, index, group) as assignment:
                await asyncio.to_thread(self._database.outputs.advance_outputs, token, [index], TaskStatus.ENCODING)
                at_work = partial(self._around.at_work, token, index, group.name)
                before = 0 if group.needs_all else substitutes_before
                making = self._around.making(work_name(token, index, group.name))
                async with self._listening(token, index, plan, group, done) as listener:
                    portion = Portion(assignment, group, finished, listener, before)
                    with making:
                        made = await self._make_group(token, portion, at_work)
            finished = {**finished, **{artifact.name: artifact for artifact in made}}
        self._board.tell(token, index, _share(plan, group, 1, done))
        return count_substitutes(own_files(group, finished).values())

    async def _make_group(self, token: str, portion: Portion, at_work: Workplace) -> tuple[Artifact, ...]:
        url = await self._source_url(token)
        with suppress(RangesNotSupportedError), self._around.reading(token, url):
            return await self._performer.make_group(portion, at_work)
        # Its server has thought better of it since it was asked: asked again, it hands out a copy.
        with self._around.reading(token, url):
            return await self._performer.make_group(portion, at_work)

    async def make_together(self, token: str, plans: Mapping[int, OutputPlan]) -> dict[int, FilmstripError]:
        """Make and put what several outputs can make together, and return which of them met an outage.

        What one of them lacks is left to its own steps: they find out what is the matter with it. So is everything
        after deaths of the service, which are counted for the first of them: alone, the guilty one shows itself.
        """
        if await self._around.interruptions.is_suspect(token, min(plans)):
            return {}
        async with AsyncExitStack() as stack:
            await asyncio.to_thread(self._database.outputs.advance_outputs, token, list(plans), TaskStatus.ENCODING)
            portions: dict[int, Portion] = {}
            for index, plan in plans.items():
                with suppress(DestinationError, HostNotAllowedError):
                    assignment = await stack.enter_async_context(self._assignment(token, index, together=plans))
                    joined = join_groups(plan)
                    first = joined.groups[0]
                    listener = await stack.enter_async_context(self._listening(token, index, joined, first))
                    finished = await self._finished(token, index, first)
                    portions[index] = Portion(assignment, first, finished, listener)
            return await self._make_portions(token, min(plans), portions)

    async def make_pieces(self, token: str, plans: Mapping[int, OutputPlan], name: str) -> None:
        """Make the piece of a name of several outputs of one decode, as `make_together`."""
        if not plans or await self._around.interruptions.is_suspect(token, min(plans)):
            return
        async with AsyncExitStack() as stack:
            await asyncio.to_thread(self._database.outputs.advance_outputs, token, list(plans), TaskStatus.ENCODING)
            portions: dict[int, Portion] = {}
            for index, plan in plans.items():
                piece = next(each for each in plan.pieces if each.name == name)
                with suppress(DestinationError, HostNotAllowedError):
                    made = await asyncio.to_thread(self._database.artifacts.read_names, token, index)
                    assignment = await stack.enter_async_context(self._assignment(token, index, piece))
                    listening = self._listening(token, index, plan, piece, len(made.difference(piece.artifact_names)))
                    listener = await stack.enter_async_context(listening)
                    finished = await self._finished(token, index, piece)
                    portions[index] = Portion(assignment, piece, finished, listener)
            await self._make_portions(token, min(plans), portions, name)

    async def describe(self, token: str, index: int, plan: OutputPlan) -> None:
        """End the output with what was made and where it is; one that has ended stays as it is."""
        if await self.has_ended(token, index):
            return
        async with self._assignment(token, index) as assignment:
            # Worth a look, not a wait: a destination that lists slowly, or without end, tells of nothing.
            looking = asyncio.to_thread(leftover_warnings, assignment.output, plan, assignment.stores)
            with suppress(TimeoutError):
                if leftovers := await asyncio.wait_for(looking, _LOOK_SECONDS):
                    await asyncio.to_thread(self._warn, token, index, leftovers)
            result, locations = describe_result(assignment, in_order(plan, await self._finished(token, index)))
        await self._spreading.clear(token, index)
        await asyncio.to_thread(self._around.folders.empty_output, token, index)
        await asyncio.to_thread(self._database.outputs.finish_output, token, index, result, locations)
        self._around.meter.note_output(
            assignment.output.output_name, float(assignment.info.duration_seconds), is_failed=False
        )
        _log.info("output_finished", files=len(result.names), size_bytes=result.size_bytes)

    async def fail(self, token: str, index: int, error: str, in_making: bool = False) -> None:  # noqa: FBT001, FBT002 - steps are called by position
        """End the output with the reason, and whether that is neither source nor destination.

        Its files go first, as they may be what filled the disk.
        """
        await self._spreading.clear(token, index)
        await asyncio.to_thread(self._around.folders.empty_output, token, index)
        await asyncio.to_thread(self._database.outputs.fail_output, token, index, error, in_making=in_making)
        with suppress(TokenNotFoundError):
            name = (await self._around.query(token)).formats[index].output_name
            self._around.meter.note_output(name, 0.0, is_failed=True)
        _log.warning("output_failed", error=error)

    async def _make_portions(
        self, token: str, first: int, portions: Mapping[int, Portion], piece: str = ""
    ) -> dict[int, FilmstripError]:
        unfinished = {index: portion for index, portion in portions.items() if not portion.is_finished}
        if not unfinished:
            return {}
        at_work = partial(self._around.at_work, token, first, piece)
        with self._around.making(work_name(token, first, piece)):
            makings = await self._performer.make_together(list(unfinished.values()), at_work)
        failures = {i: made.failure for i, made in zip(unfinished, makings, strict=True) if made.failure is not None}
        for index, failure in failures.items():
            _log.warning("left_to_itself", output_index=index, error=str(failure))
            if isinstance(failure, SourceError):
                self._around.sources.forget(token)
                failure.host = host_of(await self._source_url(token))
        return {index: failure for index, failure in failures.items() if failure.is_retryable and failure.host}

    async def has_ended(self, token: str, index: int) -> bool:
        """Check whether an output is final."""
        record = await self._around.record(token)
        return any(output.status.is_final for output in record.outputs if output.index == index)

    async def _source_url(self, token: str) -> str:
        return (await self._around.query(token)).source

    @asynccontextmanager
    async def _assignment(
        self, token: str, index: int, group: Group | None = None, *, together: Collection[int] = ()
    ) -> AsyncIterator[Assignment]:
        """Open the destination of an output, or of a group; its source is read for it alone, or for others too."""
        task, probed = await self._around.task(token), await self._around.probed(token)
        query = task.query
        expected = SourceVersion(probed.info.size_bytes, probed.etag, probed.last_modified)

        readers = [query.formats[each] for each in together or (index,)]

        async def open_source() -> ReadableSource:
            async with self._around.place_of_copy(token, index, readers):
                return (await self._around.source(token, query, expected, readers=readers))[0]

        output = query.formats[index]
        lender = await self._around.lender(token)
        opening = open_stores(output, self._around.storage, token, index, task.begins_at, lender)
        async with AsyncExitStack() as opened:
            stores: tuple[Store, ...]
            if group is not None and (group.is_scratch or group.joins):
                opening_scratch = self._spreading.scratch(task, token, index)
                scratch = await opened.enter_async_context(entered_in_thread(opening_scratch))
                folder = self._around.folders.of_output(token, index)
                await asyncio.to_thread(fetch_joined, scratch, group, folder)
            if group is not None and group.is_scratch:
                output, stores = output.model_copy(update={"destination": ()}), (scratch,)
            else:
                stores = await opened.enter_async_context(entered_in_thread(opening))
            yield Assignment(
                output=output,
                document=task.documents[index],
                info=probed.info,
                open_source=open_source,
                upscale=query.upscale,
                folder=self._around.folders.of_output(token, index),
                stores=stores,
            )

    @asynccontextmanager
    async def _listening(
        self, token: str, index: int, plan: OutputPlan, group: Group, done: int | None = None
    ) -> AsyncIterator[Listener]:
        """Listen to how a group goes on; what was put is written down when the block ends."""
        recorder = PutRecorder(self._database, token, index, group, self._around.settings.progress_seconds)
        try:
            yield self._listener(token, index, plan, group, recorder, done)
        except asyncio.CancelledError:
            # A stop does not wait for a database that is away: what cannot be written now is put again.
            with waiting(Patience(_LAST_SECONDS)), suppress(FilmstripError):
                await finished_in_thread(recorder.flush)
            raise
        except BaseException:
            await finished_in_thread(recorder.flush)
            raise
        await finished_in_thread(recorder.flush)

    def _listener(
        self,
        token: str,
        index: int,
        plan: OutputPlan,
        group: Group,
        recorder: PutRecorder,
        done: int | None = None,
    ) -> Listener:
        def on_made() -> None:
            if group == plan.groups[-1]:
                self._database.outputs.advance_outputs(token, [index], TaskStatus.SAVING)

        answers = Answers(self._database, token)
        return Listener(
            on_progress=lambda fraction: self._board.tell(token, index, _share(plan, group, fraction, done)),
            before_put=answers.ask,
            on_written=self._around.meter.note_put,
            on_answer=answers.note,
            on_put=recorder,
            on_failed=partial(self._clear_failed, token, index, group if done is not None else None),
            on_made=on_made,
            warn=lambda message: self._warn(token, index, [message]),
        )

    def _clear_failed(self, token: str, index: int, piece: Group | None) -> None:
        """Remove the files of what failed: of one of several pieces its own, as others are made in the same folder."""
        if piece is None:
            self._around.folders.empty_output(token, index)
            return
        for name in piece.artifact_names:
            path = work_path(self._around.folders.of_output(token, index), name)
            for file in (path, path.with_name(f"{path.name}.part")):
                file.unlink(missing_ok=True)

    def _warn(self, token: str, index: int, messages: Sequence[str]) -> None:
        """Warn the client of an output's compromises; blocking."""
        outputs = self._database.tasks.read_tasks([token])[token].outputs
        tag = next((output.tag for output in outputs if output.index == index), None)
        self._database.tasks.add_warnings(token, [Warned(message, tag=tag) for message in messages])

    async def _finished(self, token: str, index: int, group: Group | None = None) -> dict[str, Artifact]:
        names = None if group is None or group.needs_all else group.artifact_names
        put = await asyncio.to_thread(self._database.artifacts.read_artifacts, token, index, names)
        return {each.artifact.name: each.artifact for each in put}


def _share(plan: OutputPlan, group: Group, fraction: float, done: int | None) -> float:
    return share(plan, group, fraction) if done is None else share_of_done(plan, group, fraction, done)
