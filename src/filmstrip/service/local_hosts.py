"""Checks the servers that a local run names, before anything is waited for.

An outage is waited out, but an unknown name, or http where https is meant, stays wrong however long one waits.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence

from filmstrip.domain.errors import FilmstripError
from filmstrip.domain.schemes import is_local, scheme_of
from filmstrip.storage.schemes.registry import server_of
from filmstrip.storage.settings import StorageSettings

_LONGEST_SECONDS = 5.0
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE")


async def check_hosts(urls: Sequence[str], settings: StorageSettings, warn: Callable[[str], None]) -> None:
    """Look whether each server is there and speaks what its URL says.

    Args:
        urls: Of sources and destinations, without credentials or with them.
        settings: Which hosts are spoken to by http.
        warn: Told of a server that does not answer now, but may a little later.

    Raises:
        FilmstripError: Waiting will not help; says what to set.
    """
    for url in dict.fromkeys(urls):
        if not is_local(url):
            await asyncio.to_thread(_check, url, settings, warn)


def _check(url: str, settings: StorageSettings, warn: Callable[[str], None]) -> None:
    server = server_of(url, settings)
    if server is None:
        return
    host, port = server.host, server.port
    try:
        with socket.create_connection((host, port), _LONGEST_SECONDS) as connection:
            if server.is_https and not _speaks_tls(connection, host):
                raise FilmstripError(f'"{server.place}" does not speak https; if http is meant, {server.http_advice}')
    except socket.gaierror:
        scheme = scheme_of(url)
        form = f"; such a place is written {scheme.destination_form}" if scheme and scheme.destination_form else ""
        raise FilmstripError(
            f'The host "{host}" cannot be found: its name does not resolve. Look at its spelling{form}'
        ) from None
    except UnicodeError:
        raise FilmstripError(f'"{host}" is not the name of a host') from None
    except OSError as error:
        reason = (error.strerror or "it does not answer").lower()
        warn(f'"{host}:{port}" cannot be reached now ({reason}); it is tried again for a while')


def _speaks_tls(connection: socket.socket, host: str) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # It is only asked whether this is TLS at all; whom to trust is judged by those who send something.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with context.wrap_socket(connection, server_hostname=host):
            return True
    except ssl.SSLError as error:
        return not any(reason in str(error) for reason in _NO_TLS)
    except (OSError, ValueError):
        return True
