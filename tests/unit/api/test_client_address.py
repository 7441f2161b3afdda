"""Who asks, behind proxies that are trusted and those that are not?"""

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from filmstrip.api.client_address import client_of, counted_as, is_trusted, origin_of

PROXIES = ("127.0.0.0/8", "10.0.0.0/8", "fd00::/8")


def asked(*forwarded: str, remote: str = "127.0.0.1", trusted: tuple[str, ...] = PROXIES) -> str:
    headers = CIMultiDict([("X-Forwarded-For", value) for value in forwarded])
    return client_of(make_mocked_request("GET", "/", headers).clone(remote=remote), trusted)


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ([], "127.0.0.1"),
        (["198.51.100.7"], "198.51.100.7"),
        (["192.0.2.1, 198.51.100.7"], "198.51.100.7"),
        (["192.0.2.1", "198.51.100.7, 10.1.2.3"], "198.51.100.7"),
        (["198.51.100.7, nonsense"], "127.0.0.1"),
        (["10.1.2.3, 10.1.2.4"], "10.1.2.3"),
        (["2001:db8::1, ::ffff:10.0.0.1"], "2001:db8::1"),
        ([""], "127.0.0.1"),
    ],
)
def test_the_last_one_that_is_no_proxy_is_the_client(forwarded: list[str], client: str) -> None:
    """What a client writes into the header itself stands left of what the proxies add, and is never reached."""
    assert asked(*forwarded) == client


def test_whoever_is_not_trusted_speaks_for_itself() -> None:
    """A client that connects by itself cannot be somebody else."""
    assert asked("198.51.100.7", remote="192.0.2.9") == "192.0.2.9"
    assert asked("198.51.100.7", trusted=()) == "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_a_network_of_ipv6_counts_as_one(address: str, counted: str) -> None:
    """One subscriber has 2^64 addresses, and is one client."""
    assert counted_as(address) == counted
    assert is_trusted("::ffff:10.0.0.1", PROXIES)


def test_a_proxy_tells_the_address_that_was_used() -> None:
    """Scheme and host come from a trusted proxy, if they are ones."""
    headers = {"Host": "inside:8080", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "video.example.com"}
    request = make_mocked_request("GET", "/", headers).clone(remote="127.0.0.1")
    assert origin_of(request, PROXIES) == "https://video.example.com"
    assert origin_of(request, ()) == "http://inside:8080"
    hostile = {"Host": "inside", "X-Forwarded-Proto": "javascript", "X-Forwarded-Host": 'a"><b'}
    request = make_mocked_request("GET", "/", hostile).clone(remote="127.0.0.1")
    assert origin_of(request, PROXIES) == "http://inside"
