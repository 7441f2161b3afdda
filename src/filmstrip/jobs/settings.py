"""How are tasks run?"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from filmstrip.domain.sprite_grid import DEFAULT_MAX_SIDE
from filmstrip.params.values import MAX_SIDE

SpriteSide = Annotated[int, Field(ge=16, le=MAX_SIDE, description=f"a whole number of pixels from 16 to {MAX_SIDE}")]


@dataclass(frozen=True, slots=True)
class JobSettings:
    """Settings of the jobs floor.

    Attributes:
        work_root: Folder of the work folders, one for each task that runs; one server alone may use it.
        slots: Outputs that are worked on at a time; 0 for one per core.
        open_tasks: Tasks that are fetched, worked on or waiting for a slot at a time; the others wait for them without
            using disk space.
        fetches: Sources that are fetched at a time.
        puts: Files of one output that are put at a time.
        poll_seconds: How often the queues are looked at.
        progress_seconds: How often progress is written down.
        watch_seconds: How often it is looked for what failed tasks and finished ones left.
        retry_seconds: For how long what a source or destination could not do just now is tried again, besides the
            retries of single requests.
        recoveries: How often an output is begun again after the service itself died while it was made, before it counts
            as the reason.
        free_disk_mb: What media work leaves free on the disk of the work folders, in MiB: the database needs some to
            write down what went wrong.
        max_sprite_side: Longest side of a sprite in pixels where a query names none; more pictures go to further
            sprites.
    """

    work_root: Path
    slots: int = 0
    open_tasks: int = 16
    fetches: int = 4
    puts: int = 8
    poll_seconds: float = 0.25
    progress_seconds: float = 1.0
    watch_seconds: float = 5.0
    retry_seconds: float = 60.0
    recoveries: int = 10
    free_disk_mb: int = 64
    max_sprite_side: SpriteSide = DEFAULT_MAX_SIDE

    @property
    def slot_count(self) -> int:
        """How many outputs are worked on at a time."""
        return self.slots or os.cpu_count() or 1
