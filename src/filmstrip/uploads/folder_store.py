"""Bytes of uploads in a folder of this machine, a file each."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from filmstrip.domain.progress import ProgressListener
from filmstrip.storage.whole_file import disk_errors, written_whole

_COPIED_BYTES = 1 << 20
_IDENTITY = re.compile("[0-9a-f]{32}")


def _has_room(_folder: Path) -> None:
    """Set no limit."""


class FolderWriter:
    """Appends to a file."""

    def __init__(self, path: Path, offset: int, demand_room: Callable[[Path], None]) -> None:
        """Open the file, which is made if it is not there, and forget what it holds behind `offset`."""
        self._path = path
        self._demand_room = demand_room
        self._safe = offset
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.truncate(self._descriptor, offset)
            os.lseek(self._descriptor, offset, os.SEEK_SET)
        except OSError:
            os.close(self._descriptor)
            raise

    def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            DiskFullError: There is no room.
        """
        self._demand_room(self._path.parent)
        with disk_errors(self._path):
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]

    def make_safe(self) -> int:
        """Put on the disk what was written, and return how many bytes there are.

        Raises:
            DiskFullError: There is no room.
        """
        with disk_errors(self._path):
            os.fdatasync(self._descriptor)
        self._safe = os.lseek(self._descriptor, 0, os.SEEK_CUR)
        return self._safe

    def close(self, *, forget_unsafe: bool) -> None:
        """Close the file, and take back what was not made safe if that is asked for."""
        try:
            if forget_unsafe:
                os.truncate(self._descriptor, self._safe)
        finally:
            os.close(self._descriptor)


class FolderStore:
    """A folder that this process alone changes."""

    def __init__(self, folder: Path, demand_room: Callable[[Path], None] = _has_room) -> None:
        """Name the folder; it is made when something is written.

        Args:
            folder: Where the files lie.
            demand_room: Raises `DiskFullError` if nothing more may be written to the folder.
        """
        self._folder = folder
        self._demand_room = demand_room

    def size(self, identity: str) -> int:
        """Return how many bytes of an upload there are, 0 if it has none yet."""
        try:
            return self._path(identity).stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, identity: str, offset: int) -> FolderWriter:
        """Begin to write at an offset that is not behind the upload's size; what lies behind it is forgotten.

        Raises:
            DiskFullError: There is no room.
        """
        path = self._path(identity)
        with disk_errors(path):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return FolderWriter(path, offset, self._demand_room)

    def read(self, identity: str, size: int) -> Iterator[bytes]:
        """Yield all bytes of an upload, at most `size` at a time."""
        if self.size(identity):
            with self._path(identity).open("rb") as file:
                while data := file.read(size):
                    yield data

    def hand_out(self, identity: str, path: Path, on_progress: ProgressListener) -> None:
        """Make all bytes of an upload readable at a path: by one more name for the file, or as a copy on another disk.

        Raises:
            FileNotFoundError: The upload has no bytes.
            DiskFullError: There is no room for a copy.
        """
        try:
            path.hardlink_to(self._path(identity))
        except FileExistsError:
            return
        except OSError as error:
            # Another disk, or a file system without links.
            if error.errno not in {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP}:
                raise
            self._copy(identity, path, on_progress)

    def _copy(self, identity: str, path: Path, on_progress: ProgressListener) -> None:
        size, copied = self.size(identity), 0
        with written_whole(path) as file:
            for data in self.read(identity, _COPIED_BYTES):
                file.write(data)
                copied += len(data)
                on_progress(copied / size)

    def remove(self, identity: str) -> None:
        """Remove the bytes of an upload, if it has any."""
        self._path(identity).unlink(missing_ok=True)

    def identities(self) -> Iterator[str]:
        """Yield which uploads have bytes."""
        if self._folder.is_dir():
            yield from (path.name for path in self._folder.iterdir() if _IDENTITY.fullmatch(path.name))

    def _path(self, identity: str) -> Path:
        if not _IDENTITY.fullmatch(identity):
            raise ValueError(f"{identity!a} is no upload")
        return self._folder / identity
