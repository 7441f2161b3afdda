"""What happens when a source or a destination does not answer: the work waits for it, without holding anything.

A step that meets an outage ends. Its script decides here whether to wait, ends too, and is enqueued again with a delay:

    step "make" ── does not answer ──> step "wait" ── is worth waiting ──> end; again after `until`
                                                   └─ waited enough ─────> step "fail"

A host that has answered before in this task is waited for much longer than one that may be mistyped; room on our own
disk as long as that.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from filmstrip.db.database import Database, utc_now
from filmstrip.db.task_records import Outage, OutputRecord
from filmstrip.domain.errors import DiskFullError, FilmstripError, NoRoomError
from filmstrip.domain.pauses import growing_pause
from filmstrip.jobs.rules.meter import UNWATCHED, Meter
from filmstrip.jobs.settings import JobSettings
from filmstrip.storage.own.opening import OWN_HOST

_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0
_LEAST_PAUSE_SECONDS = 0.2
# A try that comes this much later than it could have been, or fails so late, had an answer before.
_SAME_OUTAGE = timedelta(minutes=15)
# Tries beyond what the patience for one outage is worth: so many in all may be of a host that comes and goes.
_MORE_TRIES = 100

NO_ROOM, FULL = "room on the disk", "a full disk"
"""In the place of a host: a disk that has no room for work to begin on it, and one that became full in the middle."""

_DISK = {NO_ROOM, FULL}
_MOST_FILLS = 2


class OutageError(Exception):
    """A host did not answer: what a step met, read back from the journal.

    Attributes:
        host: Which one, "" if it is not known.
    """

    def __init__(self, reason: str, host: str) -> None:
        super().__init__(reason)
        self.host = host


class Outages:
    """Decides how long work waits for hosts that do not answer."""

    def __init__(self, database: Database, settings: JobSettings, meter: Meter = UNWATCHED) -> None:
        self._database = database
        self._meter = meter
        self._settings = settings

    async def wait_for(self, token: str, index: int | None, error: OutageError) -> float | None:
        """Begin or continue to wait.

        Args:
            token: The task.
            index: The output, None for the source of the task.
            error: What happened at this try.

        Returns:
            In how many seconds to try again, None if there was patience enough.
        """
        return await asyncio.to_thread(self._wait, token, index, error)

    def _wait(self, token: str, index: int | None, error: OutageError) -> float | None:
        known = self._database.outages.read_outage(token, index)
        if known is not None and known.host == error.host != FULL and known.until > utc_now():
            # A piece beside this one has met the same outage: that is one try, not two.
            return max(_LEAST_PAUSE_SECONDS, (known.until - utc_now()).total_seconds())
        if error.host in _DISK:
            outage = self._without_room(known, utc_now(), error)
        else:
            if known is not None and not _is_same(known, error.host, utc_now()):
                known = replace(known, since=utc_now(), host=error.host)
            outage = self._continued(known, utc_now(), error, self._patience_seconds(token, error.host))
        self._database.outages.record_outage(token, index, outage)
        if outage is None:
            return None
        self._meter.note_wait()
        return max(_LEAST_PAUSE_SECONDS, (outage.until - utc_now()).total_seconds())

    def _continued(
        self, known: Outage | None, now: datetime, error: OutageError, patience_seconds: float
    ) -> Outage | None:
        since = known.since if known else now
        first = (known.first if known else None) or since
        tries = known.tries + 1 if known else 1
        # A host that comes and goes may make each try last as long as a copy may.
        all_end_at = first + timedelta(seconds=max(patience_seconds, self._settings.work_hours * 3600))
        ends_at = min(since + timedelta(seconds=patience_seconds), all_end_at)
        if now >= ends_at or tries > _MORE_TRIES + patience_seconds / _LONGEST_PAUSE_SECONDS:
            return None
        pause_seconds = growing_pause(tries - 1, _FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS)
        until = min(now + timedelta(seconds=pause_seconds), ends_at)
        return Outage(str(error), since, until, ends_at, tries, error.host, first)

    def _without_room(self, known: Outage | None, now: datetime, error: OutageError) -> Outage | None:
        """Wait for room on the disk. What fills it itself, for which `tries` counts, does so a few times only."""
        before = known if known is not None and known.host in _DISK and now <= known.until + _SAME_OUTAGE else None
        fills = (before.tries if before is not None and before.host == FULL else 0) + (error.host == FULL)
        since = now if before is None else before.since
        ends_at = since + timedelta(seconds=self._settings.outage_seconds)
        if now >= ends_at or fills > _MOST_FILLS:
            return None
        pause = min(max(_FIRST_PAUSE_SECONDS, (now - since).total_seconds()), _LONGEST_PAUSE_SECONDS)
        until = min(now + timedelta(seconds=pause), ends_at)
        first = (known.first if known else None) or since
        return Outage(str(error), since, until, ends_at, max(fills, 1), FULL if fills else NO_ROOM, first)

    def _patience_seconds(self, token: str, host: str) -> float:
        if host == OWN_HOST or (host and self._database.outages.has_answered(token, host)):
            return self._settings.outage_seconds
        return self._settings.retry_seconds


def _is_same(known: Outage, host: str, now: datetime) -> bool:
    """Check whether a failure belongs to an outage that is known, and not to a later one or to another host."""
    return known.host == host and now <= known.until + _SAME_OUTAGE


def is_active(output: OutputRecord) -> bool:
    """Check whether an output is neither final nor waiting for a host."""
    waits = output.outage is not None and output.outage.until > utc_now()
    return not output.status.is_final and not waits


def outage_of(error: FilmstripError) -> dict[str, str]:
    """Return an error that says that a host does not answer now, or a disk is full, as the journal keeps it."""
    return {"outage": str(error), "host": _whose(error)}


def _whose(error: FilmstripError) -> str:
    if isinstance(error, DiskFullError):
        return NO_ROOM if isinstance(error, NoRoomError) else FULL
    return error.host or ""
