"""Bytes of uploads in the operator's bucket, where every machine reaches them.

Objects cannot be appended to, so an upload is a folder of parts, each named by the offset at which it begins:

    <upload>/00000000000000000000   8 MiB
    <upload>/00000000000008388608   8 MiB
    <upload>/00000000000016777216   what came until the connection broke

What is not made safe yet lies in a file of this machine without a name, which no crash leaves behind.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from filmstrip.domain.errors import DestinationError, SourceUnreachableError
from filmstrip.domain.progress import ProgressListener
from filmstrip.storage.own.bucket import OwnBucket
from filmstrip.storage.whole_file import disk_errors, written_whole

_PART_BYTES = 8 << 20
_IDENTITY = re.compile("[0-9a-f]{32}")
_TYPE = "application/octet-stream"


@contextmanager
def _told_as_source() -> Iterator[None]:
    """Let whoever reads the bytes wait for the bucket, as for the server of any other source."""
    try:
        yield
    except DestinationError as error:
        told = SourceUnreachableError(str(error))
        told.host = error.host
        raise told from None


class BucketWriter:
    """Appends to an upload."""

    def __init__(self, store: BucketStore, identity: str, offset: int) -> None:
        """Begin at an offset at which a part begins or ends."""
        self._store = store
        self._identity = identity
        self._safe = self._put = offset
        self._held = store.open_file()

    def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            DiskFullError: There is no room on this machine for what is held until it is put.
            DestinationError: The bucket takes nothing.
        """
        self._store.demand_room()
        with disk_errors(self._store.folder / self._identity):
            self._held.write(data)
        if self._held.tell() >= _PART_BYTES:
            self._put_held()

    def make_safe(self) -> int:
        """Put what was written, and return how many bytes there are.

        Raises:
            DestinationError: The bucket takes nothing.
        """
        self._put_held()
        self._safe = self._put
        return self._safe

    def close(self, *, forget_unsafe: bool) -> None:
        """Forget what is held, and take back what was put and not made safe if that is asked for."""
        self._held.close()
        if forget_unsafe and self._put > self._safe:
            self._store.cut(self._identity, self._safe)

    def _put_held(self) -> None:
        if size := self._held.tell():
            self._held.seek(0)
            self._store.put(self._identity, self._put, self._held.read())
            self._put += size
            self._held.seek(0)
            self._held.truncate()


class BucketStore:
    """A folder of the bucket that nothing else changes."""

    def __init__(self, bucket: OwnBucket, folder: Path, demand_room: Callable[[Path], None]) -> None:
        """Name the places.

        Args:
            bucket: Keeps the parts.
            folder: Of this machine, for what is on its way; made when something is written.
            demand_room: Raises `DiskFullError` if nothing more may be written to the folder.
        """
        self._bucket = bucket
        self.folder = folder
        self._demand_room = demand_room

    def size(self, identity: str) -> int:
        """Return how many bytes of an upload there are without a gap, 0 if it has none yet."""
        return sum(size for _offset, size in self._parts(identity))

    def append(self, identity: str, offset: int) -> BucketWriter:
        """Begin to write at an offset that is not behind the upload's size; what lies behind it is forgotten.

        Raises:
            DestinationError: The bucket does not answer.
        """
        self.cut(_checked(identity), offset)
        return BucketWriter(self, identity, offset)

    def read(self, identity: str, size: int) -> Iterator[bytes]:
        """Yield all bytes of an upload, at most `size` at a time."""
        for offset, part_bytes in self._parts(identity):
            for start in range(0, part_bytes, size):
                yield from self._bucket.read(_name(identity, offset), start, min(part_bytes, start + size))

    def hand_out(self, identity: str, path: Path, on_progress: ProgressListener) -> None:
        """Copy all bytes of an upload to a path.

        Raises:
            FileNotFoundError: The upload has no bytes.
            SourceUnreachableError: The bucket does not answer.
            DiskFullError: There is no room for the copy.
        """
        with _told_as_source():
            size, copied = self.size(identity), 0
            if not size:
                raise FileNotFoundError(identity)
            with written_whole(path) as file:
                for data in self.read(identity, _PART_BYTES):
                    file.write(data)
                    copied += len(data)
                    on_progress(copied / size)

    def remove(self, identity: str) -> None:
        """Remove the bytes of an upload, if it has any."""
        self._bucket.clear(_checked(identity))

    def identities(self) -> Iterator[str]:
        """Yield which uploads have bytes, or had some a while ago."""
        yield from (name for name in self._bucket.folders() if _IDENTITY.fullmatch(name))

    def put(self, identity: str, offset: int, data: bytes) -> None:
        """Put a part."""
        self._bucket.put(_name(identity, offset), data, _TYPE)

    def cut(self, identity: str, offset: int) -> None:
        """Forget what lies behind an offset."""
        sizes = self._bucket.sizes(identity)
        for name, size in sizes.items():
            if int(name) < offset < int(name) + size:
                # The database was put back to an earlier state, where this part was not safe yet.
                kept = b"".join(self._bucket.read(f"{identity}/{name}", 0, offset - int(name)))
                self.put(identity, int(name), kept)
        self._bucket.remove([f"{identity}/{name}" for name in sizes if int(name) >= offset])

    def open_file(self) -> IO[bytes]:
        """Open a file of this machine without a name."""
        with disk_errors(self.folder):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return tempfile.TemporaryFile(dir=self.folder)

    def demand_room(self) -> None:
        """Make sure that this machine's disk has room."""
        self._demand_room(self.folder)

    def _parts(self, identity: str) -> Iterator[tuple[int, int]]:
        """Yield offset and size of each part, as far as they follow one another."""
        end = 0
        for name, size in self._bucket.sizes(_checked(identity)).items():
            if int(name) != end:
                return
            yield end, size
            end += size


def _checked(identity: str) -> str:
    if not _IDENTITY.fullmatch(identity):
        raise ValueError(f"{identity!a} is no upload")
    return identity


def _name(identity: str, offset: int) -> str:
    return f"{identity}/{offset:020d}"
