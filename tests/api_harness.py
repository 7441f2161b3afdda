"""The API under test: a real database, and a runner that only remembers what it was given."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient

from filmstrip.db.database import Database
from filmstrip.db.task_records import NewOutput, Submission
from filmstrip.domain.artifact import MediaKind
from filmstrip.outputs._base import Output
from filmstrip.params.query import Query


@dataclass
class Clock:
    """A clock that tests move."""

    now: datetime = datetime(2031, 5, 2, 10, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Runner:
    """Accepts tasks as the engine does, and runs none of them."""

    database: Database
    submitted: list[tuple[str, Query[Output], str | None]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    failure: Exception | None = None

    async def submit(self, token: str, query: Query[Output], payload: str | None, base_url: str) -> None:
        assert base_url.startswith("http://")
        if self.failure is not None:
            raise self.failure
        outputs = tuple(NewOutput(entry.output_name, entry.kind, "tag", entry.label) for entry in query.formats)
        self.database.tasks.submit_task(token, Submission("{}", outputs, payload), lambda _connection: None)
        self.submitted.append((token, query, payload))

    async def retry(self, token: str, base_url: str) -> str:
        assert base_url.startswith("http://")
        self.database.retries.read_failed(token)
        again = Submission("{}", (NewOutput("thumbnails", MediaKind.IMAGE, "image-0-0-0", None),))
        return self.database.retries.retry_task(token, again, lambda _connection, _new: None)

    async def cancel(self, token: str) -> bool:
        self.database.cancellations.cancel_task(token)
        self.cancelled.append(token)
        return True


@dataclass
class Service:
    """The API under test and what stands behind it."""

    client: TestClient[Any, Any]
    database: Database
    runner: Runner
    clock: Clock
    api_key: str
    folder: Path
    faults: dict[str, Exception]

    async def post(self, method: str, **fields: object) -> dict[str, Any]:
        """Call an API method with a form; every answer is HTTP 200 and JSON."""
        response = await self.client.post(f"/v1/{method}", data=fields)
        assert response.status == 200
        assert response.content_type == "application/json"
        answer: dict[str, Any] = await response.json()
        return answer

    async def new_token(self) -> str:
        """Open a session."""
        return str((await self.post("access_token", api_key=self.api_key))["token"])

    async def new_task(self) -> str:
        """Create a task."""
        return str((await self.post("create_task", token=await self.new_token()))["task_token"])
