"""Which addresses and hosts may be connected to."""

from __future__ import annotations

import ipaddress
import socket

import pytest

from filmstrip.domain.errors import HostNotAllowedError
from filmstrip.storage.egress.policy import EgressPolicy, SocketAddress, is_public, split_port

PRIVATE = [
    *("127.0.0.1", "127.255.0.1", "0.0.0.0", "10.1.2.3", "100.64.0.1", "169.254.169.254", "172.31.0.1", "192.168.1.1"),
    *("224.0.0.1", "255.255.255.255", "168.63.129.16", "192.88.99.1", "198.18.0.1"),
    *("::1", "::", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
    *("fe80::1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "2001::1", "64:ff9b:1::1"),
]
PUBLIC = ["1.1.1.1", "93.184.216.34", "192.0.66.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]


def _policy(*private_hosts: str, answers: tuple[str, ...] = ("10.0.0.5",)) -> EgressPolicy:
    def resolve(_host: str, port: int) -> list[tuple[socket.AddressFamily, SocketAddress]]:
        return [
            (socket.AF_INET6, (answer, port, 0, 0)) if ":" in answer else (socket.AF_INET, (answer, port))
            for answer in answers
        ]

    return EgressPolicy(private_hosts, resolve)


@pytest.mark.parametrize("address", PRIVATE)
def test_special_addresses_are_not_public(address: str) -> None:
    """No loopback, private, metadata, multicast or otherwise special address counts as the internet."""
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_ordinary_addresses_are_public(address: str) -> None:
    """Addresses of the internet are allowed, also where IPv6 carries them."""
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "allowed", ["minio", "MINIO.", "minio:9000", "10.0.0.5", "10.0.0.5:9000", "10.0.0.0/8", "10.0.0.5/8"]
)
def test_the_operator_allows_a_host(allowed: str) -> None:
    """A private host is allowed by name, address or network, with its port or with any."""
    _policy(allowed).judge("minio", 9000)


@pytest.mark.parametrize(
    "allowed", ["minio:9001", "mini", "minio.example", "10.0.0.6", "10.0.0.5:80", "192.168.0.0/16"]
)
def test_what_was_not_allowed_is_refused(allowed: str) -> None:
    """Another port, name or network does not allow a host; the message names the host and the setting."""
    with pytest.raises(HostNotAllowedError, match=r'"minio".*private_hosts'):
        _policy(allowed).judge("minio", 9000)


def test_loopback_has_to_be_named() -> None:
    """Without a setting, not even localhost may be used."""
    with pytest.raises(HostNotAllowedError):
        _policy(answers=("127.0.0.1", "::1")).judge("localhost", 80)
    _policy("localhost", answers=("127.0.0.1", "::1")).judge("localhost", 80)


def test_an_allowed_name_needs_no_judgement_of_its_addresses() -> None:
    """The operator's word for a name, or for a literal address, covers all connections to it."""
    assert _policy("minio:9000").names("Minio.", 9000)
    assert _policy("127.0.0.0/8").names("127.0.0.1", 80)
    assert not _policy("127.0.0.0/8").names("localhost", 80)


def test_one_public_address_is_enough_but_only_it_is_used() -> None:
    """A name with a private and a public address is allowed, and leads to the public one only."""
    policy = _policy(answers=("10.0.0.5", "1.1.1.1"))
    assert [address for _family, address in policy._allowed("both.example", 80)] == [("1.1.1.1", 80)]


@pytest.mark.parametrize(
    "spelling", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0"]
)
def test_odd_spellings_of_loopback_are_refused(spelling: str) -> None:
    """However an address is spelled, what counts is where the connection would go."""
    with pytest.raises(HostNotAllowedError):
        EgressPolicy(()).judge(spelling, 80)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("minio", "minio", None),
        ("Minio.Example.:9000", "minio.example", 9000),
        ("[fd00::1]:9000", "fd00::1", 9000),
        ("fd00::1", "fd00::1", None),
        ("10.0.0.0/8", "10.0.0.0/8", None),
    ],
)
def test_host_and_port_are_split(text: str, host: str, port: int | None) -> None:
    """Hosts are written with or without a port, IPv6 addresses in brackets if with one."""
    assert split_port(text) == (host, port)
