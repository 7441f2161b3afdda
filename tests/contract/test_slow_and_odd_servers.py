"""What if a source's server trickles, caps, packs, redirects with cookies, or hands out something else?"""

from __future__ import annotations

import gzip
import os
import socket
import ssl
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from certificates import Certificates
from filmstrip.domain.errors import (
    DiskFullError,
    LimitExceededError,
    SourceForbiddenError,
    SourceUnreachableError,
    SourceUnreadableError,
)
from filmstrip.storage.http import source_pace
from filmstrip.storage.http.source_ranges import SourceRanges
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sources import check_source, copy_source, open_source
from filmstrip.testing.range_server import RangeServer
from raw_server import RawServer, asked_range, running_raw_server

CONTENT = os.urandom(300_000)
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def settings(tmp_path: Path) -> StorageSettings:
    quick = {"retries": 2, "retry_pause_seconds": 0.01, "read_timeout_seconds": 5.0}
    return StorageSettings(tmp_path, private_hosts=("127.0.0.1", "localhost"), slow_seconds=0.5, **quick)


def copy(url: str, settings: StorageSettings, path: Path) -> bytes:
    copy_source(url, settings, path, lambda _fraction: None)
    return path.read_bytes()


def read_all(url: str, settings: StorageSettings) -> bytes:
    opened = open_source(url, settings)
    assert isinstance(opened, SourceRanges)
    with closing(opened):
        return opened.read_range(0, opened.size_bytes)


def partial_head(start: int, end: int, size: int = len(CONTENT)) -> bytes:
    return (
        f"HTTP/1.1 206 Partial Content\r\nContent-Length: {end - start}\r\nConnection: close\r\n"
        f"Content-Range: bytes {start}-{end - 1}/{size}\r\n\r\n"
    ).encode()


@pytest.mark.parametrize("part", ["status line", "headers", "body", "chunked body"])
def test_a_trickle_is_given_up(settings: StorageSettings, tmp_path: Path, part: str) -> None:
    """A byte every 50 ms is silence, wherever in the answer it comes, and leaves nothing behind."""

    def answer(server: RawServer, connection: socket.socket, _head: str) -> None:
        whole = {
            "status line": b"",
            "headers": OK,
            "body": OK + b"Content-Length: 1000000\r\n\r\n",
            "chunked body": OK + b"Transfer-Encoding: chunked\r\n\r\n",
        }[part]
        connection.sendall(whole)
        rest = b"HTTP/1.1 200 OK\r\nX-A: " if part == "status line" else b"1\r\na\r\n" if "chunked" in part else b"a"
        server.trickle(connection, rest + b"a" * 1_000, 0.05)

    with running_raw_server(answer) as server:
        with pytest.raises(SourceUnreachableError, match="cannot be reached"):
            copy(server.url(), replace(settings, retries=0), tmp_path / "copy")
        assert not list(tmp_path.glob("*copy*"))


def test_a_trickle_after_a_quick_beginning_is_given_up(settings: StorageSettings, tmp_path: Path) -> None:
    """Each stretch of waiting has to have the rate: what came before makes up for nothing."""

    def answer(server: RawServer, connection: socket.socket, _head: str) -> None:
        connection.sendall(OK + b"Content-Length: 1000000\r\n\r\n" + bytes(500_000))
        server.trickle(connection, bytes(400), 0.05)

    with running_raw_server(answer) as server, pytest.raises(SourceUnreachableError, match="sends too slowly"):
        copy(server.url(), replace(settings, retries=0), tmp_path / "copy")


def test_an_answer_that_ends_early_is_not_asked_for_ever(settings: StorageSettings) -> None:
    """A server that promises a range and sends nothing of it, without breaking the connection, is given up."""

    def answer(_server: RawServer, connection: socket.socket, head: str) -> None:
        start, end = asked_range(head) or (0, None)
        end = min(end or len(CONTENT), len(CONTENT))
        if start == 0:
            connection.sendall(partial_head(start, end) + CONTENT[start:end])
            return
        length = f"Content-Length: {end - start}\r\n".encode()
        connection.sendall(partial_head(start, end).replace(length, b"Transfer-Encoding: chunked\r\n") + b"0\r\n\r\n")

    with running_raw_server(answer) as server:
        with pytest.raises(SourceUnreachableError, match="ended its answer early"):
            read_all(server.url(), settings)
        assert len(server.heads) < 10


def test_reading_can_be_stopped(range_server: RangeServer, settings: StorageSettings) -> None:
    """What reads for a task that is over ends at its next piece, though all bytes could be had."""
    (range_server.folder / "a.mp4").write_bytes(CONTENT)
    range_server.manners.bytes_per_second = 100_000
    opened = open_source(range_server.url_of("a.mp4"), settings)
    assert isinstance(opened, SourceRanges)
    with closing(opened), ThreadPoolExecutor() as pool:
        reading = pool.submit(opened.read_range, 0, len(CONTENT))
        opened.stop()
        with pytest.raises(SourceForbiddenError, match="was stopped"):
            reading.result(30)


def test_the_head_of_an_answer_has_a_time(settings: StorageSettings, tmp_path: Path) -> None:
    """A head that never ends is given up though it comes fast enough for a body."""

    def answer(server: RawServer, connection: socket.socket, _head: str) -> None:
        connection.sendall(OK)
        server.trickle(connection, b"X-A: a\r\n" * 10_000, 0.01)

    with running_raw_server(answer) as server:
        lenient = replace(settings, retries=0, min_kib_per_second=0.0, read_timeout_seconds=0.5)
        with pytest.raises(SourceUnreachableError, match="sends too slowly"):
            copy(server.url(), lenient, tmp_path / "copy")


def test_a_trickle_over_tls_is_given_up(settings: StorageSettings, tmp_path: Path, certificates: Certificates) -> None:
    """The same within a TLS connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.certificate, certificates.key)

    def secure(server: RawServer, plain: socket.socket) -> None:
        with context.wrap_socket(plain, server_side=True) as connection:
            connection.recv(4096)
            connection.sendall(OK + b"Content-Length: 1000000\r\n\r\n")
            server.trickle(connection, b"a" * 1_000, 0.05)

    with running_raw_server(first=secure) as server:
        trusting = replace(settings, ca_file=certificates.authority, retries=0)
        with pytest.raises(SourceUnreachableError, match="sends too slowly"):
            copy(f"https://localhost:{server.port}/film.mp4", trusting, tmp_path / "copy")


def test_slow_but_steady_is_waited_for(range_server: RangeServer, settings: StorageSettings, tmp_path: Path) -> None:
    """What has the minimum rate is read to its end, however long that takes."""
    (range_server.folder / "a.mp4").write_bytes(CONTENT[:100_000])
    range_server.manners.bytes_per_second = 50_000
    assert copy(range_server.url_of("a.mp4"), settings, tmp_path / "copy") == CONTENT[:100_000]


def test_a_late_answer_is_not_slow(range_server: RangeServer, settings: StorageSettings) -> None:
    """The time until the first byte has its own limit: many late answers over one connection are no trickle."""
    (range_server.folder / "a.mp4").write_bytes(CONTENT)
    range_server.manners.latency_seconds = 0.6
    opened = open_source(range_server.url_of("a.mp4"), settings)
    assert isinstance(opened, SourceRanges)
    with closing(opened):
        for start in range(100_000, 100_040, 10):
            assert opened.read_range(start, start + 10) == CONTENT[start : start + 10]


def test_a_copy_that_gets_on_keeps_its_patience(settings: StorageSettings) -> None:
    """Every connection breaks after 10 kB: as each brings some of it, all of it is read."""

    def answer(_server: RawServer, connection: socket.socket, head: str) -> None:
        start, end = asked_range(head) or (0, None)
        end = min(end or len(CONTENT), len(CONTENT))
        connection.sendall(partial_head(start, end) + CONTENT[start : min(end, start + 10_000)])

    with running_raw_server(answer) as server:
        assert read_all(server.url(), settings) == CONTENT


def test_a_server_that_caps_ranges_is_asked_for_the_rest(settings: StorageSettings) -> None:
    """An answer with the first part of a range alone is whole in itself (RFC 9110, 15.3.7)."""

    def answer(_server: RawServer, connection: socket.socket, head: str) -> None:
        start, end = asked_range(head) or (0, None)
        end = min(end or len(CONTENT), len(CONTENT), start + 20_000)
        connection.sendall(partial_head(start, end) + CONTENT[start:end])

    with running_raw_server(answer) as server:
        assert read_all(server.url(), replace(settings, retries=0)) == CONTENT


def test_a_server_that_sends_more_than_it_was_asked_for(settings: StorageSettings) -> None:
    """What comes behind the asked range is left alone."""

    def answer(_server: RawServer, connection: socket.socket, head: str) -> None:
        start, _end = asked_range(head) or (0, None)
        connection.sendall(partial_head(start, len(CONTENT)) + CONTENT[start:])

    with running_raw_server(answer) as server:
        opened = open_source(server.url(), settings)
        assert isinstance(opened, SourceRanges)
        with closing(opened):
            assert opened.read_range(100_000, 100_100) == CONTENT[100_000:100_100]


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_is_packed_unasked_is_unpacked(settings: StorageSettings, tmp_path: Path, coding: str) -> None:
    """Some servers compress whatever they send."""
    packed = gzip.compress(CONTENT) if coding == "gzip" else zlib.compress(CONTENT)

    def answer(_server: RawServer, connection: socket.socket, _head: str) -> None:
        head = f"Content-Encoding: {coding}\r\nContent-Length: {len(packed)}\r\nConnection: close\r\n\r\n"
        connection.sendall(OK + head.encode() + packed)

    with running_raw_server(answer) as server:
        assert not check_source(server.url(), settings).supports_ranges
        assert copy(server.url(), settings, tmp_path / "copy") == CONTENT


def test_an_unknown_coding_is_named(settings: StorageSettings) -> None:
    """What we cannot unpack is no film."""

    def answer(_server: RawServer, connection: socket.socket, _head: str) -> None:
        connection.sendall(OK + b"Content-Encoding: br\r\nContent-Length: 4\r\nConnection: close\r\n\r\nabcd")

    with running_raw_server(answer) as server, pytest.raises(SourceForbiddenError, match='compresses it \\("br"\\)'):
        check_source(server.url(), settings)


def test_a_cookie_of_a_redirect_is_sent_back(settings: StorageSettings, tmp_path: Path) -> None:
    """Shared links set a cookie where they redirect; no other host sees it."""
    with running_raw_server(_redirect_with_cookie) as server:
        assert copy(f"{server.url()}?share", settings, tmp_path / "copy") == CONTENT

    def elsewhere(_server: RawServer, connection: socket.socket, _head: str) -> None:
        connection.sendall(OK + f"Content-Length: {len(CONTENT)}\r\n\r\n".encode() + CONTENT)

    def away(_server: RawServer, connection: socket.socket, _head: str) -> None:
        location = f"http://localhost:{other.port}/film.mp4"
        head = f"HTTP/1.1 302 Found\r\nSet-Cookie: key=1; Path=/\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode())

    with running_raw_server(elsewhere) as other, running_raw_server(away) as first:
        copy(first.url(), settings, tmp_path / "copy")
        assert "cookie" not in "".join(other.heads).lower()


def _redirect_with_cookie(server: RawServer, connection: socket.socket, head: str) -> None:
    if "cookie: key=open" in head.lower():
        connection.sendall(OK + f"Content-Length: {len(CONTENT)}\r\nConnection: close\r\n\r\n".encode() + CONTENT)
    elif "?share" in head:
        redirect = f"HTTP/1.1 302 Found\r\nSet-Cookie: key=open; Path=/\r\nLocation: {server.url()}\r\n"
        connection.sendall(redirect.encode() + b"Content-Length: 0\r\nConnection: close\r\n\r\n")
    else:
        connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize("ranges", [True, False])
def test_a_web_page_is_called_one(
    range_server: RangeServer, settings: StorageSettings, tmp_path: Path, *, ranges: bool
) -> None:
    """A login page in place of the film says so, however the server hands it out."""
    (range_server.folder / "a.mp4").write_bytes(b"\n<!-- hello -->\n<!DOCTYPE html>\n<html><body>Log in</body></html>")
    range_server.manners.ranges = ranges
    with pytest.raises(SourceUnreadableError, match="is a web page, not a video"):
        copy(range_server.url_of("a.mp4"), settings, tmp_path / "copy")


def test_an_untrusted_certificate_is_told(settings: StorageSettings, certificates: Certificates) -> None:
    """It is not called unreachable, is not tried again, and the setting that helps is named."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.certificate, certificates.key)

    def secure(_server: RawServer, plain: socket.socket) -> None:
        context.wrap_socket(plain, server_side=True).close()

    told = pytest.raises(SourceForbiddenError, match=r"certificate of .* is not trusted .*ca_file")
    with running_raw_server(first=secure) as server, told:
        check_source(f"https://localhost:{server.port}/film.mp4", settings)


def test_a_source_without_end_is_stopped(settings: StorageSettings, tmp_path: Path) -> None:
    """By its size, if it tells none before; and the listener, which watches the disk, is asked all along."""

    def answer(server: RawServer, connection: socket.socket, _head: str) -> None:
        connection.sendall(OK + b"Content-Type: video/mp4\r\n\r\n")
        while not server.ended.is_set():
            connection.sendall(bytes(1 << 20))

    def object_to(_fraction: float) -> None:
        raise DiskFullError("full")

    with running_raw_server(answer) as server:
        with pytest.raises(LimitExceededError, match=r"too large \(limit 0.01 GB\)"):
            copy(server.url(), replace(settings, max_source_gb=0.01), tmp_path / "copy")
        with pytest.raises(DiskFullError):
            copy_source(server.url(), settings, tmp_path / "copy", object_to)
        with pytest.raises(LimitExceededError, match="takes too long"):
            copy(server.url(), replace(settings, fetch_hours=0.0), tmp_path / "copy")
    assert not list(tmp_path.glob("*copy*"))


def test_comments_before_a_page_cost_nothing(
    settings: StorageSettings, range_server: RangeServer, tmp_path: Path
) -> None:
    """Thousands of them, before a page or before something else, are looked at once."""
    (range_server.folder / "a.mp4").write_bytes(b"<!---->" * 10_000 + b"x")
    assert copy(range_server.url_of("a.mp4"), settings, tmp_path / "copy").endswith(b"x")
    (range_server.folder / "b.mp4").write_bytes(b"<!---->" * 100 + b"<html>")
    with pytest.raises(SourceUnreadableError, match="is a web page"):
        copy(range_server.url_of("b.mp4"), settings, tmp_path / "copy")


def test_a_redirect_to_nonsense_is_told(settings: StorageSettings) -> None:
    """The server is at fault, and not the service."""

    def answer(_server: RawServer, connection: socket.socket, _head: str) -> None:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n")

    with running_raw_server(answer) as server, pytest.raises(SourceForbiddenError, match="that is not http"):
        check_source(server.url(), settings)


def hurried(monkeypatch: pytest.MonkeyPatch, settings: StorageSettings, kib_per_second: float) -> StorageSettings:
    """Let a copy have that rate on average from soon on, without waiting ten minutes for it."""
    monkeypatch.setattr(source_pace, "UNHURRIED_SECONDS", 0.2)
    return replace(settings, fetch_kib_per_second=kib_per_second)


@pytest.mark.parametrize("way", ["by ranges", "in one stream"])
def test_a_copy_has_a_rate_over_the_whole(
    range_server: RangeServer,
    settings: StorageSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    """A source that is fast enough for a connection and too slow for its size is given up long before its end."""
    (range_server.folder / "a.mp4").write_bytes(bytes(16 << 20))
    range_server.manners.bytes_per_second = 300_000
    range_server.manners.ranges = way == "by ranges"
    strict = hurried(monkeypatch, settings, 4000)
    with pytest.raises(LimitExceededError, match=r"arrives too slowly: \d+ KiB in \d+ seconds \(limit 4000 KiB per"):
        copy(range_server.url_of("a.mp4"), strict, tmp_path / "copy")
    assert not list(tmp_path.glob("*copy*"))


def test_reading_in_parts_has_one_too(
    range_server: RangeServer, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source that is read from afar cannot hold a slot by being just fast enough for each connection."""
    (range_server.folder / "a.mp4").write_bytes(bytes(16 << 20))
    range_server.manners.bytes_per_second = 300_000
    with pytest.raises(LimitExceededError, match="arrives too slowly"):
        read_all(range_server.url_of("a.mp4"), hurried(monkeypatch, settings, 4000))


def test_a_copy_of_unknown_length_has_one_too(
    settings: StorageSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what has arrived so far: nobody knows how much it will be."""

    def answer(server: RawServer, connection: socket.socket, _head: str) -> None:
        connection.sendall(OK + b"Content-Type: video/mp4\r\n\r\n")
        while not server.ended.wait(0.02):
            connection.sendall(bytes(8 << 10))

    with running_raw_server(answer) as server, pytest.raises(LimitExceededError, match="arrives too slowly"):
        copy(server.url(), hurried(monkeypatch, settings, 4000), tmp_path / "copy")


def test_all_parts_of_a_copy_count(
    range_server: RangeServer, settings: StorageSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has arrived of a part is counted while it is under way, not only when it is whole."""
    (range_server.folder / "a.mp4").write_bytes(CONTENT)
    range_server.manners.bytes_per_second = 150_000
    content = copy(range_server.url_of("a.mp4"), hurried(monkeypatch, settings, 50), tmp_path / "copy")
    assert content == CONTENT


@pytest.mark.parametrize(
    ("size_bytes", "kib_per_second", "seconds"),
    [(0, 16, 600), (100 << 20, 16, 600 + 6400), (10 << 40, 16, 12 * 3600), (100 << 20, 0, 12 * 3600)],
)
def test_the_time_of_a_copy_grows_with_its_size(
    settings: StorageSettings, size_bytes: int, kib_per_second: float, seconds: float
) -> None:
    """Ten minutes and as long as the lowest rate takes; what is set for any size is the longest."""
    assert source_pace.copy_seconds(size_bytes, replace(settings, fetch_kib_per_second=kib_per_second)) == seconds
