"""Forks children of a process that has loaded what they run, so that none of them loads it again.

`python -P -m filmstrip.isolation.forking MODULE` calls the module's `load`, with the names of modules if some follow
(for a few small jobs, which need no more than these), and waits for orders on its standard input, a socket. Each order
is the folder to work in, with descriptors: the exit pipe of the child that is forked for it, which gets two lines (its
process id and, when it has ended, its exit code), then the child's standard input, output and error, and maybe more,
which it gets as 3 and so on. The child calls the module's `main`. This process has one thread, and no source, secret or
media ever gets near it. It ends with the socket, and its children end with it.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn

from filmstrip.isolation.parent_death import die_with_parent

ORDER_BYTES = 1 << 16
"""An order is shorter than this."""

_MOST_DESCRIPTORS = 8
_HIGHEST_DESCRIPTOR = 1 << 20


def serve(name: str, *preloaded: str) -> None:
    """Load the module and fork children of it until no process can give orders any more."""
    gc.disable()  # Loading makes many objects, and no garbage.
    module = importlib.import_module(name)
    module.load(*preloaded)
    with socket.socket(fileno=os.dup(0)) as orders:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        # What is loaded stays for ever: looking through it would only make forks copy the memory that they share.
        if not preloaded:
            gc.collect()
        gc.freeze()
        gc.enable()
        _Forker(orders, module.main).run()


class _Forker:
    """Forks children and tells how they end."""

    def __init__(self, orders: socket.socket, work: Callable[[], None]) -> None:
        self._orders = orders
        self._work = work
        self._exit_pipes: dict[int, int] = {}

    def run(self) -> None:
        wake, ended = os.pipe()
        os.set_blocking(ended, False)
        signal.set_wakeup_fd(ended)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with selectors.DefaultSelector() as selector:
            selector.register(self._orders, selectors.EVENT_READ)
            selector.register(wake, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if wake in ready:
                    os.read(wake, ORDER_BYTES)
                    self._reap()
                if self._orders in ready and not self._handle_order():
                    self._end_all()
                    return

    def _handle_order(self) -> bool:
        """Fork a child as the next order says; False if there will be no more."""
        folder, descriptors, _, _ = socket.recv_fds(self._orders, ORDER_BYTES, _MOST_DESCRIPTORS)
        if not folder:
            return False
        try:
            exit_pipe, *streams = descriptors
            self._fork(folder.decode(), exit_pipe, streams)
        except (OSError, ValueError):
            # No process or no descriptor is left: the order's pipe ends without a line, which says so.
            traceback.print_exc()
            for descriptor in descriptors:
                os.close(descriptor)
        return True

    def _fork(self, folder: str, exit_pipe: int, streams: Sequence[int]) -> None:
        parent, pid = os.getpid(), os.fork()
        if pid == 0:
            _become_child(parent, folder, streams, self._work)
        # Here too, so that the group is there when the first line says so.
        with suppress(OSError):
            os.setpgid(pid, pid)
        for descriptor in streams:
            os.close(descriptor)
        self._exit_pipes[pid] = exit_pipe
        _tell(exit_pipe, pid)

    def _end_all(self) -> None:
        """End the children with all that they started: they would die with this process, each by itself alone."""
        for pid in self._exit_pipes:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while self._exit_pipes:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            exit_pipe = self._exit_pipes.pop(pid)
            _tell(exit_pipe, os.waitstatus_to_exitcode(status))
            os.close(exit_pipe)


def _tell(descriptor: int, number: int) -> None:
    with suppress(BrokenPipeError):
        os.write(descriptor, f"{number}\n".encode())


def _become_child(parent: int, folder: str, streams: Sequence[int], work: Callable[[], None]) -> NoReturn:
    """Be the child: nothing of the process that it was forked from is left but what is loaded."""
    code = 1
    try:
        die_with_parent(parent)
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        # First out of the way of one another, then into their places.
        moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, _MOST_DESCRIPTORS) for descriptor in streams]
        for target, descriptor in enumerate(moved):
            os.dup2(descriptor, target)
        os.closerange(len(streams), _HIGHEST_DESCRIPTOR)
        code = _run(folder, work)
    finally:
        os._exit(code)


def _run(folder: str, work: Callable[[], None]) -> int:
    """Work in a folder, and tell the exit code that the interpreter would end with."""
    code = 0
    try:
        os.chdir(folder)
        work()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - told as the interpreter itself tells it
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    serve(*sys.argv[1:])
