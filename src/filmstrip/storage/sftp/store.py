"""A folder, or one file, of an SFTP server as a store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import asyncssh

from filmstrip.domain.artifact import Location
from filmstrip.domain.errors import DestinationRefusedError
from filmstrip.params.destination import Destination
from filmstrip.storage.content_pieces import pieces_of
from filmstrip.storage.partial_names import DEEPEST_LISTED, MOST_LISTED, is_partial, new_partial
from filmstrip.storage.put_deadline import PutDeadline
from filmstrip.storage.retries import retried
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sftp.address import parse_sftp
from filmstrip.storage.sftp.failures import destination_error
from filmstrip.storage.sftp.session import SftpFailure, SftpSession

_PIECE_BYTES = 1 << 20
_REMOVING_SECONDS = 5.0

T = TypeVar("T")


class SftpStore:
    """A folder of files, or one file."""

    def __init__(self, destination: Destination, settings: StorageSettings, *, is_folder: bool) -> None:
        """Prepare the session; nothing is sent yet.

        Raises:
            DestinationRefusedError: The URL is no address on an SFTP server, or names a folder where a file is needed.
        """
        self._place = parse_sftp(destination, DestinationRefusedError)
        self._place.refuse_folder(is_folder=is_folder)
        self._is_folder = is_folder
        self._settings = settings
        self._session = SftpSession(self._place, settings)

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
        with self._failures_told():
            client = self._session.client()
            if not self._is_folder:
                yield from [""] if self._run(client.isfile(self._place.path)) else []
                return
            found = self._run(_listed(client, self._place.path))
        yield from found

    def delete(self, name: str) -> None:
        """Delete the file."""
        path = self._path(name)
        with self._failures_told(), suppress(asyncssh.SFTPNoSuchFile):
            self._run(self._session.client().remove(path))

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def _path(self, name: str) -> str:
        return self._place.path_of_object(name, is_folder=self._is_folder)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._session.run(work, self._settings.read_timeout_seconds)

    def _put(self, path: str, data: Path | bytes, size_bytes: int) -> None:
        deadline = PutDeadline(size_bytes, self._settings)
        with self._failures_told():
            client = self._session.client()
            written_bytes = self._session.run(
                _put_whole(client, path, data, size_bytes, deadline), deadline.left_seconds() + _REMOVING_SECONDS
            )
        self._place.demand_whole(written_bytes, size_bytes)

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except SftpFailure as failure:
            if isinstance(failure, OSError) and failure.filename is not None:
                raise  # it is the content that cannot be read
            raise destination_error(failure, self._place) from None


async def _put_whole(
    client: asyncssh.SFTPClient, path: str, data: Path | bytes, size_bytes: int, deadline: PutDeadline
) -> int | None:
    """Make a file appear under its name if it is whole there; return how large it was."""
    partial = new_partial(path)
    try:
        await _write(client, partial, data, size_bytes, deadline)
        written_bytes = (await client.stat(partial)).size
        if written_bytes in {None, size_bytes}:
            await _replace(client, partial, path)
            return written_bytes
    except BaseException:
        await _removed(client, partial)
        raise
    await _removed(client, partial)
    return written_bytes


async def _write(
    client: asyncssh.SFTPClient, path: str, data: Path | bytes, size_bytes: int, deadline: PutDeadline
) -> None:
    async with await _opened(client, path) as file:
        try:
            for piece in pieces_of(data, _PIECE_BYTES):
                await asyncio.wait_for(file.write(piece), deadline.silence_seconds())
        except asyncssh.SFTPFailure:
            # SFTP of version 3 has no word for a full disk.
            if await _is_full(client, path, size_bytes):
                raise asyncssh.SFTPNoSpaceOnFilesystem("") from None
            raise


async def _opened(client: asyncssh.SFTPClient, path: str) -> asyncssh.SFTPClientFile:
    try:
        return await client.open(path, "wb")
    except asyncssh.SFTPNoSuchFile:
        # Nearly always the folder is there.
        await client.makedirs(path.rpartition("/")[0], exist_ok=True)
        return await client.open(path, "wb")


async def _is_full(client: asyncssh.SFTPClient, path: str, size_bytes: int) -> bool:
    with suppress(asyncssh.SFTPError):
        disk = await client.statvfs(path.rpartition("/")[0] or ".")
        return disk.bavail * disk.frsize < size_bytes
    return False


async def _replace(client: asyncssh.SFTPClient, partial: str, path: str) -> None:
    try:
        await client.posix_rename(partial, path)
    except asyncssh.SFTPOpUnsupported:
        # Without that extension a rename does not replace what is there (draft-ietf-secsh-filexfer-02, 6.5).
        with suppress(asyncssh.SFTPNoSuchFile):
            await client.remove(path)
        await client.rename(partial, path)


async def _removed(client: asyncssh.SFTPClient, path: str) -> None:
    """Remove what is not whole; what went wrong is told, whether or not that works."""
    with suppress(*SftpFailure):
        await asyncio.wait_for(client.remove(path), _REMOVING_SECONDS)


async def _listed(client: asyncssh.SFTPClient, folder: str) -> list[str]:
    names: list[str] = []
    with suppress(asyncssh.SFTPNoSuchFile):
        async for name in _names_below(client, folder, ""):
            names.append(name)
            if len(names) == MOST_LISTED:
                break
    return names


async def _names_below(client: asyncssh.SFTPClient, folder: str, prefix: str) -> AsyncIterator[str]:
    async for entry in client.scandir(folder):
        name = str(entry.filename)
        if entry.attrs.type == asyncssh.FILEXFER_TYPE_DIRECTORY and name not in {".", ".."}:
            if prefix.count("/") < DEEPEST_LISTED:
                async for further in _names_below(client, f"{folder}/{name}", f"{prefix}{name}/"):
                    yield further
        elif entry.attrs.type == asyncssh.FILEXFER_TYPE_REGULAR and not is_partial(name):
            yield prefix + name
