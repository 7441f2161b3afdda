"""Threads of their own for reading what strangers sent, so that no look at the database waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from aiohttp import web

_THREADS = 2
_EXECUTOR: web.AppKey[ThreadPoolExecutor] = web.AppKey("reading", ThreadPoolExecutor)

P = ParamSpec("P")
T = TypeVar("T")


def add_readers(app: web.Application) -> None:
    """Give an application its threads, which end with it."""
    app[_EXECUTOR] = ThreadPoolExecutor(_THREADS, "reading")
    app.on_cleanup.append(_end_readers)


async def _end_readers(app: web.Application) -> None:
    app[_EXECUTOR].shutdown(wait=False, cancel_futures=True)


async def read_apart(request: web.Request, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that reads what a client sent, away from the event loop."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(request.app[_EXECUTOR], partial(read, *args, **kwargs))
