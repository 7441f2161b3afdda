"""How does a file of this machine appear whole or not at all? Under another name first, then by a rename."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from filmstrip.domain.errors import DiskFullError

PARTIAL_PREFIX = ".partial-"
"""Begins the name of a file that is not whole yet."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Tell an error of a full disk by our own name for it."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFullError(f"The disk is full: {path.name} could not be written") from None
        raise


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file that appears under its name, safe on the disk, when the block ends without an error.

    Raises:
        DiskFullError: The disk is full.
    """
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, partial = tempfile.mkstemp(prefix=PARTIAL_PREFIX, dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield cast("BinaryIO", file)
                file.flush()
                os.fchmod(file.fileno(), 0o644)
                os.fsync(file.fileno())
            Path(partial).replace(path)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise


def write_whole(path: Path, data: Path | bytes) -> None:
    """Write content, or a copy of a file, whole or not at all.

    Raises:
        DiskFullError: The disk is full.
    """
    with written_whole(path) as file:
        if isinstance(data, bytes):
            file.write(data)
        else:
            with data.open("rb") as content:
                shutil.copyfileobj(content, file, 1 << 20)
