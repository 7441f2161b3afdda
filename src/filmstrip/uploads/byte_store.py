"""What a place for the bytes of uploads has to be able to do. It knows nothing of clients, owners or time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from filmstrip.domain.progress import ProgressListener


class ByteWriter(Protocol):
    """Appends to one upload. The methods block; no other writer has the same upload."""

    def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            DiskFullError: There is no room; what was made safe before is kept.
        """

    def make_safe(self) -> int:
        """Put on the disk what was written, and return how many bytes the upload has there.

        Raises:
            DiskFullError: There is no room; what was made safe before is kept.
        """

    def close(self, *, forget_unsafe: bool) -> None:
        """End writing, and take back what was not made safe if that is asked for."""


class ByteStore(Protocol):
    """A place for the bytes of uploads, each known by 32 hexadecimal digits. The methods block."""

    def size(self, identity: str) -> int:
        """Return how many bytes of an upload there are, 0 if it has none yet."""

    def append(self, identity: str, offset: int) -> ByteWriter:
        """Begin to write at an offset that is not behind the upload's size; what lies behind it is forgotten."""

    def read(self, identity: str, size: int) -> Iterator[bytes]:
        """Yield all bytes of an upload, at most `size` at a time."""

    def hand_out(self, identity: str, path: Path, on_progress: ProgressListener) -> None:
        """Make all bytes of an upload readable at a path that does not exist, whole or not at all.

        The path's folder has to be there. If the bytes are copied, `on_progress` is told how far that is.

        Whatever becomes of the upload afterwards, the file stays.

        Raises:
            FileNotFoundError: The upload has no bytes.
            DiskFullError: There is no room for a copy.
        """

    def remove(self, identity: str) -> None:
        """Remove the bytes of an upload, if it has any."""

    def identities(self) -> Iterator[str]:
        """Yield which uploads have bytes, or had some a while ago."""
