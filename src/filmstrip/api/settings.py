"""Settings of the API: how much a client may ask for, how long it may take, and whom it may be behind."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

AtLeastOne = Annotated[int, Field(ge=1, le=10**9, description="a whole number from 1 to 1000000000")]


def _is_network(entry: str) -> str:
    ipaddress.ip_network(entry, strict=False)
    return entry


Network = Annotated[
    str,
    AfterValidator(_is_network),
    Field(description='an address or a network as "127.0.0.1", "10.0.0.0/8" or "fd00::/8"'),
]


_RATE = r"[1-9][0-9]{0,8} ?/ ?(second|minute|hour|day)"

Rates = Annotated[
    str,
    Field(
        pattern=rf"^(none|{_RATE}( ?; ?{_RATE})*)$",
        description='limits as "100/second; 5000/minute" (or hour, day), or "none"',
    ),
]


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Settings of the API.

    Attributes:
        max_body_kb: Largest body of a request, in KiB; a larger one is answered by HTTP status 413.
        max_outputs: Most outputs of one task.
        max_waiting_tasks: Most tasks of one API key that were created and not started; one that was not started for a
            week is forgotten.
        head_seconds: How long a client may take to send the head of a request; 0 for as long as it likes.
        body_seconds: How long a client may take to send the body of a request; 0 for as long as it likes.
        idle_seconds: How long a connection may stay open between two requests, and how long an answer may wait for a
            client that takes none of it.
        max_connections: Most connections at a time; fewer if the process may not open enough files.
        max_connections_per_address: Most connections at a time from one address, an IPv6 network of 64 bits counting as
            one; `trusted_proxies` are not counted.
        trusted_proxies: Proxies in front of the service, by address or network: their X-Forwarded-For tells who the
            client is, their X-Forwarded-Proto and X-Forwarded-Host how it reached the service.
        wrong_keys: How many wrong API keys an address may send before the answers to further ones are delayed, by 1
            second, 2, 4 and so on; what it did is forgotten 15 minutes after the last one.
        wrong_key_pause_seconds: Longest delay of the answer to a wrong API key. A right key is never delayed.
        requests_per_address: How many requests of one address are answered, an IPv6 network of 64 bits counting as one.
            Uploads, downloads and health checks are not counted. A request too many is refused before it is read, with
            error 8 and the seconds to wait in `retry_after`.
        requests_per_key: How many requests with one API key, its sessions and its tasks are answered. Those for the
            status of its tasks are counted apart, by the same limits, from whichever addresses they come.
    """

    max_body_kb: AtLeastOne = 1024
    max_outputs: AtLeastOne = 100
    max_waiting_tasks: AtLeastOne = 1000
    head_seconds: float = 10.0
    body_seconds: float = 60.0
    idle_seconds: float = 75.0
    max_connections: AtLeastOne = 500
    max_connections_per_address: AtLeastOne = 100
    trusted_proxies: tuple[Network, ...] = ()
    wrong_keys: int = 5
    wrong_key_pause_seconds: float = 60.0
    requests_per_address: Rates = "200/second; 6000/minute"
    requests_per_key: Rates = "200/second; 6000/minute"

    @property
    def max_body_bytes(self) -> int:
        """Largest body of a request in bytes."""
        return self.max_body_kb << 10
