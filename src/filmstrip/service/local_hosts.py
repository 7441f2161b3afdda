"""Checks the servers that a local run names, before anything is waited for.

An outage is waited out, but an unknown name, or http where https is meant, stays wrong however long one waits.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from filmstrip.domain.errors import FilmstripError
from filmstrip.params.destination import Destination
from filmstrip.storage.s3.address import S3Address
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
        if not url.lower().startswith("file://"):
            await asyncio.to_thread(_check, url, settings, warn)


def _check(url: str, settings: StorageSettings, warn: Callable[[str], None]) -> None:
    host, port, is_https = _server_of(url, settings)
    try:
        with socket.create_connection((host, port), _LONGEST_SECONDS) as connection:
            if is_https and not _speaks_tls(connection, host):
                raise FilmstripError(_plain_http(url, host, port))
    except socket.gaierror:
        raise FilmstripError(
            f'The host "{host}" cannot be found: its name does not resolve. Look at its spelling; '
            "an S3 place on a server of its own is written s3://HOST[:PORT]/BUCKET/KEY"
        ) from None
    except UnicodeError:
        raise FilmstripError(f'"{host}" is not the name of a host') from None
    except OSError as error:
        reason = (error.strerror or "it does not answer").lower()
        warn(f'"{host}:{port}" cannot be reached now ({reason}); it is tried again for a while')


def _server_of(url: str, settings: StorageSettings) -> tuple[str, int, bool]:
    if url.lower().startswith("s3://"):
        address = S3Address.parse(Destination.model_validate(url).url, settings.plain_http_hosts, FilmstripError)
        return address.host, address.connected_port, address.is_https
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise FilmstripError("The source is not a URL that can be fetched: its host or port makes no sense") from None
    is_https = parts.scheme.lower() == "https"
    return host, port or (443 if is_https else 80), is_https


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


def _plain_http(url: str, host: str, port: int) -> str:
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if url.lower().startswith("s3://"):
        return (
            f'"{place}" does not speak https; if http is meant, give --endpoint http://{place}, or set '
            f"FILMSTRIP_PLAIN_HTTP_HOSTS={place}"
        )
    return f'"{place}" does not speak https; if http is meant, the URL begins with http://'
