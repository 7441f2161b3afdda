"""What an address on a server with users means."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from filmstrip.domain.errors import DestinationRefusedError, SourceForbiddenError
from filmstrip.params.destination import Destination
from filmstrip.storage.ftp.address import FtpAddress
from filmstrip.storage.host_place import HostPlace
from filmstrip.storage.sftp.address import parse_sftp


def _ftp(url: str, **more: object) -> FtpAddress:
    return FtpAddress.parse(Destination.model_validate({"url": url} | more), DestinationRefusedError)


def _sftp(url: str) -> HostPlace:
    return parse_sftp(Destination.model_validate({"url": url, "key": "u", "secret": "p"}), DestinationRefusedError)


@pytest.mark.parametrize(
    ("url", "user", "secret", "host", "port", "path"),
    [
        ("ftp://h/a/b.mp4", None, None, "h", 21, "a/b.mp4"),
        ("ftp://u:p@h:2121/a%20b.mp4", "u", "p", "h", 2121, "a b.mp4"),
        ("FTP://u:p@H/a", "u", "p", "h", 21, "a"),
        ("ftp://me@example.com:p@h/a", "me@example.com", "p", "h", 21, "a"),
        ("ftp://me%40example.com:p%2Fw%25%40@h/a", "me@example.com", "p/w%@", "h", 21, "a"),
        ("ftp://u:p/w%25@h/a@2x.mp4", "u", "p/w%", "h", 21, "a@2x.mp4"),
        ("ftp://u@h:22/a@b/c", "u", None, "h", 22, "a@b/c"),
        ("ftp://u:p@[::1]:2121/a", "u", "p", "::1", 2121, "a"),
        ("ftp://h//srv/a", None, None, "h", 21, "/srv/a"),
        ("ftp://h/%2Fsrv/a", None, None, "h", 21, "/srv/a"),
        ("ftps://h/a", None, None, "h", 990, "a"),
    ],
)
def test_an_ftp_address_is_read(
    url: str, user: str | None, secret: str | None, host: str, port: int, path: str
) -> None:
    """Login, server and path, as RFC 1738 has them; a path counts from where the login leads to."""
    place = _ftp(url).place
    assert (place.user, place.secret, place.host, place.port, place.path) == (user, secret, host, port, path)
    assert f":{secret}@" not in place.url
    assert "secret" not in repr(place)


def test_tls_begins_with_the_connection_at_its_own_port_alone() -> None:
    """Elsewhere it is asked for by a command (RFC 4217)."""
    assert _ftp("ftps://h/a").is_implicit
    assert [_ftp(url).is_encrypted for url in ("ftps://h/a", "ftps://h:21/a", "ftp://h/a")] == [True, True, False]
    assert not _ftp("ftps://h:21/a").is_implicit
    assert _ftp("ftp://h/a", use_tls="1").is_encrypted
    assert not _ftp("ftp://h/a", use_tls=1).is_implicit


def test_the_port_may_stand_beside_the_url() -> None:
    """Then the address that is told has it."""
    place = _ftp("ftp://h/a", tcp_port="2121").place
    assert (place.port, place.url) == (2121, "ftp://h:2121/a")
    with pytest.raises(ValidationError, match="2122 is not the port of the URL, 2121: leave one of them out"):
        Destination.model_validate({"url": "ftp://h:2121/a", "tcp_port": 2122})


def test_an_sftp_path_counts_from_the_root_unless_it_says_otherwise() -> None:
    """`/~/` is where the login leads to."""
    paths = {url: _sftp(url).path for url in ("sftp://h/a/b", "sftp://h/~/a/b", "sftp://h//a", "sftp://h/~a")}
    assert list(paths.values()) == ["/a/b", "a/b", "/a", "/~a"]
    assert _sftp("sftp://h/a/b/").path_of("c/d.vtt") == "/a/b/c/d.vtt"
    assert _sftp("sftp://h/").path_of("c.vtt") == "/c.vtt"
    assert _sftp("sftp://h/a b/").locate("c d.vtt").url == "sftp://h/a b/c%20d.vtt"


@pytest.mark.parametrize(
    "url",
    ["ftp://h:99999/a", "ftp://h:0/a", "ftp://h/../a", "ftp://h/a/../../b", "ftp://h/a%0d%0aDELE%20b", "ftp://h/a//b"],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """With a sentence, and nothing is sent."""
    with pytest.raises((DestinationRefusedError, ValidationError)):
        _ftp(url)


@pytest.mark.parametrize("scheme", ["ftp", "sftp", "s3", "S3"])
@pytest.mark.parametrize("login", [":secret-4711@", "u:secret/4711@:", "a:secret-4711@b@", ":secret/4711@"])
def test_no_mistake_shows_a_secret(scheme: str, login: str) -> None:
    """Wherever it stands in an address that is none."""
    for url in (f"{scheme}://{login}h/bucket/a", f"{scheme}://{login}/bucket/a"):
        try:
            place = Destination.model_validate({"url": url})
            told = place.url + repr(place)
        except ValidationError as error:
            told = str(error)
        assert "4711" not in told


def test_a_private_key_may_be_the_secret_of_sftp_alone() -> None:
    """A text of several lines is one there; elsewhere a line end comes from copying."""
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n"
    place = Destination.model_validate({"url": "sftp://h/a", "key": "u", "secret": key})
    assert place.secret is not None
    assert place.secret.get_secret_value() == key
    for url, secret in (
        ("sftp://h/a", "two\nlines"),
        ("ftp://h/a", key),
        ("s3://h/b/k", key),
        ("sftp://h/a", key + "\0"),
    ):
        with pytest.raises(ValidationError, match="line end or another control character"):
            Destination.model_validate({"url": url, "key": "u", "secret": secret})


@pytest.mark.parametrize("scheme", ["ftp", "ftps", "sftp"])
def test_what_cannot_be_had_is_refused(scheme: str) -> None:
    """Who asks for a public object, or for a class of storage, does not get a file without."""
    for name, value in (("permissions", "public-read"), ("storage_class", "STANDARD_IA")):
        with pytest.raises(ValidationError, match=rf'does not exist at .*: leave it out \("{value}" was given\)'):
            Destination.model_validate({"url": f"{scheme}://h/a", name: value})
    assert Destination.model_validate({"url": f"{scheme}://h/a", "permissions": "private"}).permissions == "private"


def test_a_source_is_told_without_its_login() -> None:
    """What cannot be parsed is not shown."""
    with pytest.raises(SourceForbiddenError) as told:
        FtpAddress.parse_source("ftp://user:secret-4711@", SourceForbiddenError)
    assert "4711" not in str(told.value)
