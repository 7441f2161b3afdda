"""Is there room on the disk?"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from filmstrip.domain.errors import DiskFullError
from filmstrip.jobs.rules.free_disk import keeping_free_disk

MIB = 1 << 20


async def test_what_waits_is_ended_when_the_disk_fills(tmp_path: Path) -> None:
    """Whatever fills it, and though nobody reports anything."""
    kept_mb = shutil.disk_usage(tmp_path).free // MIB - 1024
    began = asyncio.Event()

    async def wait() -> None:
        async with keeping_free_disk(tmp_path, kept_mb):
            began.set()
            await asyncio.Event().wait()

    waiting = asyncio.create_task(wait())
    await began.wait()
    with tempfile.TemporaryFile(dir=tmp_path) as large:
        os.posix_fallocate(large.fileno(), 0, 2048 * MIB)
        with pytest.raises(DiskFullError, match=rf"{kept_mb} are kept free \(free_disk_mb\)"):
            await waiting


async def test_what_ends_is_left_alone(tmp_path: Path) -> None:
    """Its own errors stay its own, time limits too, and nothing watches afterwards."""
    with pytest.raises(TimeoutError):
        async with keeping_free_disk(tmp_path, 0):
            raise TimeoutError
    with pytest.raises(asyncio.CancelledError):
        async with keeping_free_disk(tmp_path, 0):
            raise asyncio.CancelledError
    async with keeping_free_disk(tmp_path, 0):
        pass
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
