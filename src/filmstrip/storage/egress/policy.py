"""Which hosts a client may make us talk to: one judgement, on the very address that is connected to.

A name is resolved once, each address is judged, and the connection goes to an address that was judged. So neither odd
spellings of an address, nor redirects, nor a name server that changes its answer lead to an inner network.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from filmstrip.domain.errors import HostNotAllowedError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
SocketAddress = tuple[str, int] | tuple[str, int, int, int]
Resolver = Callable[[str, int], Sequence[tuple[socket.AddressFamily, SocketAddress]]]

# The special-purpose registries of IANA (RFC 6890 and its updates). `is_global` of Python 3.11 lets multicast, 6to4,
# NAT64 and site-local addresses through, so the list stands here.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in [
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # the platform service of Azure, which is not in the registries
        *("2001::/23", "2001:db8::/32", "3fff::/20"),
    ]
)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # RFC 4291, 2.4: everything else is not the public internet
_THIS_MACHINE = "localhost"  # RFC 6761, 6.3, with all names below it
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052, 2.1


def _resolve(host: str, port: int) -> list[tuple[socket.AddressFamily, SocketAddress]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (ValueError, OverflowError) as error:  # no name could look like this, no port be so large
        raise socket.gaierror(f"{host}: {error}") from None
    return [(family, address) for family, _type, _protocol, _name, address in found]  # type: ignore[misc]


def carried_address(address: IpAddress) -> IpAddress:
    """Return the IPv4 address that an IPv6 address carries (mapped, NAT64, 6to4), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def is_public(address: IpAddress) -> bool:
    """Return whether an address belongs to the public internet."""
    address = carried_address(address)
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return not any(address.version == network.version and address in network for network in _NOT_PUBLIC)


def split_port(text: str) -> tuple[str, int | None]:
    """Split "host:port", "[v6]:port", "host" or a bare IPv6 address."""
    host, colon, port = text.rpartition(":")
    if colon and port.isdigit() and (":" not in host or host.startswith("[")):
        return normal_host(host), int(port)
    return normal_host(text), None


def normal_host(host: str) -> str:
    """Write a host name as it is compared: lower case, without brackets and the root's dot."""
    return host.strip("[]").lower().removesuffix(".")


@dataclass(frozen=True, slots=True)
class _Permission:
    """One entry of `private_hosts`: a name or a network, at one port or at all of them."""

    name: str | None
    network: IpNetwork | None
    port: int | None

    @classmethod
    def parse(cls, entry: str) -> _Permission:
        host, port = split_port(entry.strip())
        try:
            return cls(None, ipaddress.ip_network(host, strict=False), port)
        except ValueError:
            return cls(host, None, port)

    def covers_name(self, host: str, port: int) -> bool:
        return self.name == normal_host(host) and self.port in {None, port}

    def covers_address(self, address: IpAddress, port: int) -> bool:
        network = self.network
        return (
            network is not None
            and network.version == address.version
            and address in network
            and self.port in {None, port}
        )


class EgressPolicy:
    """Judges hosts and addresses, and connects to those that are allowed."""

    def __init__(self, private_hosts: Sequence[str], resolve: Resolver = _resolve) -> None:
        """Allow the public internet and `private_hosts`, written as in `StorageSettings`."""
        self._permissions = tuple(_Permission.parse(entry) for entry in private_hosts)
        self._resolve = resolve

    def names(self, host: str, port: int) -> bool:
        """Return whether the operator allows this very host, so that no address of it needs to be judged."""
        try:
            address = ipaddress.ip_address(normal_host(host))
        except ValueError:
            return any(permission.covers_name(host, port) for permission in self._permissions)
        return self._allows(address, port)

    def judge(self, host: str, port: int) -> None:
        """Refuse a host that has no address which may be used.

        Raises:
            HostNotAllowedError: The operator does not allow it.
            OSError: Its name cannot be resolved.
        """
        next(self._allowed(host, port))

    def judge_address(self, host: str, port: int) -> None:
        """Refuse what is an address by itself, or a name of this machine, and may not be used; ask no name server.

        Raises:
            HostNotAllowedError: The operator does not allow it.
        """
        try:
            ipaddress.ip_address(normal_host(host).partition("%")[0])
        except ValueError:
            name = normal_host(host)
            if name != _THIS_MACHINE and not name.endswith(f".{_THIS_MACHINE}"):
                return
            if self.names(host, port):
                return
            host = "127.0.0.1"
        next(self._allowed(host, port))

    def can_be(self, host: str, port: int) -> bool:
        """Check whether a host may be used, as far as its name tells: one of one part is none of the internet's.

        Where the operator allows networks, such a name may be of them; only a name server knows.
        """
        is_whole = "." in normal_host(host) or ":" in host
        return is_whole or self.names(host, port) or any(permission.network for permission in self._permissions)

    def connect(self, host: str, port: int, timeout_seconds: float | None) -> socket.socket:
        """Connect to the first address that is allowed and answers.

        Raises:
            HostNotAllowedError: No address of the host may be used.
            OSError: None of the allowed ones answers.
        """
        failure: OSError | None = None
        for family, address in self._allowed(host, port):
            connection = socket.socket(family, socket.SOCK_STREAM)
            try:
                connection.settimeout(timeout_seconds)
                connection.connect(address)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure or OSError(f"{host} has no address")

    def _allowed(self, host: str, port: int) -> Iterator[tuple[socket.AddressFamily, SocketAddress]]:
        addresses = self._resolve(normal_host(host), port)
        allowed = [found for found in addresses if self._may_connect(host, port, found[1])]
        if not allowed:
            raise HostNotAllowedError(
                f'The host "{host}" is at a private or reserved address; the operator of this service can allow it '
                "by the setting private_hosts"
            )
        yield from allowed

    def _may_connect(self, host: str, port: int, address: SocketAddress) -> bool:
        ip = ipaddress.ip_address(address[0].split("%")[0])
        return self.names(host, port) or is_public(ip) or self._allows(ip, port)

    def _allows(self, address: IpAddress, port: int) -> bool:
        return any(permission.covers_address(carried_address(address), port) for permission in self._permissions)
