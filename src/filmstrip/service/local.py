"""Runs a query once, without a server, by the functions that run tasks, leaving nothing but its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from tempfile import mkdtemp

from filmstrip.domain.artifact import Artifact, Location, OutputResult, Warned
from filmstrip.domain.errors import FilmstripError, Mistake, QueryError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.progress import ProgressListener
from filmstrip.domain.schemes import is_local
from filmstrip.isolation.fork_server import ForkServer
from filmstrip.isolation.removal import remove_tree
from filmstrip.jobs.making.addresses import check_signing
from filmstrip.jobs.making.assignment import Assignment, Listener, ignore
from filmstrip.jobs.making.destinations import open_stores
from filmstrip.jobs.making.media_child import MediaChild
from filmstrip.jobs.making.named_source import naming_source
from filmstrip.jobs.making.perform import Performer
from filmstrip.jobs.making.portions import portion_of
from filmstrip.jobs.rules.bundles import bundle_outputs, join_groups
from filmstrip.jobs.rules.patience import patiently
from filmstrip.jobs.rules.upscale_rule import drop_warning, dropped_outputs
from filmstrip.jobs.tasks.fetching import FetchListener, fetch_source
from filmstrip.jobs.tasks.operator_values import with_operator_values
from filmstrip.outputs._base import Output
from filmstrip.outputs.child.fetch_request import FETCHER
from filmstrip.outputs.child.messages import ReadableSource
from filmstrip.outputs.registry import parse_query
from filmstrip.params.format_entry import entries_without_destination
from filmstrip.params.query import Query, check_source
from filmstrip.service.local_access import allow_named, allow_urls
from filmstrip.settings.settings import Settings
from filmstrip.storage.lender import NOBODY, Lender
from filmstrip.storage.settings import StorageSettings


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
        warn: Told of compromises.
    """

    warn: Callable[[Warned], None]
    on_fetch: ProgressListener = ignore
    on_output: Callable[[int, float], None] = ignore
    on_files: Callable[[int, int], None] = ignore
    on_end: Callable[[Sequence[int]], None] = ignore


async def probe_source(url: str, settings: Settings, server: ForkServer, lender: Lender = NOBODY) -> MediaInfo:
    """Find out what a source holds.

    Args:
        url: The source.
        settings: Limits, and what else the operator allows.
        server: Forks the child process; its module is `outputs.registry.CHILD`.
        lender: Whose credentials sign if the URL has none.

    Raises:
        QueryError: It is no address of a source.
        SourceError: It cannot be read, or is no media.
    """
    check_source(url)
    storage = allow_urls((url,), settings.storage)
    _expect_fetching(url, server)
    await _check_hosts((url,), storage, ignore)
    with _work_folder() as folder:
        source, _version = await fetch_source(url, storage, folder / "source", whole=False, lender=lender)
        with naming_source(url):
            return await MediaChild(settings.media, storage, server).probe(source, folder)


async def run_query(
    query: Query[Output],
    settings: Settings,
    listener: LocalListener,
    server: ForkServer,
    lender: Lender = NOBODY,
) -> tuple[MadeOutput, ...]:
    """Make all outputs of a query by the rules of a task: some together, and a failure of one leaves the others.

    Args:
        query: What is made.
        settings: Limits, and what else the operator allows.
        listener: Is told how far it is.
        server: Forks the child processes; its module is `outputs.registry.CHILD`.
        lender: Whose credentials sign if a place has none.

    Raises:
        QueryError: An output has no destination: without a server there is no temporary store.
        FilmstripError: The source cannot be read, or outputs that may not fail softly cannot be made or put.
    """
    _check_destinations(query)
    check_signing(query, lender)
    query = with_operator_values(query, settings.jobs, parse_query)
    for warned in query.warnings:
        listener.warn(warned)
    storage = allow_named(query, settings.storage)
    urls = [query.source, *(place.url for output in query.formats for place in output.destination)]
    await _check_hosts(urls, storage, lambda sentence: listener.warn(Warned(sentence)))
    whole = any(output.reads_whole_source for output in query.formats)
    if not whole:
        _expect_fetching(query.source, server)
    with _work_folder() as folder:
        child = MediaChild(settings.media, storage, server)
        path = folder / "source"
        telling = FetchListener(on_progress=listener.on_fetch)
        fetch = partial(fetch_source, query.source, storage, path, whole=whole, listener=telling, lender=lender)
        source, _version = await patiently(fetch, settings.jobs.retry_seconds)
        with naming_source(query.source):
            info = await child.probe(source, folder)
        for message in info.warnings:
            listener.warn(Warned(message))
        run = _Run(query, settings, child, source, info, folder, listener, lender)
        indices = run.kept_indices()
        for bundle in bundle_outputs(query.formats, indices, run.info, child.media, upscale=query.upscale):
            await run.make_together(bundle)
        made = [await run.try_to_make(index) for index in indices]
        if run.failures:
            raise FilmstripError("; ".join(run.failures))
        return tuple(output for output in made if output is not None)


@dataclass(frozen=True)
class _Run:
    query: Query[Output]
    settings: Settings
    child: MediaChild
    source: ReadableSource
    info: MediaInfo
    folder: Path
    listener: LocalListener
    lender: Lender
    failures: list[str] = field(default_factory=list)
    finished: dict[int, dict[str, Artifact]] = field(default_factory=dict)

    @cached_property
    def documents(self) -> tuple[str, ...]:
        """Each output as JSON text without its destination, as its media processes are told."""
        return entries_without_destination(self.query.text)

    def kept_indices(self) -> list[int]:
        """Return which outputs are made, warning of the others."""
        dropped = {} if self.query.upscale else dropped_outputs(self.query.formats, self.info)
        for index, size in dropped.items():
            self.listener.warn(drop_warning(index, size))
        return [index for index in range(len(self.query.formats)) if index not in dropped]

    async def make_together(self, indices: Sequence[int]) -> None:
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

    async def try_to_make(self, index: int) -> MadeOutput | None:
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
            return MadeOutput(index, *await self._performer().make_output(assignment, self._listener(index), finished))

    def _performer(self) -> Performer:
        # Without a service no step comes back later: an outage is waited out on the spot.
        return Performer(self.settings.jobs, self.child, patience_seconds=self.settings.jobs.retry_seconds)

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
                document=self.documents[index],
                info=self.info,
                open_source=self._open_source,
                upscale=self.query.upscale,
                folder=folder,
                stores=stores,
            )


def _expect_fetching(url: str, server: ForkServer) -> None:
    """Begin to load what fetches a remote source, while it is found out whether there is one."""
    if not is_local(url):
        server.beside(FETCHER).start()


async def _check_hosts(urls: Sequence[str], storage: StorageSettings, warn: Callable[[str], None]) -> None:
    """See to it that servers are what their URLs say; a file of this machine has none."""
    if any(not is_local(url) for url in urls):
        from filmstrip.service.local_hosts import check_hosts  # noqa: PLC0415 - loaded if there are servers

        await check_hosts(urls, storage, warn)


def _check_destinations(query: Query[Output]) -> None:
    mistakes = [
        Mistake(f"format[{index}].destination", "is required if there is no server to keep the files")
        for index, output in enumerate(query.formats)
        if not output.destination
    ]
    if mistakes:
        raise QueryError(mistakes)


@contextmanager
def _work_folder() -> Iterator[Path]:
    folder = Path(mkdtemp(prefix="filmstrip-"))
    try:
        yield folder
    finally:
        remove_tree(folder)
