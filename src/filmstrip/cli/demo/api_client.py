"""A client of the service, as curl would be: four form posts, and a loop that asks for the status."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from pydantic import BaseModel, TypeAdapter

from filmstrip.cli.demo.web import fetch
from filmstrip.domain.errors import FilmstripError

_POLL_SECONDS = 0.25


class StoredFiles(BaseModel):
    """Where an output lies: the part of the status's `storage` that the demo looks at."""

    names: list[str] = []


class FinishedOutput(BaseModel):
    """One entry of the status's `videos` or `images`."""

    url: str | None = None
    storage: StoredFiles | None = None


class TaskState(BaseModel):
    """The part of a task's status that the demo looks at."""

    status: str
    percent: float
    error: int
    error_description: str | None = None
    videos: list[FinishedOutput] = []
    images: list[FinishedOutput] = []


class _Answer(BaseModel):
    error: int
    message: str = ""
    token: str = ""
    task_token: str = ""
    statuses: dict[str, TaskState | None] = {}


_ANSWER = TypeAdapter(_Answer)


@dataclass(frozen=True, slots=True)
class ApiClient:
    """A client of one service.

    Attributes:
        url: The service's address, without a slash at the end.
    """

    url: str

    def access_token(self, api_key: str) -> str:
        """Exchange an API key for a session token."""
        return self._post("access_token", {"api_key": api_key}).token

    def create_token(self, token: str) -> str:
        """Create a task; `create_token` is the name that Qencode's page about thumbnails gives to create_task."""
        return self._post("create_token", {"token": token}).task_token

    def start_encode2(self, task_token: str, query: str) -> None:
        """Start a task."""
        self._post("start_encode2", {"task_token": task_token, "query": query})

    def states(self, task_token: str, timeout_seconds: float) -> Iterator[TaskState]:
        """Ask for the state of a task until it is completed, yielding each answer.

        Raises:
            FilmstripError: The task is not completed in time, or is not known.
        """
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            state = self._post("status", {"task_tokens": task_token}).statuses.get(task_token)
            if state is None:
                raise FilmstripError(f"The service does not know the task {task_token}")
            yield state
            if state.status == "completed":
                return
            time.sleep(_POLL_SECONDS)
        raise FilmstripError(f"The task is not completed after {timeout_seconds:.0f} s")

    def _post(self, method: str, fields: Mapping[str, str]) -> _Answer:
        answer = _ANSWER.validate_json(fetch(f"{self.url}/v1/{method}", urlencode(fields).encode()).body)
        if answer.error:
            raise FilmstripError(f"{method} answers error {answer.error}: {answer.message}")
        return answer
