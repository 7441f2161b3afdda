"""A server of which a test writes every byte: for answers that no proper server gives."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

END_SECONDS = 10


@dataclass
class RawServer:
    """A running one.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        heads: The head of each request that came, in order.
        ended: Set when the test is over: a handler that waits, waits for this.
    """

    port: int
    heads: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def url(self, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}/film.mp4"

    def trickle(self, connection: socket.socket, data: bytes, pause_seconds: float) -> None:
        """Send a byte at a time, until the data or the test ends, or nobody listens."""
        for byte in data:
            connection.sendall(bytes([byte]))
            if self.ended.wait(pause_seconds):
                return


Handler = Callable[[RawServer, socket.socket, str], None]
"""Answers a request, of which it gets the head; the connection is closed when it returns."""


def read_head(connection: socket.socket) -> str:
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(4096)
        if not piece:
            break
        head += piece
    return head.decode("latin-1")


@contextmanager
def running_raw_server(
    handler: Handler = lambda *_: None, first: Callable[[RawServer, socket.socket], None] | None = None
) -> Iterator[RawServer]:
    """Run a server until the end of the block; `first` takes the connection instead, before anything is read."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = RawServer(listener.getsockname()[1])

        def answer(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.settimeout(60)
                if first is not None:
                    first(server, connection)
                    return
                head = read_head(connection)
                server.heads.append(head)
                handler(server, connection, head)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(target=answer, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(END_SECONDS)


def asked_range(head: str) -> tuple[int, int | None] | None:
    """Read the half-open range that a request asks for."""
    for line in head.split("\r\n"):
        if line.lower().startswith("range: bytes="):
            first, _, last = line.split("=")[1].partition("-")
            return int(first), int(last) + 1 if last else None
    return None
