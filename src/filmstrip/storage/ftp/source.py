"""Asks an FTP server for a source: the whole, or ranges if it can begin anywhere in a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from filmstrip.domain.errors import SourceForbiddenError
from filmstrip.storage.ftp.address import FtpAddress
from filmstrip.storage.ftp.connection import FtpConnection, FtpFailure
from filmstrip.storage.ftp.failures import source_error
from filmstrip.storage.ftp.pool import FtpPool
from filmstrip.storage.http.remote_answer import refuse_other_state
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceVersion


@contextmanager
def _failures_told(address: FtpAddress) -> Iterator[None]:
    try:
        yield
    except FtpFailure as failure:
        raise source_error(failure, address) from None


@dataclass(frozen=True, slots=True)
class FtpAnswer:
    """A file that can be read, or a range of it; see `RemoteAnswer`."""

    connection: FtpConnection
    address: FtpAddress
    version: SourceVersion
    start: int | None
    end: int | None
    length_bytes: int | None = None

    @property
    def is_partial(self) -> bool:
        """Whether it is a range."""
        return self.start is not None

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes as they arrive."""
        with _failures_told(self.address):
            yield from self.connection.read(self.address.place.path, self.start, self.end)


class FtpSource:
    """A source on an FTP server; may be used by several threads at once."""

    def __init__(self, url: str, settings: StorageSettings) -> None:
        """Prepare to ask; nothing is sent yet.

        Raises:
            SourceForbiddenError: It is not such a URL.
        """
        self._address = FtpAddress.parse_source(url, SourceForbiddenError)
        self.label = self._address.place.url
        self.settings = settings
        self._pool = FtpPool(self._address, settings)
        self._restarts: bool | None = None

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    @contextmanager
    def get(
        self, start: int | None = None, end: int | None = None, expected: SourceVersion | None = None
    ) -> Iterator[FtpAnswer]:
        """Ask for a half-open byte range, or for the whole, as `RemoteSource.get`."""
        path = self._address.place.path
        with ExitStack() as used:
            with _failures_told(self._address):
                connection = used.enter_context(self._pool.connection())
                version = SourceVersion(connection.size(path), last_modified=connection.changed_at(path))
                if start is not None and not self._can_restart(connection):
                    start = end = None
            refuse_other_state(version, self.label, expected)
            yield FtpAnswer(connection, self._address, version, start, end)

    def _can_restart(self, connection: FtpConnection) -> bool:
        if self._restarts is None:
            self._restarts = connection.restarts()
        return self._restarts
