"""What the steps of tasks work with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from weakref import WeakValueDictionary

from filmstrip.db.database import Database
from filmstrip.db.task_records import Source, TaskRecord
from filmstrip.domain.errors import SourceError, SourceUnreadableError, TokenNotFoundError
from filmstrip.domain.hosts import host_of
from filmstrip.jobs.making.media_child import MediaChild
from filmstrip.jobs.rules.allowances import fetch_seconds
from filmstrip.jobs.rules.enough_pixels import enough_short_side
from filmstrip.jobs.rules.free_disk import demand_free_disk, keeping_free_disk
from filmstrip.jobs.rules.meter import UNWATCHED, Meter
from filmstrip.jobs.rules.places import Places
from filmstrip.jobs.rules.step_limit import allow, standing_still
from filmstrip.jobs.settings import JobSettings
from filmstrip.jobs.tasks.answers import Answers
from filmstrip.jobs.tasks.fetching import FetchListener, fetch_source, ignore
from filmstrip.jobs.tasks.interruptions import Interruptions
from filmstrip.jobs.tasks.known_sources import KnownSources
from filmstrip.jobs.tasks.known_tasks import KnownTask, KnownTasks
from filmstrip.jobs.tasks.lending import lender_for
from filmstrip.jobs.tasks.stitched_fetching import fetch_stitched
from filmstrip.jobs.tasks.upload_sources import take_up
from filmstrip.jobs.tasks.work_folders import WorkFolders
from filmstrip.outputs._base import Output
from filmstrip.outputs.child.messages import ReadableSource
from filmstrip.params.query import Query
from filmstrip.storage.joined_file import JoinedFile
from filmstrip.storage.lender import NOBODY, Lender
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceFacts, SourceVersion
from filmstrip.uploads.uploads import Uploads


def work_name(token: str, index: int | None, piece: str = "") -> str:
    """Name the work on a piece of an output."""
    return f"{token}.{index}.{piece}"


@contextmanager
def naming_host(url: str) -> Iterator[None]:
    """Note in errors of a source, raised within the block, which host they are about."""
    try:
        yield
    except SourceError as error:
        error.host = error.host or host_of(url)
        raise


@dataclass(frozen=True)
class Surroundings:
    """What the steps work with.

    Attributes:
        database: Where everything is written down.
        settings: How tasks are run.
        storage: Which places may be used.
        child: Starts child processes.
        folders: Where tasks work.
        interruptions: Lets work begin.
        slots: Places of media processes.
        fetches: Places of sources that are fetched.
        open_tasks: Places of tasks that are fetched and not ended.
        known: Knows what does not change of the tasks at work.
        putting: Names of the work that has left its slot and puts its last files.
        executor_id: Which of the executors on the database this process is; None if there are no others.
        uploads: What clients sent us, which may be sources.
        sources: Knows what the servers of their sources said.
        probes: Knows what was found out about their sources.
        meter: Counts what is done.
        copying: Held while a task's source is made readable: pieces of an output need it at the same time.
    """

    database: Database
    settings: JobSettings
    storage: StorageSettings
    child: MediaChild
    folders: WorkFolders
    interruptions: Interruptions
    slots: Places
    fetches: Places
    open_tasks: Places
    known: KnownTasks
    putting: set[str] = field(default_factory=set)
    executor_id: str | None = None
    uploads: Uploads | None = None
    sources: KnownSources[SourceFacts] = field(default_factory=partial(KnownSources, 1024))
    probes: KnownSources[Source] = field(default_factory=partial(KnownSources, 64))
    meter: Meter = UNWATCHED
    copying: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def task(self, token: str) -> KnownTask:
        """Return what does not change of a task.

        Raises:
            TokenNotFoundError: There is no such task, or it is final.
        """
        kept = self.known.kept(token)
        return await asyncio.to_thread(self.known.read, token) if kept is None else kept

    async def query(self, token: str) -> Query[Output]:
        """Return what a task is to do.

        Raises:
            TokenNotFoundError: There is no such task, or it is final.
        """
        return (await self.task(token)).query

    async def record(self, token: str) -> TaskRecord:
        """Read how far a task is.

        Raises:
            TokenNotFoundError: There is no such task.
        """
        found = await asyncio.to_thread(self.database.tasks.read_tasks, [token])
        if token not in found:
            raise TokenNotFoundError("Token not found")
        return found[token]

    async def probed(self, token: str) -> Source:
        """Read what a task's source holds.

        Raises:
            SourceUnreadableError: It was not probed.
        """
        source = self.probes.kept(token) or await asyncio.to_thread(self.database.tasks.read_source, token)
        if source is None:
            raise SourceUnreadableError("The source was not probed")
        self.probes.keep(token, source)
        return source

    def forget(self, token: str) -> None:
        """Forget what is known of a task: it is final."""
        for known in (self.known, self.sources, self.probes):
            known.forget(token)

    async def source(
        self,
        token: str,
        query: Query[Output],
        expected: SourceVersion | None,
        *,
        readers: Collection[Output] | None = None,
    ) -> tuple[ReadableSource, SourceVersion]:
        """Make a task's source readable; a copy that it has already is used, and one that is made is waited for.

        Args:
            token: The task.
            query: What it is to do.
            expected: The state in which the source has to be, None for any.
            readers: The outputs that read it; None for all of the task.
        """
        lock = self.copying.setdefault(token, asyncio.Lock())
        with standing_still():
            await lock.acquire()
        try:
            return await self._source(token, query, expected, query.formats if readers is None else readers)
        finally:
            lock.release()

    async def _source(
        self, token: str, query: Query[Output], expected: SourceVersion | None, readers: Collection[Output]
    ) -> tuple[ReadableSource, SourceVersion]:
        path = self.folders.source(token)
        if query.stitch:
            return await fetch_stitched(
                query.sources,
                JoinedFile(path),
                partial(self._one_source, token, query, whole=True),
                self.storage,
                expected=expected,
                on_progress=self._keep_fetching,
            )
        whole = any(output.reads_whole_source for output in readers)
        known, keep = self.sources.kept(token), partial(self.sources.keep, token)
        fetch = partial(self._one_source, token, query, query.source, path, whole=whole, expected=expected)
        return await fetch(known=known, keep=keep)

    async def _one_source(  # noqa: PLR0913 - all but three by name
        self,
        token: str,
        query: Query[Output],
        url: str,
        path: Path,
        *,
        whole: bool,
        expected: SourceVersion | None = None,
        known: SourceFacts | None = None,
        keep: Callable[[SourceFacts], None] = ignore,
    ) -> tuple[ReadableSource, SourceVersion]:
        answers = Answers(self.database, token)

        def on_answer(facts: SourceFacts) -> None:
            keep(facts)
            allow(fetch_seconds(self.storage))
            answers.note(host_of(url))

        lender = await self.lender(token)
        await asyncio.to_thread(take_up, url, self.uploads, path, self._keep_fetching)
        return await fetch_source(
            url,
            self.storage,
            path,
            whole=whole,
            expected=expected,
            listener=FetchListener(on_answer, self._keep_fetching),
            lender=lender,
            known=known,
            short_side=enough_short_side(query.formats),
            join=self._join,
        )

    async def _join(self, pictures: Path, sound: Path, folder: Path) -> Path:
        """Join pictures and sound of a playlist; few tasks have any."""
        return await self.child.join(pictures, sound, folder)

    def _keep_fetching(self, _fraction: float) -> None:
        allow(fetch_seconds(self.storage))
        demand_free_disk(self.folders.root, self.settings.free_disk_mb)

    @contextmanager
    def reading(self, token: str, url: str) -> Iterator[None]:
        """Read a task's source within the block: an error of it names its host, and its server is asked again then."""
        try:
            with naming_host(url):
                yield
        except SourceError:
            self.sources.forget(token)
            raise

    async def lender(self, token: str) -> Lender:
        """Return what lends credentials to the places of a task that have none."""
        if not self.storage.stores:
            return NOBODY
        key_id = (await self.task(token)).key_id
        return await asyncio.to_thread(lender_for, self.database, self.storage, key_id)

    @asynccontextmanager
    async def place_of_copy(self, token: str, index: int, readers: Collection[Output]) -> AsyncIterator[None]:
        """Have a place among those who fetch, if outputs need a copy of the source and there is none here."""
        needs_copy = any(output.reads_whole_source for output in readers)
        if not needs_copy or await asyncio.to_thread(self.folders.has_source, token):
            yield
            return
        async with self.fetches.place(f"{token}.{index}", await self.key(token)):
            yield

    @asynccontextmanager
    async def at_work(self, token: str, index: int | None = None, piece: str = "") -> AsyncIterator[None]:
        """Have a slot, and the mark of work on an output or on a task's source, until the end of the block.

        Pieces of one output have a slot each.
        """
        task, name = await self.task(token), work_name(token, index, piece)
        try:
            async with (
                self.slots.place(name, task.key, priority=task.query.priority, task=token),
                self.interruptions.work(token, index),
                keeping_free_disk(self.folders.root, self.settings.free_disk_mb),
            ):
                yield
        finally:
            self.putting.add(name)

    @contextmanager
    def making(self, name: str) -> Iterator[None]:
        """Make something within the block; what has left its slot before the end of it is only putting files."""
        try:
            yield
        finally:
            self.putting.discard(name)

    async def key(self, token: str) -> str:
        """Name the API key that a task belongs to, for shares; "-" if it is the operator's own."""
        return (await self.task(token)).key
