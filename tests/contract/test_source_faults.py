"""What a source does when its server misbehaves, as servers do."""

from __future__ import annotations

import os
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from filmstrip.domain.errors import (
    HostNotAllowedError,
    LimitExceededError,
    RangesNotSupportedError,
    SourceChangedError,
    SourceForbiddenError,
    SourceUnreachableError,
)
from filmstrip.storage.http.source_ranges import SourceRanges
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sources import check_source, copy_source, open_source
from filmstrip.testing.range_server import RangeServer, running_range_server

CONTENT = os.urandom(1 << 20) * 18
HEAD_BYTES = 1 << 16


@pytest.fixture
def settings(tmp_path: Path) -> StorageSettings:
    return StorageSettings(tmp_path, private_hosts=("127.0.0.1",), retries=3, retry_pause_seconds=0.01)


@pytest.fixture
def url(range_server: RangeServer) -> str:
    (range_server.folder / "a.mp4").write_bytes(CONTENT)
    return range_server.url_of("a.mp4")


@pytest.fixture
def ranges(url: str, settings: StorageSettings) -> Iterator[SourceRanges]:
    with closing(_ranges(url, settings)) as opened:
        yield opened


def _ranges(url: str, settings: StorageSettings) -> SourceRanges:
    opened = open_source(url, settings)
    assert isinstance(opened, SourceRanges)
    return opened


def _copy(url: str, settings: StorageSettings, path: Path) -> bytes:
    copy_source(url, settings, path, lambda _fraction: None)
    return path.read_bytes()


@pytest.mark.parametrize("fault", ["refuse", "reset", "cut"])
def test_a_range_outlives_faults(range_server: RangeServer, ranges: SourceRanges, fault: str) -> None:
    """A range is read whole though the server refuses, hangs up or breaks off three times."""
    setattr(range_server.manners, fault, 3)
    assert ranges.read_range(1_000_000, 2_000_000) == CONTENT[1_000_000:2_000_000]


@pytest.mark.parametrize("fault", ["refuse", "reset", "cut"])
@pytest.mark.parametrize("has_ranges", [True, False], ids=["ranges", "stream"])
def test_a_copy_outlives_faults(
    range_server: RangeServer, url: str, settings: StorageSettings, tmp_path: Path, fault: str, *, has_ranges: bool
) -> None:
    """A copy is whole though the server refuses, hangs up or breaks off three times."""
    range_server.manners.ranges = has_ranges
    setattr(range_server.manners, fault, 3)
    assert _copy(url, settings, tmp_path / "copy") == CONTENT


def test_what_arrived_is_not_asked_for_again(range_server: RangeServer, ranges: SourceRanges) -> None:
    """After a body that broke off, only the missing rest is fetched."""
    range_server.manners.cut = 2
    ranges.read_range(1_000_000, 2_000_000)
    assert ranges.bytes_read == HEAD_BYTES + 1_000_000


@pytest.mark.parametrize("fault", ["refuse", "reset", "cut"])
def test_faults_that_stay_are_told(
    range_server: RangeServer, ranges: SourceRanges, url: str, settings: StorageSettings, tmp_path: Path, fault: str
) -> None:
    """After its last retry, a read or a copy ends with an error that may be retried, and leaves no file."""
    setattr(range_server.manners, fault, 10_000)
    with pytest.raises(SourceUnreachableError) as caught:
        ranges.read_range(1_000_000, 2_000_000)
    assert caught.value.is_retryable
    with pytest.raises(SourceUnreachableError):
        _copy(url, settings, tmp_path / "copy")
    assert list(tmp_path.glob("*copy*")) == []
    assert list(tmp_path.glob(".partial*")) == []


def test_a_silent_server_is_given_up(range_server: RangeServer, url: str, settings: StorageSettings) -> None:
    """A server that does not answer in time counts as unreachable."""
    range_server.manners.latency_seconds = 5.0
    with pytest.raises(SourceUnreachableError, match="stays silent"):
        open_source(url, replace(settings, read_timeout_seconds=0.1, retries=0))


@pytest.mark.parametrize("tells_size", [True, False])
def test_a_server_without_ranges_is_told_and_copied_from(
    range_server: RangeServer, url: str, settings: StorageSettings, tmp_path: Path, *, tells_size: bool
) -> None:
    """A server that only sends the whole says so when it is opened; copying takes one request then."""
    range_server.manners.ranges, range_server.manners.tells_size = False, tells_size
    with pytest.raises(RangesNotSupportedError):
        open_source(url, settings)
    assert not check_source(url, settings).supports_ranges
    range_server.forget()
    assert _copy(url, settings, tmp_path / "copy") == CONTENT
    assert [request.headers.get("range") for request in range_server.requests] == [f"bytes=0-{HEAD_BYTES - 1}", None]


@pytest.mark.parametrize(("etags", "dates"), [(True, True), (True, False), (False, True)])
def test_a_change_is_noticed_by_tag_or_date(
    range_server: RangeServer, url: str, settings: StorageSettings, *, etags: bool, dates: bool
) -> None:
    """A changed source of the same size is noticed by whatever its server tells."""
    range_server.manners.etags, range_server.manners.dates = etags, dates
    with closing(_ranges(url, settings)) as opened:
        path = range_server.folder / "a.mp4"
        path.write_bytes(CONTENT)
        os.utime(path, (1_000_000_000, 1_000_000_000))
        with pytest.raises(SourceChangedError):
            opened.read_range(1_000_000, 1_000_100)


def test_a_change_during_a_copy_leaves_nothing(
    range_server: RangeServer, url: str, settings: StorageSettings, tmp_path: Path
) -> None:
    """A copy of a source that changes midway is an error, and no file of two halves."""
    range_server.manners.bytes_per_second = 5e6
    with ThreadPoolExecutor(1) as pool:
        copy = pool.submit(_copy, url, replace(settings, connections=1), tmp_path / "copy")
        gives_up_at = time.monotonic() + 20
        while range_server.bytes_sent < 1_000_000 and time.monotonic() < gives_up_at:
            time.sleep(0.01)
        os.utime(range_server.folder / "a.mp4", (1_000_000_000, 1_000_000_000))
        range_server.manners.bytes_per_second = None
        with pytest.raises(SourceChangedError):
            copy.result(20)
    assert list(tmp_path.glob("*copy*")) == []


def test_threads_share_pooled_connections(range_server: RangeServer, ranges: SourceRanges) -> None:
    """Many ranges from several threads are right, and take no more connections than there are threads."""
    spots = [(start, start + 30_000) for start in range(100_000, 17_000_000, 170_000)]
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda spot: ranges.read_range(*spot), spots))
    assert got == [CONTENT[start:end] for start, end in spots]
    assert len({request.client for request in range_server.requests}) <= 4 + 1
    assert ranges.bytes_read == HEAD_BYTES + 30_000 * len(spots)


def test_a_copy_uses_several_connections(
    range_server: RangeServer, url: str, settings: StorageSettings, tmp_path: Path
) -> None:
    """Where ranges are answered, a copy is fetched over several connections at a time."""
    range_server.manners.latency_seconds = 0.05
    assert _copy(url, settings, tmp_path / "copy") == CONTENT
    assert len({request.client for request in range_server.requests}) > 1


def test_the_first_bytes_come_with_the_opening(range_server: RangeServer, ranges: SourceRanges) -> None:
    """The head of the file, which every reader needs, costs no second request."""
    ranges.read_range(0, 1000)
    ranges.read_range(60_000, HEAD_BYTES)
    assert len(range_server.requests) == 1


def test_redirects_are_followed_and_remembered(
    range_server: RangeServer, url: str, settings: StorageSettings, tmp_path: Path
) -> None:
    """Where a redirect leads is asked directly from then on, and again from the start when it goes stale."""
    with running_range_server(tmp_path) as front:
        front.manners.redirect = url
        with closing(_ranges(front.url_of("b.mp4"), settings)) as opened:
            opened.read_range(1_000_000, 1_000_001)
            assert len(front.requests) == 1
            range_server.manners.refuse, range_server.manners.refusal = 1, 403
            assert opened.read_range(2_000_000, 2_000_001) == CONTENT[2_000_000:2_000_001]
            assert len(front.requests) == 2


def test_endless_redirects_end(range_server: RangeServer, url: str, settings: StorageSettings) -> None:
    """A server that redirects to itself is given up."""
    range_server.manners.redirect = url
    with pytest.raises(SourceForbiddenError, match="redirects more than"):
        open_source(url, settings)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/"])
def test_redirects_lead_to_http_only(
    range_server: RangeServer, url: str, settings: StorageSettings, target: str
) -> None:
    """A redirect cannot make us open anything but http."""
    range_server.manners.redirect = target
    with pytest.raises(SourceForbiddenError, match="not http"):
        open_source(url, settings)


def test_a_redirect_cannot_reach_another_private_host(
    range_server: RangeServer, url: str, settings: StorageSettings, tmp_path: Path
) -> None:
    """An allowed server cannot send us on to one that is not allowed; that one gets no request."""
    port = int(url.split(":")[2].split("/", maxsplit=1)[0])
    with running_range_server(tmp_path) as inner:
        (tmp_path / "secret").write_text("secret")
        range_server.manners.redirect = inner.url_of("secret")
        with pytest.raises(HostNotAllowedError):
            open_source(url, replace(settings, private_hosts=(f"127.0.0.1:{port}",)))
        assert inner.requests == []


def test_credentials_stay_with_their_host(
    range_server: RangeServer, url: str, settings: StorageSettings, tmp_path: Path
) -> None:
    """User and password of a URL go to its host, not to where it redirects, and are in no error."""
    with running_range_server(tmp_path) as front:
        front.manners.redirect = url
        opened = _ranges(front.url_of("b.mp4").replace("//", "//us%40er:pa%3Ass@"), settings)
        opened.close()
        wanted = "Basic " + b64encode(b"us@er:pa:ss").decode()
        assert front.requests[0].headers["authorization"] == wanted
        assert "authorization" not in range_server.requests[0].headers
        front.manners.redirect = None
        front.manners.credentials = "other"
        with pytest.raises(SourceForbiddenError) as caught:
            open_source(front.url_of("b.mp4").replace("//", "//user:password@"), settings)
    assert "password" not in str(caught.value)


def test_a_full_disk_is_known_before_the_copy(
    range_server: RangeServer, settings: StorageSettings, tmp_path: Path
) -> None:
    """A source that does not fit on the disk is not begun to be copied."""
    with (range_server.folder / "huge.mp4").open("wb") as file:
        file.truncate(8 << 40)  # sparse: it takes no space here
    with pytest.raises(LimitExceededError, match=r"The source has 8796093\.0 MB, and .* in all"):
        _copy(range_server.url_of("huge.mp4"), settings, tmp_path / "copy")
    assert range_server.bytes_sent <= HEAD_BYTES


def test_a_signature_is_not_shown(range_server: RangeServer, url: str, settings: StorageSettings) -> None:
    """The query of a URL, which may be a signature, is in no error."""
    range_server.manners.refuse, range_server.manners.refusal = 1, 403
    with pytest.raises(SourceForbiddenError) as caught:
        open_source(f"{url}?X-Amz-Signature=abcdef", settings)
    assert "abcdef" not in str(caught.value)
    assert "a.mp4" in str(caught.value)
