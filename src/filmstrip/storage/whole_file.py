"""Makes a file of this machine appear whole or not at all: under another name first, then by a rename."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from filmstrip.domain.errors import DiskFullError

PARTIAL_PREFIX = ".partial-"
"""Begins the name of a file that is not whole yet."""

_MODE = 0o666  # less what the umask takes away
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_WITHOUT_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
_MOST_COPIED_AT_ONCE_BYTES = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Raise an error of a full disk by our own name for it."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFullError(f"The disk is full: {path.name} could not be written") from None
        raise


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _open_partial(partial: Path) -> int:
    try:
        return os.open(partial, _FLAGS, _MODE)
    except PermissionError:
        # What a service that ran as another user left: a user that may write the folder may remove it.
        with suppress(OSError):
            partial.unlink()
        return os.open(partial, _FLAGS, _MODE)


def _lock(file: BinaryIO) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError as error:
        # Some network file systems know no locks: there, two writers of one name must not meet.
        if error.errno not in _WITHOUT_LOCKS:
            raise


@contextmanager
def _held_alone(partial: Path) -> Iterator[BinaryIO]:
    """Open an empty file for one writer; another one of the same name waits, and what a killed one left is taken over.

    The lock ends with the process, however that ends.
    """
    while True:
        with cast("BinaryIO", os.fdopen(_open_partial(partial), "wb")) as file:
            _lock(file)
            # The writer before may have renamed or removed it while this one waited.
            if _is_at(partial, file.fileno()):
                if os.fstat(file.fileno()).st_size:
                    file.truncate(0)
                yield file
                return


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file that appears under its name, safe on the disk, when the block ends without an error.

    Its folder has to be there: one that was removed meanwhile is not made again.

    Raises:
        DiskFullError: The disk is full.
    """
    # By a digest, as the name with a prefix could be longer than names may be.
    partial = path.with_name(PARTIAL_PREFIX + hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16])
    with disk_errors(path), _held_alone(partial) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            # What went wrong is told, whether or not its remains can be removed.
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise
        # Behind the `except`: once it is renamed, the name may be another writer's.
        partial.replace(path)


def write_whole(path: Path, data: Path | bytes) -> None:
    """Write content, or a copy of a file, whole or not at all; folders that are missing are made.

    Raises:
        DiskFullError: The disk is full.
    """
    try:
        _write(path, data)
    except FileNotFoundError:
        # Only now, as nearly always the folder is there: each call to the system counts with many small files.
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, data)


def _write(path: Path, data: Path | bytes) -> None:
    with written_whole(path) as file:
        if isinstance(data, bytes):
            file.write(data)
        else:
            _copy(data, file)


def _copy(path: Path, file: BinaryIO) -> None:
    with path.open("rb", buffering=0) as content:
        # A buffer of a megabyte for each of many small files would be mapped and unmapped each time.
        size_bytes = os.fstat(content.fileno()).st_size
        shutil.copyfileobj(content, file, max(1, min(size_bytes, _MOST_COPIED_AT_ONCE_BYTES)))


def put_together(parts: Sequence[Path], path: Path) -> None:
    """Make one file of several, one behind the other, whole or not at all; they are gone then.

    Raises:
        DiskFullError: The disk is full.
    """
    if len(parts) == 1:
        parts[0].rename(path)
        return
    with written_whole(path) as file:
        for part in parts:
            _copy(part, file)
            part.unlink()
