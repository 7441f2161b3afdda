"""Who asks, and by which address of ours: from the connection, or from proxies that the operator trusts."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache

from aiohttp import web

_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]{1,255}")
_IPV6_NETWORK_BITS = 64
"""What one subscriber gets, so what counts as one address (RFC 6177, 2)."""


def client_of(request: web.Request, trusted: Sequence[str]) -> str:
    """Return the client's address: behind trusted proxies, the last one in X-Forwarded-For that is none of them."""
    address = request.remote or ""
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", []))
    for entry in reversed(forwarded.split(",")):
        if not is_trusted(address, tuple(trusted)) or not _parsed(entry.strip()):
            break
        address = entry.strip()
    return address


def origin_of(request: web.Request, trusted: Sequence[str]) -> str:
    """Return scheme and host by which the client reaches us, as trusted proxies tell it."""
    scheme, host = request.scheme, request.host
    if is_trusted(request.remote or "", tuple(trusted)):
        told = _last(request, "X-Forwarded-Proto").lower()
        scheme = told if told in {"http", "https"} else scheme
        told = _last(request, "X-Forwarded-Host")
        host = told if _HOST.fullmatch(told) else host
    return f"{scheme}://{host}"


def counted_as(address: str) -> str:
    """Return what an address counts as when clients are counted: itself, or its IPv6 network."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, _IPV6_NETWORK_BITS), strict=False))
    return address


@lru_cache(maxsize=1024)
def is_trusted(address: str, trusted: tuple[str, ...]) -> bool:
    """Check whether an address is that of a trusted proxy."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return parsed is not None and any(parsed in ipaddress.ip_network(network, strict=False) for network in trusted)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address.partition("%")[0].strip("[]"))
    except ValueError:
        return None


def _last(request: web.Request, name: str) -> str:
    """Return the last value of a header: what the proxy next to us added."""
    return ",".join(request.headers.getall(name, [])).rpartition(",")[2].strip()
