"""Terms with the shell: closed streams, signals that end the program, and what cannot be written."""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
from collections.abc import MutableMapping
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP)
_SIGNALLED = 128
_STREAMS = 3
_received: list[int] = []
_OF_OTHER_PROGRAMS = re.compile(r"AWS_(SERVER_SIDE_ENCRYPTION|SSE_|CHECKSUM_ALGORITHM)|AZURE_", re.IGNORECASE)


def open_closed_streams() -> None:
    """Lead standard streams that are closed nowhere, so that no file is opened in their place and written to as one."""
    for descriptor in range(_STREAMS):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    # They are for the whole life of the program.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


def drop_foreign_settings(environ: MutableMapping[str, str] = os.environ) -> None:
    """Take variables away that the S3 client would apply to the places of every client, and nothing else reads."""
    for name in [name for name in environ if _OF_OTHER_PROGRAMS.match(name)]:
        del environ[name]


def end_as_interrupted() -> None:
    """Let SIGTERM and SIGHUP end the program as Ctrl-C does: its folders are removed, its children ended.

    What is ignored stays so, as `nohup` wants it, and scripts want it of SIGINT for what they put into the background:
    there, its handler is called, not the signal raised.
    """
    for number in _ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    _received.append(number)
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.SIG_IGN:
        signal.default_int_handler(signal.SIGINT, frame)
    elif callable(handler) and signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []):
        handler(signal.SIGINT, frame)
    else:
        signal.raise_signal(signal.SIGINT)


def interruption() -> tuple[str, int]:
    """Return what interrupted the program, in a word, and the exit code that says so (POSIX, 2.8.2)."""
    number = signal.Signals(_received[0]) if _received else signal.SIGINT
    return ("interrupted" if number == signal.SIGINT else f"ended by {number.name}"), _SIGNALLED + number


def explain(error: OSError) -> str:
    """Say what the system refused."""
    reason = error.strerror or type(error).__name__
    if isinstance(error, FileNotFoundError) and _is_folder_gone():
        return "The current folder is gone; change to one that is there"
    if error.filename is not None:
        return f'"{os.fsdecode(error.filename)}" cannot be used: {reason}'
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}:
        return f"Standard output cannot be written: {reason}"
    return f"The system refused: {reason}"


def _is_folder_gone() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - Path.cwd() is the same
    except FileNotFoundError:
        return True
    return False


def drop_unwritten() -> None:
    """Write what waits for standard streams; what they cannot take is forgotten, or the interpreter complains of it."""
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        try:
            stream.flush()
        except (OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)
