"""Asks a child process to do media work: a request goes in, reports come out, none of them believed unseen."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from filmstrip.domain.errors import MediaProcessError, error_named
from filmstrip.domain.media_info import MediaInfo
from filmstrip.isolation.fork_server import ForkServer
from filmstrip.isolation.sandbox import run_beside, run_in_sandbox
from filmstrip.isolation.trial import Trial
from filmstrip.jobs.making.once_more import once_more_if_killed
from filmstrip.jobs.rules.allowances import probe_seconds, render_seconds
from filmstrip.jobs.rules.step_limit import allow
from filmstrip.media.settings import MediaSettings
from filmstrip.media.source.media_source import LocalFile
from filmstrip.outputs._rendering import Rendering, work_path
from filmstrip.outputs.child.fetch_request import FETCHER, FetchRequest, fetch_requests
from filmstrip.outputs.child.limits import within_processor_time
from filmstrip.outputs.child.messages import (
    JOINED_NAME,
    Arriving,
    Failed,
    Fetched,
    Joined,
    Joining,
    Probed,
    Progressed,
    ReadableSource,
    Report,
    Request,
    Tried,
    reports,
    requests,
)
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceReference


@dataclass(frozen=True)
class MediaChild:
    """Starts child processes, one for each piece of work.

    Attributes:
        media: Their limits.
        storage: Which hosts they may read from.
        server: Forks them; their module is `outputs.registry.CHILD`.
    """

    media: MediaSettings
    storage: StorageSettings
    server: ForkServer

    async def probe(self, source: ReadableSource, folder: Path) -> MediaInfo:
        """Find out what a source holds; the child works in `folder`, and one that is killed is followed by one more.

        Raises:
            SourceError: It cannot be read, or is no media.
            MediaProcessError: The child died of it.
        """
        return await once_more_if_killed(partial(self._probe, source, folder))

    async def _probe(self, source: ReadableSource, folder: Path) -> MediaInfo:
        async with self._reports(source, folder) as arriving:
            async for report in arriving:
                if isinstance(report, Probed):
                    return report.info
        raise MediaProcessError("The media process ended without telling what the source holds")

    async def join(self, pictures: Path, sound: Path, folder: Path) -> Path:
        """Join pictures and sound that are in two files into one in `folder`, where the child works.

        Raises:
            SourceError: They cannot be read, or do not go together.
            MediaProcessError: The child died of it.
        """
        return await once_more_if_killed(partial(self._join, LocalFile(pictures), Joining(LocalFile(sound), folder)))

    async def _join(self, pictures: LocalFile, joining: Joining) -> Path:
        async with self._reports(pictures, joining.folder, joining=joining) as arriving:
            async for report in arriving:
                if isinstance(report, Joined):
                    return made_file(joining.folder, JOINED_NAME)
                allow(probe_seconds(self.media, 0, self.storage))
        raise MediaProcessError("The media process ended without joining the sound of the source with its pictures")

    @asynccontextmanager
    async def render(
        self, source: ReadableSource | None, renderings: Sequence[Rendering]
    ) -> AsyncIterator[list[AsyncGenerator[Report, None]]]:
        """Make groups by one child, which is ended at the end of the block.

        Args:
            source: Their source, None if none of them needs it.
            renderings: The groups, each of another output.

        Yields:
            What the child reports of each rendering, which raises `FilmstripError` where it cannot be made. None of
            them waits for the listener of another one.
        """
        async with self._reports(source, renderings[0].folder, tuple(renderings)) as arriving:
            if len(renderings) == 1:
                yield [_of_one(arriving)]
                return
            # The child of several must not wait for the slowest listener.
            inboxes = [_Inbox() for _ in renderings]
            handing_out = asyncio.create_task(_hand_out(arriving, inboxes))
            try:
                yield [inbox.reports() for inbox in inboxes]
            finally:
                handing_out.cancel()
                await asyncio.wait([handing_out])

    async def try_walls(self, folder: Path) -> Trial:
        """Find out what child processes are kept from on this system; one that works in `folder` tries.

        Raises:
            MediaProcessError: It could not be tried, or what the setting `isolation` requires does not hold.
        """
        async with self._reports(None, folder) as arriving:
            async for report in arriving:
                if isinstance(report, Tried):
                    return report.trial
        raise MediaProcessError("The media process ended without telling what it is kept from")

    @asynccontextmanager
    async def _reports(
        self,
        source: ReadableSource | None,
        folder: Path,
        renderings: tuple[Rendering, ...] = (),
        joining: Joining | None = None,
    ) -> AsyncIterator[AsyncIterator[Report]]:
        media = within_processor_time(self.media, source, renderings)
        seconds = render_seconds if renderings else probe_seconds
        allow(seconds(media, _remote_bytes(source), self.storage))
        async with AsyncExitStack() as stack:
            handed = []
            if isinstance(source, SourceReference):
                fetching = run_beside(self.server.beside(FETCHER), self._fetch_request(source), self.media, folder)
                handed = [await stack.enter_async_context(fetching)]
            request = Request(Fetched() if isinstance(source, SourceReference) else source, media, renderings, joining)
            text = requests.dump_json(request).decode()
            lines = run_in_sandbox(self.server, text, media, folder, handed)
            yield _parsed(await stack.enter_async_context(lines))

    def _fetch_request(self, source: SourceReference) -> str:
        return fetch_requests().dump_json(FetchRequest(source, self.media, self.storage)).decode()


def _remote_bytes(source: ReadableSource | None) -> int:
    version = source.version if isinstance(source, SourceReference) else None
    return (version.size_bytes or 0) if version else 0


class _Inbox:
    """Reports of one rendering, on their way to their listener."""

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: asyncio.Queue[Report | Exception | None] = asyncio.Queue()
        self._has_reader = True
        self._progressed: Progressed | None = None

    def put(self, report: Report | Exception | None) -> None:
        is_told = False
        if isinstance(report, Progressed):
            # One that waits will tell of this one.
            is_told, self._progressed = self._progressed is not None, report
        if self._has_reader and not is_told:
            self._waiting.put_nowait(report)

    async def reports(self) -> AsyncGenerator[Report, None]:
        try:
            while (report := await self._waiting.get()) is not None:
                if isinstance(report, Exception):
                    raise report
                if isinstance(report, Progressed):
                    report, self._progressed = self._progressed or report, None
                yield report
        finally:
            self._has_reader = False
            while not self._waiting.empty():
                self._waiting.get_nowait()


async def _of_one(arriving: AsyncIterator[Report]) -> AsyncGenerator[Report, None]:
    """Pass on the reports of a child with one rendering; it waits if they are not read."""
    async for report in arriving:
        _position_of(report, 1)
        yield report


async def _hand_out(arriving: AsyncIterator[Report], inboxes: Sequence[_Inbox]) -> None:
    """Give each report to whom it concerns, and the end to everybody."""
    end: Exception | None = None
    try:
        async for report in arriving:
            inboxes[_position_of(report, len(inboxes))].put(report)
    except Exception as error:  # noqa: BLE001 - carried to those who wait for reports
        end = error
    for inbox in inboxes:
        inbox.put(end)


def _position_of(report: Report, count: int) -> int:
    """Return which of some renderings a report is about."""
    if isinstance(report, Arriving | Probed | Joined | Tried | Failed) or not 0 <= report.position < count:
        raise _nonsense()
    return report.position


async def _parsed(lines: AsyncIterator[str]) -> AsyncIterator[Report]:
    async for line in lines:
        try:
            report = reports.validate_json(line)
        except ValidationError:
            raise _nonsense() from None
        if isinstance(report, Failed):
            raise error_named(report.error, report.message)
        if not isinstance(report, Arriving):
            yield report


def _nonsense() -> MediaProcessError:
    return MediaProcessError("The media process reported something that makes no sense")


def made_file(folder: Path, artifact_name: str) -> Path:
    """Find the file of an artifact that a child claims to have made.

    Raises:
        MediaProcessError: It is not a plain file in the folder.
    """
    path = work_path(folder, artifact_name)
    if not _leads_to_file(folder, artifact_name or path.name):
        raise MediaProcessError(f'The media process did not make "{path.name}"')
    return path


def _leads_to_file(folder: Path, name: str) -> bool:
    """Check whether a name leads down from a folder to a file, by no link."""
    *folders, file = name.split("/")
    if {"", ".", ".."} & {*folders, file}:
        return False
    try:
        for each in folders:
            folder /= each
            if not stat.S_ISDIR(folder.lstat().st_mode):
                return False
        return stat.S_ISREG((folder / file).lstat().st_mode)
    except OSError:
        return False
