"""Threads of their own for uploads: a slow disk, or parts of 50 GB that are joined, hold up no other request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from filmstrip.domain.errors import UploadLockedError

_WRITERS = 8
_JOINERS = 2
_MOST_LONG = 4

P = ParamSpec("P")
T = TypeVar("T")


class UploadThreads:
    """Threads that write, and others that join: the second may take minutes."""

    def __init__(self) -> None:
        """Begin none yet."""
        self._writers = ThreadPoolExecutor(_WRITERS, "uploads")
        self._joiners = ThreadPoolExecutor(_JOINERS, "joined-uploads")
        self._long = 0

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        """Call a function that blocks; it goes on though its caller has been cancelled."""
        return self._run(self._writers, partial(work, *args, **kwargs))

    def run_long(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        """Call a function that may take minutes.

        Raises:
            UploadLockedError: So many wait already that this one would not be answered soon.
        """
        if self._long >= _MOST_LONG:
            raise UploadLockedError("Many uploads are being joined: try again a little later")
        self._long += 1
        running = self._run(self._joiners, partial(work, *args, **kwargs))
        running.add_done_callback(self._end_long)
        return running

    def _end_long(self, _running: asyncio.Future[T]) -> None:
        self._long -= 1

    @staticmethod
    def _run(threads: ThreadPoolExecutor, work: Callable[[], T]) -> asyncio.Future[T]:
        running = asyncio.get_running_loop().run_in_executor(threads, work)
        # What no caller waits for any more may fail as it likes.
        running.add_done_callback(lambda done: None if done.cancelled() else done.exception())
        return running

    def close(self) -> None:
        """Begin nothing more."""
        for threads in (self._writers, self._joiners):
            threads.shutdown(wait=False, cancel_futures=True)
