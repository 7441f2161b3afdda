"""How is a child process asked to do media work? A request goes in, reports come out, none of them believed unseen."""

from __future__ import annotations

import stat
from collections.abc import AsyncGenerator, AsyncIterator
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

    async def render(self, source: ReadableSource, rendering: Rendering) -> AsyncGenerator[Report, None]:
        """Make one group; yields what the child reports. Whoever stops listening closes this, which ends the child.

        Raises:
            FilmstripError: The group cannot be made.
        """
        async with self._reports(Request(source, self.media, self.storage, rendering), rendering.folder) as arriving:
            async for report in arriving:
                yield report

    @asynccontextmanager
    async def _reports(self, request: Request, folder: Path) -> AsyncIterator[AsyncIterator[Report]]:
        text = requests.dump_json(request).decode()
        async with run_in_sandbox(self.server, text, self.media, folder) as lines:
            yield _parsed(lines)


async def _parsed(lines: AsyncIterator[str]) -> AsyncIterator[Report]:
    async for line in lines:
        try:
            report = reports.validate_json(line)
        except ValidationError:
            raise MediaProcessError("The media process reported something that makes no sense") from None
        if isinstance(report, Failed):
            raise error_named(report.error, report.message)
        yield report


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
