"""Several files one behind the other in one, which is there when all are; what was joined before a crash stays.

source.joining   the bytes of the files that are joined so far, and perhaps some of the next
source.joined    where each lies, written whole behind its bytes: what lies behind the last one is cut off
source           all of them: `source.joining` under its final name
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from filmstrip.domain.progress import ProgressListener
from filmstrip.storage.source_reference import SourceVersion
from filmstrip.storage.whole_file import disk_errors, written_whole

_BYTES_AT_ONCE = 1 << 20
_JOINED = "joined "


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """One of the files.

    Attributes:
        first_byte: Where it lies in the file of all.
        end_byte: The first byte behind it.
        etag: Its entity tag as its server sent it, None if there is none.
        last_modified: Its date as its server sent it, None if there is none.
    """

    first_byte: int
    end_byte: int
    etag: str | None = None
    last_modified: str | None = None


class JoinedFile:
    """A file that others are joined to. The methods block; each may be called again after a crash."""

    def __init__(self, path: Path) -> None:
        """Look at what is there when it is asked for; `path` is where the file of all is in the end."""
        self.path = path
        self._joining = path.with_name(f"{path.name}.joining")
        self._list = path.with_name(f"{path.name}.joined")

    def parts(self) -> tuple[PlacedFile, ...]:
        """Return which files are joined, in their order."""
        with suppress(FileNotFoundError):
            return tuple(PlacedFile(**each) for each in json.loads(self._list.read_bytes()))
        return ()

    @property
    def size_bytes(self) -> int:
        """How long those are that are joined."""
        return max((part.end_byte for part in self.parts()), default=0)

    def append(self, number: int, file: Path, version: SourceVersion, on_progress: ProgressListener) -> None:
        """Copy a file behind those before it, unless as many are there that it is one of them.

        Args:
            number: How many are before it.
            file: The file.
            version: Its state at its server.
            on_progress: Told the finished fraction; what it raises ends the copy.

        Raises:
            DiskFullError: The disk is full.
        """
        with disk_errors(self.path), self._alone() as joining:
            parts = self.parts()
            if len(parts) > number:
                return
            begin = joining.seek(self.size_bytes)
            joining.truncate()
            with file.open("rb") as content:
                whole = max(1, os.fstat(content.fileno()).st_size)
                while data := content.read(_BYTES_AT_ONCE):
                    joining.write(data)
                    on_progress(min(1.0, (joining.tell() - begin) / whole))
            joining.flush()
            os.fsync(joining.fileno())
            part = PlacedFile(begin, joining.tell(), version.etag, version.last_modified)
            with written_whole(self._list) as told:
                told.write(json.dumps([asdict(each) for each in (*parts, part)]).encode())

    def finish(self) -> None:
        """Let the file of all appear."""
        # Another attempt may have done it.
        with suppress(FileNotFoundError):
            os.truncate(self._joining, self.size_bytes)
            self._joining.replace(self.path)

    def version(self) -> SourceVersion:
        """Return a state that tells two joined files apart if one of theirs differs."""
        told = json.dumps([asdict(part) for part in self.parts()])
        return SourceVersion(self.size_bytes, _JOINED + hashlib.sha256(told.encode()).hexdigest())

    @contextmanager
    def _alone(self) -> Iterator[BinaryIO]:
        """Open the file for one writer: the thread of an attempt that was given up may still write."""
        descriptor = os.open(self._joining, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "r+b") as joining:
            fcntl.flock(joining, fcntl.LOCK_EX)
            yield joining
