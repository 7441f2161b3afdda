"""The service as a program that measures what holds it up: `python -m measured_service REPORT`, with its settings.

On SIGUSR1 it writes to REPORT, as JSON, and begins anew: the longest callback of its event loop, the collection of all
garbage, and the longest stretch in one call of C code in a thread that works for requests (it holds the interpreter's
lock), each in seconds of CPU time with its name. Wall time would measure the machine's other work as well.
"""

from __future__ import annotations

import asyncio.events
import gc
import json
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

from filmstrip.cli.main import run

Longest = tuple[float, str]
longest: dict[str, Longest] = {}


def note(kind: str, seconds: float, name: str) -> None:
    if seconds > longest.get(kind, (0.0, ""))[0]:
        longest[kind] = (seconds, name)


def measure_loop() -> None:
    """Time each callback of the main thread's event loop."""
    run_handle = asyncio.events.Handle._run

    def timed(self: asyncio.events.Handle) -> None:
        if threading.current_thread() is not threading.main_thread():
            run_handle(self)
            return
        began = time.thread_time()
        run_handle(self)
        seconds = time.thread_time() - began
        if seconds > 0.005:
            note("loop", seconds, repr(self)[:300])

    asyncio.events.Handle._run = timed  # type: ignore[method-assign]


class Profile(threading.local):
    """What one thread is in: a stack of names of C functions, None for Python's."""

    def __init__(self) -> None:
        self.stack: list[str | None] = []
        self.since = time.thread_time()

    def __call__(self, _frame: FrameType, event: str, argument: Any) -> None:
        if self.stack and self.stack[-1] is not None:
            note("call", time.thread_time() - self.since, self.stack[-1])
        if event in ("c_call", "call"):
            self.stack.append(repr(argument)[:200] if event == "c_call" else None)
        elif self.stack:
            self.stack.pop()
        self.since = time.thread_time()


def measure_threads() -> None:
    """Time the C code of the event loop's own worker threads."""
    profile = Profile()

    def choose(_frame: FrameType, _event: str, _argument: Any) -> None:
        is_worker = threading.current_thread().name.startswith(("asyncio_", "reading"))
        sys.setprofile(profile if is_worker else None)

    threading.setprofile(choose)


def measure_garbage() -> None:
    """Time a look at all that may be garbage, which any thread's work may bring about at any time."""
    began = time.thread_time()
    gc.collect()
    note("garbage", time.thread_time() - began, "garbage collection")


def report(path: Path) -> None:
    measure_garbage()
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(longest))
    partial.replace(path)
    longest.clear()


if __name__ == "__main__":
    measure_loop()
    measure_threads()
    place = Path(sys.argv[1])
    signal.signal(signal.SIGUSR1, lambda _number, _frame: report(place))
    sys.exit(run(["serve"]))
