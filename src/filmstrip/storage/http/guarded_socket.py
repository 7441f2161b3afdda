"""Sockets that give up on a sender that trickles: silence has a limit by itself, a byte every few seconds has not.

waiting for the answer     the first byte has the socket's own timeout, the whole head a deadline
then, while it arrives     time spent waiting, and bytes: each full window has to have the minimum rate

Where that is asked for, the answer as a whole has a deadline instead, which no wait goes beyond.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast


class _Guard:
    """Counts what arrives of one answer, and how long was waited for it."""

    def __init__(self) -> None:
        self.restart(0.0, 0.0)

    def restart(self, bytes_per_second: float, window_seconds: float, deadline: float | None = None) -> None:
        """Begin to wait for another answer."""
        self.bytes_per_second = bytes_per_second
        self.window_seconds = window_seconds
        self.deadline = deadline
        self.head_deadline: float | None = None
        self._has_begun = False
        self._waited_seconds = 0.0
        self._received_bytes = 0

    def seconds_left(self) -> float | None:
        """Return how long the answer may still take, None for any time.

        Raises:
            TimeoutError: It takes too long.
        """
        if self.deadline is None:
            return None
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("The answer takes too long")
        return seconds

    def count(self, waited_seconds: float, received_bytes: int) -> None:
        """Count a piece that arrived.

        Raises:
            TimeoutError: It arrives too slowly.
        """
        if self.head_deadline is not None and time.monotonic() > self.head_deadline:
            raise TimeoutError("The head of the answer takes too long")
        if self._has_begun:
            self._waited_seconds += waited_seconds
        self._has_begun = True
        self._received_bytes += received_bytes
        if self._waited_seconds >= self.window_seconds > 0:
            if self._received_bytes < self._waited_seconds * self.bytes_per_second:
                raise TimeoutError("The answer arrives too slowly")
            self._waited_seconds, self._received_bytes = 0.0, 0


class _Guarded:
    """What both kinds of sockets do."""

    @property
    def guard(self) -> _Guard:
        """What judges how fast answers arrive."""
        # `SSLSocket` is made by a class method that knows no attributes of ours.
        return cast("_Guard", self.__dict__.setdefault("_guard", _Guard()))

    def recv_into(self, *arguments: Any, **options: Any) -> int:
        """Receive, and judge how fast."""
        if (seconds := self.guard.seconds_left()) is not None:
            super().settimeout(seconds)  # type: ignore[misc]
        began = time.monotonic()
        received: int = super().recv_into(*arguments, **options)  # type: ignore[misc]
        self.guard.count(time.monotonic() - began, received)
        return received


class GuardedSocket(_Guarded, socket.socket):
    """A socket for plain connections."""


class GuardedTlsSocket(_Guarded, ssl.SSLSocket):
    """A socket for TLS connections; `SSLContext.sslsocket_class` makes them."""


def guarded(plain: socket.socket) -> GuardedSocket:
    """Turn a connected socket into a guarded one."""
    timeout_seconds = plain.gettimeout()
    made = GuardedSocket(plain.family, plain.type, plain.proto, fileno=plain.detach())
    made.settimeout(timeout_seconds)
    return made


def expect_answer(
    connection: object, bytes_per_second: float, window_seconds: float, deadline: float | None = None
) -> None:
    """Say that a request goes out over a connection, whose answer has to arrive at this rate at least.

    Args:
        connection: The socket.
        bytes_per_second: The rate.
        window_seconds: Over how much waiting it is measured.
        deadline: When all that is wanted of the answer has to be there, by the monotonic clock; None for any time.
    """
    if isinstance(connection, _Guarded):
        connection.guard.restart(bytes_per_second, window_seconds, deadline)


@contextmanager
def head_within(connection: object, seconds: float | None) -> Iterator[None]:
    """Read the head of an answer in the block; it fails if it takes longer."""
    guard = connection.guard if isinstance(connection, _Guarded) and seconds else None
    if guard is not None and seconds:
        guard.head_deadline = time.monotonic() + seconds
    try:
        yield
    finally:
        if guard is not None:
            guard.head_deadline = None
