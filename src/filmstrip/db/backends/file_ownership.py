"""The lock beside a database's file that says which service runs on it, whatever folder it works in.

The lock is on a file of its own: opening and closing the database itself would drop SQLite's locks. The kernel takes it
away when its process ends, however it ends; what the file holds is for people only.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filmstrip.domain.errors import ResourceError


class FileOwnership:
    """The right to run a service on a database; commands beside it need none."""

    def __init__(self, database: Path) -> None:
        """Take nothing yet.

        Args:
            database: The database's file, which need not be there.
        """
        self._database = database.resolve()
        self._lock: int | None = None

    def take(self) -> None:
        """Take it for this process.

        Raises:
            ResourceError: A running service has it.
        """
        lock = os.open(self._database.with_name(f"{self._database.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 32, 0).decode(errors="replace").strip()
            os.close(lock)
            raise ResourceError(
                f"The database {self._database} is used by a service that runs now (process {holder or 'unknown'}): "
                "stop that one first, or give this one a database of its own by data_dir or database_url"
            ) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        self._lock = lock

    @contextmanager
    def held(self, problem: str) -> Iterator[None]:
        """Hold it for the block, if it is not held already.

        Args:
            problem: What is wrong if a running service has it, without a full stop.

        Raises:
            ResourceError: A running service has it.
        """
        if self._lock is not None:
            yield
            return
        try:
            self.take()
        except ResourceError:
            raise ResourceError(f"{problem} {self._database}: stop it first") from None
        try:
            yield
        finally:
            self.release()

    def release(self) -> None:
        """Let another process have it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
