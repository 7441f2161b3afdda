"""Is there room on the disk? Media work leaves some to the database, which has to write down what went wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

from filmstrip.domain.errors import DiskFullError


def demand_free_disk(folder: Path, free_mb: int) -> None:
    """See to it that the disk of a folder has more than `free_mb` MiB left.

    Raises:
        DiskFullError: It has not.
    """
    left_mb = shutil.disk_usage(folder).free >> 20
    if left_mb < free_mb:
        raise DiskFullError(
            f"The disk that work is done on is full: {left_mb} MiB are left, and {free_mb} are kept free (free_disk_mb)"
        )
