"""How is a child process asked to do media work? A request goes in, reports come out, none of them believed unseen."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from filmstrip.domain.errors import MediaProcessError, error_named
from filmstrip.domain.media_info import MediaInfo
from filmstrip.media.fork_server import ForkServer
from filmstrip.media.sandbox import run_in_sandbox
from filmstrip.media.settings import MediaSettings
from filmstrip.outputs._messages import Failed, Probed, ReadableSource, Rendering, Report, Request, reports, requests
from filmstrip.storage.settings import StorageSettings

_Reports = asyncio.Queue[Report | Exception | None]

CHILD = "filmstrip.outputs._child"
"""The module that child processes run."""


@dataclass(frozen=True)
class MediaChild:
    """Starts child processes, one for each piece of work.

    Attributes:
        media: Their limits.
        storage: Which hosts they may read from.
        server: Forks them; their module is `CHILD`.
    """

    media: MediaSettings
    storage: StorageSettings
    server: ForkServer

    async def probe(self, source: ReadableSource, folder: Path) -> MediaInfo:
        """Find out what a source holds; the child works in `folder`.

        Raises:
            SourceError: It cannot be read, or is no media.
            MediaProcessError: The child died of it.
        """
        async with self._reports(Request(source, self.media, self.storage), folder) as arriving:
            async for report in arriving:
                if isinstance(report, Probed):
                    return report.info
        raise MediaProcessError("The media process ended without telling what the source holds")

    @asynccontextmanager
    async def render(
        self, source: ReadableSource, renderings: Sequence[Rendering]
    ) -> AsyncIterator[list[AsyncIterator[Report]]]:
        """Make groups by one child, which is ended at the end of the block.

        Yields:
            What the child reports of each rendering, which raises `FilmstripError` where it cannot be made. None of
            them waits for whoever listens to another one.
        """
        queues: list[_Reports] = [asyncio.Queue() for _ in renderings]
        request = Request(source, self.media, self.storage, tuple(renderings))
        async with self._reports(request, renderings[0].folder) as arriving:
            handing_out = asyncio.create_task(_hand_out(arriving, queues))
            try:
                yield [_until_end(queue) for queue in queues]
            finally:
                handing_out.cancel()
                await asyncio.wait([handing_out])

    @asynccontextmanager
    async def _reports(self, request: Request, folder: Path) -> AsyncIterator[AsyncIterator[Report]]:
        text = requests.dump_json(request).decode()
        async with run_in_sandbox(self.server, text, self.media, folder) as lines:
            yield _parsed(lines)


async def _hand_out(arriving: AsyncIterator[Report], queues: Sequence[_Reports]) -> None:
    """Give each report to whom it concerns, and the end to everybody."""
    end: Exception | None = None
    try:
        async for report in arriving:
            _queue_of(report, queues).put_nowait(report)
    except Exception as error:  # noqa: BLE001 - carried to those who wait for reports
        end = error
    for queue in queues:
        queue.put_nowait(end)


def _queue_of(report: Report, queues: Sequence[_Reports]) -> _Reports:
    if isinstance(report, Probed | Failed) or not 0 <= report.position < len(queues):
        raise _nonsense()
    return queues[report.position]


async def _until_end(queue: _Reports) -> AsyncIterator[Report]:
    while (report := await queue.get()) is not None:
        if isinstance(report, Exception):
            raise report
        yield report


async def _parsed(lines: AsyncIterator[str]) -> AsyncIterator[Report]:
    async for line in lines:
        try:
            report = reports.validate_json(line)
        except ValidationError:
            raise _nonsense() from None
        if isinstance(report, Failed):
            raise error_named(report.error, report.message)
        yield report


def _nonsense() -> MediaProcessError:
    return MediaProcessError("The media process reported something that makes no sense")


def made_file(folder: Path, artifact_name: str) -> Path:
    """Find the file of an artifact that a child claims to have made.

    Raises:
        MediaProcessError: It is not a plain file in the folder.
    """
    path = folder / (artifact_name or "output")
    try:
        is_plain = stat.S_ISREG(path.lstat().st_mode) and path.resolve().is_relative_to(folder.resolve())
    except OSError:
        is_plain = False
    if not is_plain:
        raise MediaProcessError(f'The media process did not make "{path.name}"')
    return path
