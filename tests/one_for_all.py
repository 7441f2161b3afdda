"""Servers that all processes of a test run share: who needs one first starts it, and ends it when nobody uses it.

Each takes longer to start than most tests that talk to it, and a run has a process for each of its workers.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

import pytest

ServerT = TypeVar("ServerT")
"""A dataclass of plain fields."""

STACK = pytest.StashKey[ExitStack]()


class Share(Generic[ServerT]):
    """One server, by files in a folder that all processes of the run know: who starts it, where it is, who uses it."""

    def __init__(
        self,
        folder: Path,
        name: str,
        kind: Callable[..., ServerT],
        running: Callable[[], AbstractContextManager[ServerT]],
    ) -> None:
        self._folder, self._name = folder, name
        self._place = folder / f"{name}.json"
        self._used = folder / f"{name}.used"
        self._kind, self._running = kind, running

    @contextmanager
    def server(self) -> Iterator[ServerT]:
        """Use it until the block ends; who started it waits there until nobody else uses it."""
        with ExitStack() as stack:
            with alone(self._folder, self._name):
                server = self._found(stack) or self._started(stack)
            yield server

    def _found(self, stack: ExitStack) -> ServerT | None:
        with suppress(FileNotFoundError):
            server = self._kind(**json.loads(self._place.read_text()))
            used = stack.enter_context(self._used.open("a"))
            with suppress(BlockingIOError):  # it is about to end
                fcntl.flock(used, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return server
        return None

    def _started(self, stack: ExitStack) -> ServerT:
        self._used.unlink(missing_ok=True)  # of one that ended
        server = stack.enter_context(self._running())
        used = stack.enter_context(self._used.open("a"))
        stack.callback(self._end, used)
        descriptor = os.open(self._place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as place:
            described: Any = server
            json.dump(asdict(described), place)
        return server

    def _end(self, used: IO[str]) -> None:
        """Wait for the others; from then on it is nobody's."""
        fcntl.flock(used, fcntl.LOCK_EX)
        self._place.unlink(missing_ok=True)


def share(
    request: pytest.FixtureRequest,
    folders: pytest.TempPathFactory,
    name: str,
    kind: Callable[..., ServerT],
    running: Callable[[], AbstractContextManager[ServerT]],
) -> ServerT:
    """Use a server until this process has run all its tests.

    Not until the last test that needs it: waiting for others would count as time of that test.
    """
    stack = request.config.stash.setdefault(STACK, ExitStack())
    return stack.enter_context(Share(common_folder(request, folders), name, kind, running).server())


def common_folder(request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> Path:
    """Return a folder that all processes of the run have."""
    own = folders.getbasetemp()
    return own.parent if hasattr(request.config, "workerinput") else own


@contextmanager
def alone(folder: Path, name: str) -> Iterator[None]:
    """Let one process at a time do what is done in the block."""
    with (folder / f"{name}.alone").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the servers."""
    config.stash.setdefault(STACK, ExitStack()).close()
