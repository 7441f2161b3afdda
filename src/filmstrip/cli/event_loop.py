"""Runs what is asynchronous for a command, until it is done or interrupted."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

_PLENTY = 4096

T = TypeVar("T")


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine; when it is interrupted, it cleans up, and its threads are not waited for.

    Raises:
        KeyboardInterrupt: It was interrupted. A thread may still wait for a silent server: the program has to end by
            `os._exit`.
    """
    runner = asyncio.Runner()
    try:
        with _woken_by_signals(runner.get_loop()), _with_a_handler():
            result = runner.run(work)
    except KeyboardInterrupt:
        raise
    except BaseException:
        runner.close()
        raise
    runner.close()
    return result


@contextmanager
def _with_a_handler() -> Iterator[None]:
    """Let the runner handle SIGINT though it is ignored, as SIGTERM and SIGHUP end the program by the same handler.

    SIGINT itself still does nothing: it is not meant for what a script has put into the background (POSIX, 2.11).
    """
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _woken_by_signals(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let a signal wake the event loop.

    Python runs its handler between two of its own instructions. A signal that comes just before the loop begins to wait
    would be looked at when something else happens, which may be never.
    """
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        loop.add_reader(ours, ours.recv, _PLENTY)
        before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            loop.remove_reader(ours)
