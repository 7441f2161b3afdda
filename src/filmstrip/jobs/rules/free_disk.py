"""Keeps room on the disk: media work leaves some to the database, which has to write down what went wrong."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from filmstrip.domain.errors import DiskFullError, NoRoomError

_WATCH_SECONDS = 1.0


def demand_free_disk(folder: Path, free_mb: int) -> None:
    """Make sure that the disk of a folder has more than `free_mb` MiB left.

    Raises:
        DiskFullError: It has not.
    """
    left_mb = shutil.disk_usage(folder).free >> 20
    if left_mb < free_mb:
        raise DiskFullError(
            f"The disk that work is done on is full: {left_mb} MiB are left, and {free_mb} are kept free (free_disk_mb)"
        )


def demand_room(folder: Path, free_mb: int) -> None:
    """Make sure, before work begins that can wait, that the disk of a folder has more than `free_mb` MiB left.

    Raises:
        NoRoomError: It has not.
    """
    try:
        demand_free_disk(folder, free_mb)
    except DiskFullError as full:
        raise NoRoomError(str(full)) from None


@asynccontextmanager
async def keeping_free_disk(folder: Path, free_mb: int) -> AsyncIterator[None]:
    """End the block as soon as the disk of a folder has no more than `free_mb` MiB left, whatever it waits for.

    A media process that was taken over tells nothing of what it writes.

    Raises:
        DiskFullError: The disk became full.
    """
    watching: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(None) as limit:
            watching = asyncio.create_task(_watch(folder, free_mb, limit))
            yield
    except TimeoutError:
        if limit.expired():
            demand_free_disk(folder, free_mb)
            raise DiskFullError("The disk that work is done on was full") from None
        raise
    finally:
        if watching is not None:
            watching.cancel()


async def _watch(folder: Path, free_mb: int, limit: asyncio.Timeout) -> None:
    while True:
        await asyncio.sleep(_WATCH_SECONDS)
        try:
            await asyncio.to_thread(demand_free_disk, folder, free_mb)
        except DiskFullError:
            limit.reschedule(asyncio.get_running_loop().time())
            return
