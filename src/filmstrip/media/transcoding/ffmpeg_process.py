"""Runs the ffmpeg program: blocking, inside a media process, which it never outlives."""

from __future__ import annotations

import os
import select
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from io import BufferedReader, FileIO
from pathlib import Path
from typing import IO, Protocol, cast

from filmstrip.domain.clocks import FFMPEG_CLOCK_HZ
from filmstrip.domain.errors import MediaProcessError
from filmstrip.isolation.parent_death import die_with_parent
from filmstrip.isolation.waiting_program import WaitingProgram

_KEPT_LINES = 200
_LINE_LIMIT = 1000
_QUIET_SECONDS = 5.0

# What a program needs to be found and loaded. Nothing else is handed down: our environment may hold secrets.
_HANDED_DOWN = ("PATH", "LD_LIBRARY_PATH")
# Messages in English, without colours.
_ENVIRONMENT = {"LC_ALL": "C", "AV_LOG_FORCE_NOCOLOR": "1"}

TimeListener = Callable[[Fraction], None]
"""Is called with how much of the result is written, in seconds of the result."""


@dataclass(frozen=True, slots=True)
class FfmpegRun:
    """What a run of ffmpeg left behind.

    Attributes:
        exit_code: 0 if ffmpeg is content; the negative number of a signal if that ended it.
        written_seconds: How much was written, by ffmpeg's own account.
        messages: The last lines of its standard error, each with its level in brackets.
    """

    exit_code: int
    written_seconds: Fraction
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WaitingFfmpeg:
    """The runs of ffmpeg that a media process may make behind its walls.

    Attributes:
        runs: What waits to become ffmpeg, one process a run.
    """

    runs: list[WaitingProgram]

    def next_run(self) -> WaitingProgram:
        """Take one of the runs.

        Raises:
            MediaProcessError: More runs are wanted than the output announced.
        """
        if not self.runs:
            raise MediaProcessError("No further run of ffmpeg was announced by the output")
        return self.runs.pop(0)


def run_ffmpeg(
    program: str | WaitingFfmpeg, arguments: Sequence[str], targets: Sequence[Path], on_time: TimeListener
) -> FfmpegRun:
    """Run ffmpeg to its end.

    It stays in the process group of its caller: who ends the media process by its group ends ffmpeg with it. It is
    killed when `on_time` raises.

    Args:
        program: Path of the program, or what waits to become it.
        arguments: What `ffmpeg_command` wrote, with `-progress pipe:1` among them.
        targets: The files that it writes.
        on_time: Told how far it is, about twice a second, but only while ffmpeg gets on: a caller that hears nothing
            knows that it hangs.
    """
    messages: deque[str] = deque(maxlen=_KEPT_LINES)
    written = Fraction(0)
    with _started(program, arguments) as process:
        reader = threading.Thread(target=_keep_last, args=(_pipe(process.stderr), messages), daemon=True)
        reader.start()
        for written in _advances(_pipe(process.stdout), targets):
            on_time(written)
        exit_code = process.wait()
        reader.join()
    return FfmpegRun(exit_code, written, tuple(messages))


def ffmpeg_environment() -> dict[str, str]:
    """Return the environment that ffmpeg runs in."""
    return {name: os.environ[name] for name in _HANDED_DOWN if name in os.environ} | _ENVIRONMENT


class _Running(Protocol):
    @property
    def stdout(self) -> IO[bytes] | FileIO | None: ...

    @property
    def stderr(self) -> IO[bytes] | FileIO | None: ...

    def wait(self) -> int: ...


@contextmanager
def _started(program: str | WaitingFfmpeg, arguments: Sequence[str]) -> Iterator[_Running]:
    if isinstance(program, WaitingFfmpeg):
        run = program.next_run()
        try:
            run.begin(arguments)
            yield run
        finally:
            run.end()
        return
    # The program is the operator's choice; clients choose values in arguments, none of which is a shell's to read.
    with subprocess.Popen(  # noqa: S603
        [program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=ffmpeg_environment(),
        preexec_fn=partial(die_with_parent, os.getpid()),  # noqa: PLW1509 - it calls the kernel and takes no lock
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _pipe(pipe: IO[bytes] | FileIO | None) -> FileIO:
    return cast(FileIO, pipe)  # unbuffered, as it was opened


def _keep_last(pipe: FileIO, messages: deque[str]) -> None:
    # A line without end comes in pieces, of which only so many are kept: damaged sources make ffmpeg talk a lot.
    with BufferedReader(pipe) as lines:
        while line := lines.readline(_LINE_LIMIT):
            messages.append(line.decode(errors="replace").rstrip())


def _advances(pipe: FileIO, targets: Sequence[Path]) -> Iterator[Fraction]:
    """Yield how much is written each time that ffmpeg gets on.

    It reports its progress also when nothing changes, and reports nothing while it moves the index of a large file to
    the front; the file itself shows that.
    """
    written, last = Fraction(0), object()
    for report in _reports(pipe):
        microseconds = report.get("out_time_us", "")
        if microseconds.isdigit():
            # It tells the time of one stream or another, of which the last one may be behind.
            written = max(written, Fraction(int(microseconds), FFMPEG_CLOCK_HZ))
        state = (report.get("frame"), microseconds, *map(_changed_at, targets))
        if state != last:
            yield written
        last = state


def _reports(pipe: FileIO) -> Iterator[dict[str, str]]:
    """Yield the latest values that ffmpeg reported, after each report and when it is quiet."""
    values: dict[str, str] = {}
    rest = b""
    while True:
        if not select.select([pipe], [], [], _QUIET_SECONDS)[0]:
            yield values
            continue
        data = os.read(pipe.fileno(), 1 << 16)
        if not data:
            return
        *lines, rest = (rest + data).split(b"\n")
        values |= dict(line.decode(errors="replace").split("=", 1) for line in lines if b"=" in line)
        yield values


def _changed_at(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
