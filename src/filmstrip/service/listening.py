"""The service's sockets, taken before any work begins: a port in use is then found before anything is changed."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from filmstrip.domain.errors import FilmstripError

_BACKLOG = 128


@contextmanager
def listening_sockets(host: str, port: int) -> Iterator[Sequence[socket.socket]]:
    """Listen on all addresses of a host until the block ends; who connects is answered when the service runs.

    Args:
        host: An address, or a name that may have several.
        port: A port, or 0 for any free one.

    Raises:
        FilmstripError: There is no such address here, or the port is taken.
    """
    with ExitStack() as opened:
        sockets: list[socket.socket] = []
        try:
            for family, address in _addresses(host, port):
                chosen = sockets[0].getsockname()[1] if sockets else port
                listener = socket.create_server((address, chosen), family=family, backlog=_BACKLOG)
                sockets.append(opened.enter_context(listener))
        except OSError as error:
            raise FilmstripError(f"Cannot listen on {host}, port {port}: {error.strerror}") from None
        except UnicodeError:
            raise FilmstripError(f"Cannot listen on {host}, port {port}: that is not the name of a host") from None
        yield sockets


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))


def address_of(listener: socket.socket) -> str:
    """Return the address under which a listening socket is reached, such as http://127.0.0.1:8080."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
