"""A relay in front of a real server that cuts connections after so many bytes of the client, as bad networks do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_PIECE = 64 << 10


@dataclass
class CuttingRelay:
    """A running one.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        cuts: After how many bytes the next large connections are cut, one each; later ones are left alone.
        answer_cuts: The same for what the server sends.
        done: How many were cut.
        holds_after: After how many bytes of a client nothing more of it is passed on; None for all.
        is_holding: Is set when that is so of one.
    """

    port: int
    cuts: list[int] = field(default_factory=list)
    answer_cuts: list[int] = field(default_factory=list)
    done: int = 0
    holds_after: int | None = None
    is_holding: threading.Event = field(default_factory=threading.Event)


@contextmanager
def running_cutting_relay(real_port: int) -> Iterator[CuttingRelay]:
    """Relay until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = CuttingRelay(listener.getsockname()[1])
        thread = threading.Thread(target=_accept, args=(listener, real_port, relay), daemon=True)
        thread.start()
        yield relay
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def _accept(listener: socket.socket, real_port: int, relay: CuttingRelay) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            server = socket.create_connection(("127.0.0.1", real_port))
            threading.Thread(target=_there, args=(client, server, relay), daemon=True).start()
            threading.Thread(target=_back, args=(server, client, relay), daemon=True).start()


def _there(client: socket.socket, server: socket.socket, relay: CuttingRelay) -> None:
    passed = 0
    with client, server, suppress(OSError):
        while data := client.recv(_PIECE):
            passed += len(data)
            if relay.cuts and passed >= relay.cuts[0]:
                del relay.cuts[0]
                relay.done += 1
                server.sendall(data)
                # The other thread waits on both: closing alone would end nothing.
                server.shutdown(socket.SHUT_RDWR)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset
                return
            if relay.holds_after is not None and passed > relay.holds_after:
                relay.is_holding.set()
                continue
            server.sendall(data)
        server.shutdown(socket.SHUT_WR)


def _back(server: socket.socket, client: socket.socket, relay: CuttingRelay) -> None:
    passed = 0
    with suppress(OSError):
        while data := server.recv(_PIECE):
            passed += len(data)
            if relay.answer_cuts and passed >= relay.answer_cuts[0]:
                del relay.answer_cuts[0]
                relay.done += 1
                # The other thread waits on both.
                server.shutdown(socket.SHUT_RDWR)
                client.shutdown(socket.SHUT_RDWR)
                return
            client.sendall(data)
        client.shutdown(socket.SHUT_WR)
