"""A thread for what may wait long for others: no pool waits for it, and no end of the process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def in_own_thread(work: Callable[[], T], name: str) -> T:
    """Call a function that blocks, in a thread of its own; it goes on if its caller is cancelled."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: Exception | None) -> None:
        if not result.done():
            if error is None:
                result.set_result(value)  # type: ignore[arg-type]  # what `work` gave
            else:
                result.set_exception(error)

    def run() -> None:
        value: T | None = None
        error: Exception | None = None
        try:
            value = work()
        except Exception as raised:  # noqa: BLE001 - handed to the caller
            error = raised
        with suppress(RuntimeError):  # the loop is closed: no caller waits any more
            loop.call_soon_threadsafe(settle, value, error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await result
