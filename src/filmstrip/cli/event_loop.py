"""Runs what is asynchronous for a command, until it is done or interrupted."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine; when it is interrupted, it cleans up, and its threads are not waited for.

    Raises:
        KeyboardInterrupt: It was interrupted. A thread may still wait for a silent server: the program has to end by
            `os._exit`.
    """
    runner = asyncio.Runner()
    try:
        result = runner.run(work)
    except KeyboardInterrupt:
        raise
    except BaseException:
        runner.close()
        raise
    runner.close()
    return result
