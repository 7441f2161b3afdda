"""What the API needs of the rest of the service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from aiohttp import web

from filmstrip.api.settings import ApiSettings
from filmstrip.db.key_records import ApiKey, Session
from filmstrip.db.profile_records import ProfileKind, StoredProfile
from filmstrip.db.task_records import TaskFilter, TaskRecord
from filmstrip.outputs._base import Output
from filmstrip.params.query import Query
from filmstrip.storage.own.serving import TemporaryObject
from filmstrip.uploads.uploads import Uploads


class KeyRecords(Protocol):
    """API keys."""

    def find_key(self, plaintext: str) -> ApiKey | None:
        """Find a key that is good."""

    def read_key(self, key_id: int) -> ApiKey | None:
        """Read a key by its row number."""

    def list_keys(self) -> Sequence[ApiKey]:
        """All keys."""

    def note_use(self, key_id: int) -> None:
        """Write down that a key was used just now."""


class SessionRecords(Protocol):
    """Sessions."""

    def create_session(self, key_id: int) -> tuple[str, datetime]:
        """Open a session; return its token and when it ends."""

    def find_session(self, token: str) -> Session | None:
        """Find a session that has not ended."""


class TaskRecords(Protocol):
    """Tasks."""

    def create_task(self, key_id: int, most_waiting: int) -> str:
        """Create a task that is not started yet; return its token.

        Raises:
            LimitExceededError: The key has that many tasks already that were not started.
        """

    def key_of_waiting(self, token: str) -> int | None:
        """Return the key of a task that is not started yet.

        Raises:
            TokenNotFoundError: There is no such task.
        """

    def note_refusal(self, token: str, reason: str) -> None:
        """Write down why the query of a task was refused; it still waits for a better one."""

    def read_tasks(self, tokens: Sequence[str]) -> Mapping[str, TaskRecord]:
        """Read the tasks that exist of those asked for."""

    def list_tasks(self, wanted: TaskFilter) -> tuple[Sequence[TaskRecord], int]:
        """Read a page of tasks, and how many there are on all pages."""


class ProfileRecords(Protocol):
    """Stored profiles and transfer methods."""

    def read(self, kind: ProfileKind, identities: Sequence[str] | None = None) -> Mapping[str, StoredProfile]:
        """Read those that exist of some, or all."""


class Records(Protocol):
    """What is written down. The methods block: callers go through `asyncio.to_thread`."""

    @property
    def keys(self) -> KeyRecords:
        """API keys."""

    @property
    def sessions(self) -> SessionRecords:
        """Sessions."""

    @property
    def tasks(self) -> TaskRecords:
        """Tasks."""

    @property
    def profiles(self) -> ProfileRecords:
        """Stored profiles."""


class Submitter(Protocol):
    """Runs tasks."""

    async def submit(self, token: str, query: Query[Output], payload: str | None, base_url: str) -> None:
        """Start a task; it is durable when this returns.

        Args:
            token: The task.
            query: What it is to do.
            payload: What the client wants to see again.
            base_url: Scheme, host and port under which the client reaches this service.

        Raises:
            TokenNotFoundError: There is no such task that is still to be started.
        """

    async def retry(self, token: str, base_url: str) -> str:
        """Begin a failed task again, as a new one; return its token.

        Args:
            token: The task that failed.
            base_url: Scheme, host and port under which the client reaches this service.

        Raises:
            TokenNotFoundError: There is no such task.
            TaskStateError: It has not failed, or it cannot be begun again any more.
            QueryError: Its query cannot work with the settings any more.
        """

    async def cancel(self, token: str) -> bool:
        """Cancel a task; return whether nothing is left of what it has put.

        Raises:
            TokenNotFoundError: There is no such task.
            TaskStateError: It has ended.
        """


FindObject = Callable[[str], TemporaryObject | None]
"""Finds an object of the built-in store by its key; None if there is none or it has expired. It blocks.

Its bucket may not answer, which raises a `FilmstripError`.
"""

Check = Callable[[], Awaitable[None]]
"""Raises a `FilmstripError` if a part of the service cannot work."""


@dataclass(frozen=True)
class Parts:
    """Everything that the endpoints use.

    Attributes:
        records: Keys, sessions, tasks and profiles.
        submitter: Runs tasks.
        uploads: What clients send us.
        find_object: Access to the built-in store of outputs that have no destination.
        public_url: Under which clients reach this service; None takes the host that each request names.
        checks: What must work for the service to be ready, by name.
        settings: Limits.
    """

    records: Records
    submitter: Submitter
    uploads: Uploads
    find_object: FindObject
    public_url: str | None = None
    checks: Mapping[str, Check] = field(default_factory=dict)
    settings: ApiSettings = field(default_factory=ApiSettings)


CHECKS: web.AppKey[Mapping[str, Check]] = web.AppKey("checks", Mapping)
"""What must work, by name."""

PARTS: web.AppKey[Parts] = web.AppKey("parts", Parts)
