"""A folder, or one file, of an FTP server as a store."""

from __future__ import annotations

import ftplib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from filmstrip.domain.artifact import Location
from filmstrip.domain.errors import DestinationRefusedError, FilmstripError
from filmstrip.params.destination import Destination
from filmstrip.storage.content_pieces import pieces_of
from filmstrip.storage.ftp.address import FtpAddress
from filmstrip.storage.ftp.connection import FtpConnection, FtpFailure
from filmstrip.storage.ftp.failures import destination_error
from filmstrip.storage.ftp.pool import FtpPool
from filmstrip.storage.partial_names import DEEPEST_LISTED, MOST_LISTED, folders_of, is_partial, new_partial
from filmstrip.storage.put_deadline import PutDeadline
from filmstrip.storage.retries import retried
from filmstrip.storage.settings import StorageSettings

_PIECE_BYTES = 1 << 18


class FtpStore:
    """A folder of files, or one file."""

    def __init__(self, destination: Destination, settings: StorageSettings, *, is_folder: bool) -> None:
        """Prepare the connection; nothing is sent yet.

        Raises:
            DestinationRefusedError: The URL is no address on an FTP server, or names a folder where a file is needed.
        """
        self._address = FtpAddress.parse(destination, DestinationRefusedError)
        self._place = self._address.place
        self._place.refuse_folder(is_folder=is_folder)
        self._is_folder = is_folder
        self._settings = settings
        self._pool = FtpPool(self._address, settings)
        self._made: set[str] = set()

    def put(self, name: str, data: Path | bytes, content_type: str) -> None:  # noqa: ARG002 - files keep no type
        """Write the file under another name, see that it is whole, and rename it."""
        path = self._path(name)
        size_bytes = len(data) if isinstance(data, bytes) else data.stat().st_size
        retried(lambda: self._put(path, data, size_bytes), self._settings)

    def locate(self, name: str) -> Location:
        """Return the path of a file on its server, and its URL without credentials."""
        return self._place.locate(name)

    def names(self) -> Iterator[str]:
        """Yield the names below the folder, or "" if the one file is there."""
        with self._failures_told(), self._pool.connection() as connection:
            if self._is_folder:
                yield from islice(_names_below(connection, self._place.path, ""), MOST_LISTED)
            elif connection.has(self._place.path):
                yield ""

    def delete(self, name: str) -> None:
        """Delete the file."""
        path = self._path(name)
        with self._failures_told(), self._pool.connection() as connection:
            try:
                connection.delete(path)
            except ftplib.error_perm:
                if connection.has(path):
                    raise

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def _path(self, name: str) -> str:
        return self._place.path_of_object(name, is_folder=self._is_folder)

    def _put(self, path: str, data: Path | bytes, size_bytes: int) -> None:
        partial = new_partial(path)
        try:
            with self._failures_told(), self._pool.connection() as connection:
                self._write(connection, partial, data, size_bytes)
                self._place.demand_whole(connection.size(partial), size_bytes)
                _replace(connection, partial, path)
        except BaseException:
            # What went wrong is told, whether or not its remains can be removed.
            with suppress(FilmstripError, *FtpFailure), self._pool.connection() as connection:
                connection.delete(partial)
            raise

    def _write(self, connection: FtpConnection, path: str, data: Path | bytes, size_bytes: int) -> None:
        # Looked up before: by the time of a refusal, another thread may have made them.
        unknown = [folder for folder in folders_of(path) if folder not in self._made]
        try:
            connection.write(path, pieces_of(data, _PIECE_BYTES), PutDeadline(size_bytes, self._settings))
        except ftplib.error_perm:
            # Nearly always the folder is there; servers say in many ways that it is not.
            if not connection.is_usable or not unknown:
                raise
            self._make_folders(connection, unknown)
            connection.write(path, pieces_of(data, _PIECE_BYTES), PutDeadline(size_bytes, self._settings))

    def _make_folders(self, connection: FtpConnection, folders: Sequence[str]) -> None:
        """Make folders, each of which lies in those before it; one that is there already is left alone."""
        for folder in folders:
            with suppress(ftplib.error_perm):
                connection.mkd(folder)
        self._made.update(folders)

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except FtpFailure as failure:
            if isinstance(failure, OSError) and failure.filename is not None:
                raise  # it is the content that cannot be read
            raise destination_error(failure, self._address) from None


def _replace(connection: FtpConnection, partial: str, path: str) -> None:
    try:
        connection.rename(partial, path)
    except ftplib.error_perm:
        # Some servers do not rename over a file that is there.
        if not connection.has(path):
            raise
        connection.delete(path)
        connection.rename(partial, path)


def _names_below(connection: FtpConnection, folder: str, prefix: str) -> Iterator[str]:
    for name, kind in connection.entries(folder):
        if kind == "dir" and prefix.count("/") < DEEPEST_LISTED:
            yield from _names_below(connection, f"{folder}/{name}", f"{prefix}{name}/")
        elif kind == "file" and not is_partial(name):
            yield prefix + name
