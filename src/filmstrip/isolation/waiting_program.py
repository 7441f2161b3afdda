"""A process that waits until it may become one program: forked before the walls stand that forbid all forking.

The one who works on the media may then choose the program's arguments and end it, and can neither start another process
nor become a program itself. Nor can the program: it has the same walls, and a filter that knows no fork.
"""

from __future__ import annotations

import json
import os
import signal
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import NoReturn

from filmstrip.isolation.parent_death import die_with_parent
from filmstrip.isolation.walls import restrict_calls

_STREAMS = 3
_HIGHEST_DESCRIPTOR = 1 << 16
_CANNOT_RUN = 126  # as shells say it


@dataclass
class WaitingProgram:
    """A process that becomes a program.

    Attributes:
        pid: Its process id.
        orders: Where it reads its arguments.
        stdout: The program's standard output.
        stderr: The program's standard error.
        exit_code: How it ended, negative for a signal; None while it runs.
    """

    pid: int
    orders: FileIO
    stdout: FileIO
    stderr: FileIO
    exit_code: int | None = None

    def begin(self, arguments: Sequence[str]) -> None:
        """Let it become the program."""
        with suppress(BrokenPipeError), self.orders:
            _write_all(self.orders, json.dumps(list(arguments)).encode())

    def wait(self) -> int:
        """Wait for its end and return its exit code, negative for a signal."""
        if self.exit_code is None:
            _, status = os.waitpid(self.pid, 0)
            self.exit_code = os.waitstatus_to_exitcode(status)
        return self.exit_code

    def end(self) -> None:
        """Kill it if it runs, and close what was connected to it."""
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()
        for pipe in (self.orders, self.stdout, self.stderr):
            pipe.close()


def fork_waiting(program: Path, environment: Mapping[str, str]) -> WaitingProgram:
    """Fork a process that will become `program`. This process must have one thread.

    Raises:
        OSError: No process or descriptor is left.
    """
    parent = os.getpid()
    (read_orders, orders), (stdout, write_stdout), (stderr, write_stderr) = os.pipe(), os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        _wait_and_become(program, environment, (read_orders, write_stdout, write_stderr), parent)
    for descriptor in (read_orders, write_stdout, write_stderr):
        os.close(descriptor)
    return WaitingProgram(pid, FileIO(orders, "w"), FileIO(stdout, "r"), FileIO(stderr, "r"))


def _wait_and_become(
    program: Path, environment: Mapping[str, str], descriptors: tuple[int, int, int], parent: int
) -> NoReturn:
    try:
        die_with_parent(parent)
        orders, *_ = descriptors
        _take_descriptors(descriptors)
        restrict_calls(may_execute=True)
        text = _read_all(orders)
        if text:
            os.execve(program, [str(program), *json.loads(text)], environment)  # noqa: S606 - no shell is wanted
    except BaseException:  # noqa: BLE001 - the fork may not go on as its parent, whatever happens
        traceback.print_exc()
        os._exit(_CANNOT_RUN)
    os._exit(0)


def _take_descriptors(descriptors: tuple[int, int, int]) -> None:
    """Keep the own ends of the pipes only, and nothing that Python ignores."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    orders, stdout, stderr = descriptors
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    os.closerange(_STREAMS, orders)
    os.closerange(orders + 1, _HIGHEST_DESCRIPTOR)


def _read_all(descriptor: int) -> bytes:
    data = bytearray()
    while piece := os.read(descriptor, 1 << 16):
        data += piece
    os.close(descriptor)
    return bytes(data)


def _write_all(file: FileIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
