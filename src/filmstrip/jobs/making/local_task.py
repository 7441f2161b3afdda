"""A task that is made at once, with nothing written down: by the rules of those whose steps are, but for what lasts.

There is no database behind it, so a host that does not answer is waited for on the spot, and nothing is resumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from filmstrip.domain.artifact import Artifact, Location, OutputResult, Warned
from filmstrip.domain.errors import FilmstripError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.progress import ProgressListener
from filmstrip.jobs.making.assignment import Assignment, Listener, ignore
from filmstrip.jobs.making.destinations import open_stores
from filmstrip.jobs.making.media_child import MediaChild
from filmstrip.jobs.making.perform import Performer
from filmstrip.jobs.making.portions import portion_of
from filmstrip.jobs.rules.bundles import bundle_outputs, join_groups
from filmstrip.jobs.rules.upscale_rule import drop_warning, dropped_outputs
from filmstrip.jobs.settings import JobSettings
from filmstrip.outputs._base import Output
from filmstrip.outputs.child.messages import ReadableSource
from filmstrip.params.format_entry import entries_without_destination
from filmstrip.params.query import Query
from filmstrip.storage.lender import Lender


@dataclass(frozen=True, slots=True)
class MadeOutput:
    """An output that was made.

    Attributes:
        index: Its place in the query.
        result: What it consists of.
        locations: Where its main file is, one for each destination.
    """

    index: int
    result: OutputResult
    locations: tuple[Location, ...]


@dataclass(frozen=True)
class LocalListener:
    """Who watches a local run.

    Attributes:
        on_fetch: Told how much of the source is copied, if it is.
        on_output: Told how much of an output is finished, by its index.
        on_files: Told how many files of an output are at their destination, by its index.
        on_end: Told which outputs are made, by their indices.
        on_made: Told of each output that is made, also if another one fails.
        warn: Told of compromises.
    """

    warn: Callable[[Warned], None]
    on_fetch: ProgressListener = ignore
    on_output: Callable[[int, float], None] = ignore
    on_files: Callable[[int, int], None] = ignore
    on_end: Callable[[Sequence[int]], None] = ignore
    on_made: Callable[[MadeOutput], None] = ignore


@dataclass(frozen=True)
class LocalTask:
    """The outputs of a query, whose source is known.

    Attributes:
        query: What is asked for.
        settings: How tasks are run.
        child: Starts child processes.
        source: Its source.
        info: What that holds.
        folder: Where outputs are made, each in a folder of its own.
        listener: Told how it goes on.
        lender: Whose credentials sign if a place has none.
    """

    query: Query[Output]
    settings: JobSettings
    child: MediaChild
    source: ReadableSource
    info: MediaInfo
    folder: Path
    listener: LocalListener
    lender: Lender
    failures: list[str] = field(default_factory=list, init=False)
    finished: dict[int, dict[str, Artifact]] = field(default_factory=dict, init=False)

    async def make(self) -> tuple[MadeOutput, ...]:
        """Make all outputs, some together; a failure of one leaves the others.

        Raises:
            FilmstripError: Outputs that may not fail softly cannot be made or put.
        """
        indices = self._kept_indices()
        outputs, media = self.query.formats, self.child.media
        for bundle in bundle_outputs(outputs, indices, self.info, media, upscale=self.query.upscale):
            await self._make_together(bundle)
        made = [await self._try_to_make(index) for index in indices]
        if self.failures:
            raise FilmstripError("; ".join(self.failures))
        return tuple(output for output in made if output is not None)

    @cached_property
    def _documents(self) -> tuple[str, ...]:
        """Each output as JSON text without its destination, as its media processes are told."""
        return entries_without_destination(self.query.text)

    def _kept_indices(self) -> list[int]:
        """Return which outputs are made, warning of the others."""
        dropped = {} if self.query.upscale else dropped_outputs(self.query.formats, self.info)
        for index, size in dropped.items():
            self.listener.warn(drop_warning(index, size))
        return [index for index in range(len(self.query.formats)) if index not in dropped]

    async def _make_together(self, indices: Sequence[int]) -> None:
        """Make what several outputs can make together; what one of them lacks then is left to its own making."""
        with ExitStack() as stack:
            portions = []
            for index in indices if len(indices) > 1 else []:
                with suppress(FilmstripError):
                    assignment = stack.enter_context(self._assignment(index))
                    joined = join_groups(assignment.output.plan(self.info, upscale=self.query.upscale))
                    portions.append(portion_of(assignment, joined, joined.groups[0], {}, self._listener(index)))
            with suppress(FilmstripError):
                await self._performer().make_together(portions)

    async def _try_to_make(self, index: int) -> MadeOutput | None:
        """Make one output; None if it fails, which is a warning if it may, else among the failures."""
        try:
            return await self._make(index)
        except FilmstripError as error:
            name = f"format[{index}]: " if len(self.query.formats) > 1 else ""
            if self.query.formats[index].allow_soft_fail:
                self.listener.warn(Warned(f"{name or 'The output '}could not be made: {error}"))
            else:
                self.failures.append(f"{name}{error}")
            return None

    async def _make(self, index: int) -> MadeOutput:
        with self._assignment(index) as assignment:
            finished = self.finished.get(index, {})
            made = MadeOutput(index, *await self._performer().make_output(assignment, self._listener(index), finished))
        self.listener.on_made(made)
        return made

    def _performer(self) -> Performer:
        # Without a service no step comes back later: an outage is waited out on the spot.
        return Performer(self.settings, self.child, patience_seconds=self.settings.retry_seconds)

    def _listener(self, index: int) -> Listener:
        finished = self.finished.setdefault(index, {})

        def count(artifact: Artifact) -> None:
            finished[artifact.name] = artifact
            self.listener.on_files(index, len(finished))

        return Listener(
            on_progress=lambda fraction: self.listener.on_output(index, fraction),
            on_put=count,
            warn=lambda message: self.listener.warn(Warned(message)),
        )

    async def _open_source(self) -> ReadableSource:
        return self.source

    @contextmanager
    def _assignment(self, index: int) -> Iterator[Assignment]:
        output, folder = self.query.formats[index], self.folder / str(index)
        folder.mkdir(exist_ok=True)
        now = datetime.now(UTC)
        with open_stores(output, self.child.storage, "local", index, now, self.lender) as stores:
            yield Assignment(
                output=output,
                document=self._documents[index],
                info=self.info,
                open_source=self._open_source,
                upscale=self.query.upscale,
                folder=folder,
                stores=stores,
            )
