"""Settings of how tasks are run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from filmstrip.domain.sprite_grid import DEFAULT_MAX_SIDE
from filmstrip.media.cores import USABLE_CORES
from filmstrip.params.values import MAX_SIDE

SpriteSide = Annotated[int, Field(ge=16, le=MAX_SIDE, description=f"a whole number of pixels from 16 to {MAX_SIDE}")]
ExecutorName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9._-]{0,64}$", description="at most 64 letters, digits, dots, hyphens, underscores"),
]
Days = Annotated[int, Field(ge=0, le=36500, description="a whole number of days from 0 to 36500")]
WaitingDays = Annotated[int, Field(ge=1, le=36500, description="a whole number of days from 1 to 36500")]
RetryHours = Annotated[int, Field(ge=0, le=8760, description="a whole number of hours from 0 to 8760")]
SegmentSeconds = Annotated[float, Field(ge=0, le=86400, description="a number of seconds from 0 to 86400")]
LiveSeconds = Annotated[float, Field(ge=1, le=3600, description="a number of seconds from 1 to 3600")]


QueueName = Literal["tasks", "outputs", "pieces", "callbacks"]
TracesUrl = Annotated[
    str,
    Field(pattern=r"^https?://[^\s/@]+(/[^\s@]*)?$", description="an address such as http://127.0.0.1:4318/v1/traces"),
]


@dataclass(frozen=True, slots=True)
class JobSettings:
    """Settings of jobs and their limits.

    Attributes:
        work_root: Folder of the work folders, one for each task that runs; one server alone may use it.
        slots: Media processes that work at a time; 0 for one per core that this process, or its container, may use.
        slots_per_key: How many of them may work for one API key; 0 for all. Without it, the key with the fewest is
            next.
        open_tasks: Tasks that are fetched, worked on or waiting for a slot at a time; the others wait for them without
            using disk space.
        open_tasks_per_key: How many of them may be of one API key; 0 for all.
        fetches: Sources that are fetched at a time.
        fetches_per_key: How many of them may be of one API key; 0 for all.
        puts: Files of one output that are put at a time.
        poll_seconds: How often the queues are checked for delayed work; half as often on PostgreSQL, where new work is
            told of.
        progress_seconds: How often progress is saved, and which files are at their destinations: what was put since
            then is made again after a crash.
        watch_seconds: How often the service ends tasks that nothing works on any more, and removes what ended ones
            left.
        retry_seconds: For how long a source or destination is waited for that does not answer and never did in this
            task: its address may be mistyped.
        outage_seconds: For how long one is waited for that answered before in this task. Waiting tasks hold nothing but
            their files.
        work_hours: Longest time that one piece of media work may take, with putting what it makes; then it fails.
            Small work has less: some minutes, and more by the processor time that it may need and by what it puts. So
            long after the first outage, no host that comes and goes is tried again either.
        retry_hours: How long the query of a task that failed or was cancelled is kept, encrypted, so that it can be
            begun again, in hours; 0 forgets it at once, as that of a task that ended well.
        task_days: How long a task that has ended is kept, with its status, in days; 0 for ever. As long as the
            temporary store has results of it, and its receiver is not told of its end, it stays.
        waiting_task_days: How long a task is kept that was created and never started, in days.
        recoveries: How often an output is begun again after the service itself died while it was made, before it counts
            as the reason.
        free_disk_mb: What media work leaves free on the disk of the work folders, in MiB: the database needs some to
            write down what went wrong.
        executor_name: What this process is called among those that share a PostgreSQL database: the same at each of its
            starts, another one for each process; its machine and its number if it is not given.
        queues: Which work a worker takes, if not all: tasks (sources are fetched and probed), outputs, pieces (of long
            outputs), callbacks. What no worker takes waits.
        live_seconds: After how long without a sign of life the work of such a process is given to others.
        liveness: How it shows that it lives: by a lock, which tells its death at once but needs a direct connection to
            PostgreSQL, or by its heartbeat alone, as behind PgBouncer.
        otlp_traces_url: Where the spans of tasks and their steps are sent as OpenTelemetry's OTLP over HTTP; nowhere if
            absent. It needs Filmstrip installed with `.[otel]`.
        spread: When the pieces of a long output are made by several workers at the same time: fleet for when more than
            one of them works on the database, or always, or never.
        segment_seconds: About how long the pieces of a long video are, in seconds; 0 to make each video in one piece.
        max_pictures: Most pictures of one output of a task, those of each size counted; 100000 of one size is the most
            that there can be.
        max_sprite_side: Longest side of a sprite in pixels if a query names none; more pictures go to further
            sprites.
    """

    work_root: Path
    slots: int = 0
    slots_per_key: int = 0
    open_tasks: int = 16
    open_tasks_per_key: int = 12
    fetches: int = 4
    fetches_per_key: int = 3
    puts: int = 8
    poll_seconds: float = 1.0
    progress_seconds: float = 1.0
    watch_seconds: float = 5.0
    retry_seconds: float = 60.0
    outage_seconds: float = 3600.0
    work_hours: float = 24.0
    retry_hours: RetryHours = 24
    task_days: Days = 0
    waiting_task_days: WaitingDays = 7
    recoveries: int = 10
    free_disk_mb: int = 64
    executor_name: ExecutorName = ""
    queues: tuple[QueueName, ...] = ()
    live_seconds: LiveSeconds = 30.0
    liveness: Literal["lock", "heartbeat"] = "lock"
    otlp_traces_url: TracesUrl | None = None
    spread: Literal["fleet", "always", "never"] = "fleet"
    segment_seconds: SegmentSeconds = 60.0
    max_pictures: Annotated[int, Field(ge=1, le=10**9, description="a whole number from 1 to 1000000000")] = 100_000
    max_sprite_side: SpriteSide = DEFAULT_MAX_SIDE

    @property
    def slot_count(self) -> int:
        """How many outputs are worked on at a time."""
        return self.slots or USABLE_CORES
