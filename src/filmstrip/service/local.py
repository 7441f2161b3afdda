"""Runs a query once, without a server, by the functions that run tasks, leaving nothing but its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

from filmstrip.domain.artifact import Warned
from filmstrip.domain.errors import Mistake, QueryError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.schemes import is_local, is_upload
from filmstrip.isolation.fork_server import ForkServer
from filmstrip.isolation.removal import remove_tree
from filmstrip.jobs.making.addresses import check_signing
from filmstrip.jobs.making.assignment import ignore
from filmstrip.jobs.making.local_task import LocalListener, LocalTask, MadeOutput
from filmstrip.jobs.making.media_child import MediaChild
from filmstrip.jobs.making.named_source import naming_source
from filmstrip.jobs.making.source_probing import probe_sources
from filmstrip.jobs.rules.enough_pixels import enough_short_side
from filmstrip.jobs.rules.patience import patiently
from filmstrip.jobs.tasks.fetching import FetchListener, fetch_source
from filmstrip.jobs.tasks.operator_values import with_operator_values
from filmstrip.outputs._base import Output
from filmstrip.outputs.child.fetch_request import FETCHER
from filmstrip.outputs.registry import parse_query
from filmstrip.params.query import Query, check_source
from filmstrip.service.local_access import allow_named, allow_urls
from filmstrip.settings.settings import Settings
from filmstrip.storage.lender import NOBODY, Lender
from filmstrip.storage.settings import StorageSettings


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
    _refuse_upload(url)
    storage = allow_urls((url,), settings.storage)
    _expect_fetching(url, server)
    await _check_hosts((url,), storage, ignore)
    with _work_folder() as folder:
        child = MediaChild(settings.media, storage, server)
        path = folder / "source"
        source, _version = await fetch_source(url, storage, path, whole=False, lender=lender, join=child.join)
        with naming_source(url):
            return await child.probe(source, _probe_folder(folder))


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
        QueryError: The source is an upload, or an output has no destination: without a server there is no store.
        FilmstripError: The source cannot be read, or outputs that may not fail softly cannot be made or put.
    """
    _refuse_what_needs_a_service(query)
    _check_destinations(query)
    check_signing(query, lender)
    query = with_operator_values(query, settings.jobs, parse_query)
    for warned in (*query.warnings, *_without_service(query)):
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
        fetch = partial(
            fetch_source,
            query.source,
            storage,
            path,
            whole=whole,
            listener=telling,
            lender=lender,
            short_side=enough_short_side(query.formats),
            join=child.join,
        )
        source, _version = await patiently(fetch, settings.jobs.retry_seconds)
        info = await probe_sources(query, source, child, _probe_folder(folder))
        for message in info.warnings:
            listener.warn(Warned(message))
        task = LocalTask(query, settings.jobs, child, source, info, folder, listener, lender)
        return await task.make()


def _without_service(query: Query[Output]) -> Iterator[Warned]:
    for name in ("callback_url", "use_subtask_callback", "retry_on_error"):
        if getattr(query, name):
            yield Warned(f"{name} is for a service, and has no effect here")


def _refuse_what_needs_a_service(query: Query[Output]) -> None:
    if query.stitch:
        raise QueryError([Mistake("stitch", "is for a service: it is not known to a run without one")])
    _refuse_upload(query.source)


def _refuse_upload(url: str) -> None:
    if is_upload(url):
        raise QueryError([Mistake("source", "An upload is known to its service only: name a file or a URL")])


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


def _probe_folder(folder: Path) -> Path:
    """Make a folder for a child that probes: it may write there, and never beside it, where the source may lie."""
    made = folder / "probe"
    made.mkdir()
    return made


@contextmanager
def _work_folder() -> Iterator[Path]:
    folder = Path(mkdtemp(prefix="filmstrip-"))
    try:
        yield folder
    finally:
        remove_tree(folder)
