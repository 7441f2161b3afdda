"""Asks an SFTP server for a source, by ranges."""

from __future__ import annotations

import stat
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass

import asyncssh

from filmstrip.domain.errors import SourceForbiddenError, SourceUnreadableError
from filmstrip.storage.host_place import HostPlace
from filmstrip.storage.http.remote_answer import refuse_other_state
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sftp.address import parse_sftp_source
from filmstrip.storage.sftp.failures import source_error
from filmstrip.storage.sftp.session import SftpFailure, SftpSession
from filmstrip.storage.source_reference import SourceVersion

_PIECE_BYTES = 128 << 10
_PIECES_AT_ONCE = 8

SftpFile = asyncssh.SFTPClientFile


@dataclass(frozen=True, slots=True)
class SftpAnswer:
    """A file that can be read, or a range of it; see `RemoteAnswer`."""

    session: SftpSession
    file: SftpFile
    place: HostPlace
    version: SourceVersion
    start: int
    end: int
    is_partial: bool
    seconds: float
    length_bytes: int | None = None

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes as they arrive; further ones are asked for before they are wanted."""
        with _failures_told(self.place):
            coming: deque[Future[bytes]] = deque()
            starts = iter(range(self.start, self.end, _PIECE_BYTES))
            try:
                for start in starts:
                    coming.append(self._ask(start))
                    if len(coming) == _PIECES_AT_ONCE:
                        yield self.session.wait(coming.popleft(), self.seconds)
                while coming:
                    yield self.session.wait(coming.popleft(), self.seconds)
            finally:
                for unwanted in coming:
                    unwanted.cancel()

    def _ask(self, start: int) -> Future[bytes]:
        return self.session.start(self.file.read(min(_PIECE_BYTES, self.end - start), start))


class SftpSource:
    """A source on an SFTP server; may be used by several threads at once."""

    def __init__(self, url: str, settings: StorageSettings) -> None:
        """Prepare to ask; nothing is sent yet.

        Raises:
            SourceForbiddenError: It is not such a URL.
        """
        self._place = parse_sftp_source(url, SourceForbiddenError)
        self.label = self._place.url
        self.settings = settings
        self._session = SftpSession(self._place, settings)

    def close(self) -> None:
        """End the session."""
        self._session.close()

    @contextmanager
    def get(
        self, start: int | None = None, end: int | None = None, expected: SourceVersion | None = None
    ) -> Iterator[SftpAnswer]:
        """Ask for a half-open byte range, or for the whole, as `RemoteSource.get`."""
        session, seconds = self._session, self.settings.read_timeout_seconds
        with _failures_told(self._place):
            file, found = session.run(_opened(session.client(), self._place.path), seconds)
        try:
            size_bytes = _size_of(found, self.label)
            version = SourceVersion(size_bytes, last_modified=None if found.mtime is None else str(found.mtime))
            refuse_other_state(version, self.label, expected)
            last = min(size_bytes, size_bytes if end is None else end)
            yield SftpAnswer(session, file, self._place, version, start or 0, last, start is not None, seconds)
        finally:
            # Never waited for: the next request need not, and a broken connection has closed it.
            session.start(file.close())


async def _opened(client: asyncssh.SFTPClient, path: str) -> tuple[SftpFile, asyncssh.SFTPAttrs]:
    file = await client.open(path, "rb")
    return file, await file.stat()


def _size_of(found: asyncssh.SFTPAttrs, label: str) -> int:
    if found.size is None or (found.permissions is not None and not stat.S_ISREG(found.permissions)):
        raise SourceUnreadableError(f'"{label}" is not a file')
    return found.size


@contextmanager
def _failures_told(place: HostPlace) -> Iterator[None]:
    try:
        yield
    except SftpFailure as failure:
        raise source_error(failure, place) from None
