"""Waits for the end of a thread's work if a step is cancelled meanwhile: half of it would do harm."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def finished_in_thread(work: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """Do something short in a thread, as `asyncio.to_thread`; a cancellation is heeded when it is over."""
    doing = asyncio.ensure_future(asyncio.to_thread(work, *arguments, **options))
    cancellation: asyncio.CancelledError | None = None
    while not doing.done():
        try:
            await asyncio.wait([doing])
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation is not None:
        doing.exception()  # seen, if there is one
        raise cancellation
    return doing.result()


@asynccontextmanager
async def entered_in_thread(blocking: AbstractContextManager[T]) -> AsyncIterator[T]:
    """Begin and end something in a thread, where each may block: looking up a host, closing its connections."""
    try:
        yield await finished_in_thread(blocking.__enter__)
    finally:
        # Also if it was cancelled while it began: by then it has begun.
        await finished_in_thread(blocking.__exit__, None, None, None)
