"""What every source keeps: over http, in a bucket of SeaweedFS or Ceph, on the disk."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from azurite_server import ACCOUNT, KEY, AzuriteServer
from certificates import Certificates
from filmstrip.domain.errors import (
    SourceChangedError,
    SourceForbiddenError,
    SourceNotFoundError,
    SourceUnreachableError,
    SourceUnreadableError,
)
from filmstrip.storage.http.source_ranges import SourceRanges
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.sources import check_source, copy_source, open_source, refer_to_source
from filmstrip.testing.range_server import RangeServer
from filmstrip.testing.running_program import free_ports
from filmstrip.testing.seaweedfs import S3Server
from store_cases import AzureCase, HostCase, S3Case

pytestmark = pytest.mark.timeout(240)  # the Ceph gateway needs time to start

CONTENT = os.urandom(1 << 20) * 20


class SourceCase(ABC):
    """A place in which sources lie."""

    settings: StorageSettings

    @abstractmethod
    def lay(self, name: str, content: bytes) -> str:
        """Lay content under a name, in place of what was there, and tell its URL."""


class HttpCase(SourceCase):
    def __init__(self, server: RangeServer, folder: Path) -> None:
        self.server = server
        self.settings = StorageSettings(folder, private_hosts=("127.0.0.1",), retries=2, retry_pause_seconds=0.01)

    def lay(self, name: str, content: bytes) -> str:
        (self.server.folder / name).write_bytes(content)
        return self.server.url_of(quote(name))


class S3SourceCase(SourceCase):
    def __init__(self, case: S3Case) -> None:
        self.case = case
        self.settings = case.settings

    def lay(self, name: str, content: bytes) -> str:
        with closing(self.case.open("in")) as store:
            store.put(name, content, "video/mp4")
        return self.url(name)

    def url(self, name: str, secret: str | None = None, bucket: str | None = None, port: int | None = None) -> str:
        server = self.case.server
        credentials = f"{server.key}:{secret or server.secret}"
        return f"s3://{credentials}@{server.host}:{port or server.port}/{bucket or self.case.bucket}/in/{name}"


class AzureSourceCase(SourceCase):
    def __init__(self, case: AzureCase) -> None:
        self.case = case
        self.settings = case.settings

    def lay(self, name: str, content: bytes) -> str:
        with closing(self.case.open("in")) as store:
            store.put(name, content, "video/mp4")
        place = f"{self.case.server.host}:{self.case.server.port}/{self.case.container}"
        return f"azblob://{ACCOUNT}:{quote(KEY, safe='')}@{place}/in/{name}"


class HostSourceCase(SourceCase):
    def __init__(self, case: HostCase) -> None:
        self.case = case
        self.settings = case.settings
        case.folder.mkdir()

    def lay(self, name: str, content: bytes) -> str:
        path = self.case.folder / name
        path.write_bytes(content)
        # Both protocols tell whole seconds.
        os.utime(path, (path.stat().st_size, path.stat().st_size + content[:1][0] if content else 0))
        return self.url(name)

    def url(self, name: str, secret: str | None = None, port: int | None = None) -> str:
        login = self.case.login
        credentials = f"{quote(login['key'], safe='')}:{quote(secret or login['secret'], safe='')}"
        return self.case.url(quote(name), port).replace("://", f"://{credentials}@")


@pytest.fixture(params=["http", "seaweedfs", "ceph", "ftp", "ftps", "sftp", "sftp_by_password", "azblob"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> SourceCase:
    if request.param == "http":
        return HttpCase(request.getfixturevalue("range_server"), tmp_path)
    server = request.getfixturevalue(request.param)
    if isinstance(server, S3Server):
        return S3SourceCase(S3Case(server, tmp_path))
    if isinstance(server, AzuriteServer):
        return AzureSourceCase(AzureCase(server, tmp_path))
    return HostSourceCase(_host_case(request, tmp_path))


def _host_case(request: pytest.FixtureRequest, folder: Path) -> HostCase:
    certificates: Certificates = request.getfixturevalue("certificates")
    server = request.getfixturevalue(request.param)
    return HostCase(request.param.partition("_")[0], server, folder, certificates.authority)


@pytest.fixture(params=["seaweedfs", "ceph"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> S3SourceCase:
    return S3SourceCase(S3Case(request.getfixturevalue(request.param), tmp_path))


def _ranges(url: str, settings: StorageSettings) -> SourceRanges:
    opened = open_source(url, settings)
    assert isinstance(opened, SourceRanges)
    return opened


@pytest.fixture
def ranges(case: SourceCase) -> Iterator[SourceRanges]:
    with closing(_ranges(case.lay("a b%20ü.mp4", CONTENT), case.settings)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 10), (0, 200_000), (65_530, 65_540), (5_000_000, 5_000_001), (len(CONTENT) - 7, len(CONTENT) + 100), (9, 9)],
)
def test_a_range_is_exactly_what_was_asked(ranges: SourceRanges, start: int, end: int) -> None:
    """Any half-open range of any source is read as it is, cut off at the end of the source."""
    assert ranges.size_bytes == len(CONTENT)
    assert ranges.read_range(start, end) == CONTENT[start:end]


def test_only_what_is_asked_is_transferred(ranges: SourceRanges) -> None:
    """Besides the first 64 KiB, no byte comes that nobody asked for, and what came is counted."""
    ranges.read_range(10_000_000, 10_500_000)
    assert ranges.bytes_read == (1 << 16) + 500_000


def test_a_source_is_copied_whole(case: SourceCase, tmp_path: Path) -> None:
    """A copy is the source, byte for byte, and progress ends at all of it."""
    told: list[float] = []
    copy_source(case.lay("a.mp4", CONTENT), case.settings, tmp_path / "copy", told.append)
    assert (tmp_path / "copy").read_bytes() == CONTENT
    assert told[-1] == 1.0
    assert told == sorted(told)


def test_a_source_is_checked_by_one_byte(case: SourceCase) -> None:
    """Before anything is read, the size is known and whether ranges can be had."""
    facts = check_source(case.lay("a.mp4", CONTENT), case.settings)
    assert facts.version.size_bytes == len(CONTENT)
    assert facts.version.etag or facts.version.last_modified
    assert facts.supports_ranges


def test_a_change_is_noticed(case: SourceCase) -> None:
    """When the source is replaced while it is read, the next read is an error, not bytes of another film."""
    url = case.lay("a.mp4", CONTENT)
    with closing(_ranges(url, case.settings)) as opened:
        opened.read_range(1_000_000, 2_000_000)
        case.lay("a.mp4", bytes(reversed(CONTENT)))
        with pytest.raises(SourceChangedError):
            opened.read_range(2_000_000, 3_000_000)


def test_a_change_between_processes_is_noticed(case: SourceCase, tmp_path: Path) -> None:
    """A source that was checked in one state is not read, and not copied, in another."""
    url = case.lay("a.mp4", CONTENT)
    reference = refer_to_source(url, case.settings, check_source(url, case.settings).version)
    opened = open_source(reference, case.settings)
    assert isinstance(opened, SourceRanges)
    opened.close()
    case.lay("a.mp4", CONTENT[1:])
    with pytest.raises(SourceChangedError):
        open_source(reference, case.settings)
    with pytest.raises(SourceChangedError):
        copy_source(reference, case.settings, tmp_path / "copy", lambda _fraction: None)
    assert list(tmp_path.glob("copy*")) == []


def test_an_absent_source_is_told(case: SourceCase, tmp_path: Path) -> None:
    """A URL under which there is nothing is reported, whatever is done with it."""
    url = case.lay("a.mp4", b"x") + ".gone"
    for use in (
        lambda: open_source(url, case.settings),
        lambda: check_source(url, case.settings),
        lambda: copy_source(url, case.settings, tmp_path / "copy", lambda _fraction: None),
    ):
        with pytest.raises(SourceNotFoundError, match=r"a\.mp4\.gone"):
            use()


def test_an_empty_source_is_told(case: SourceCase) -> None:
    """A source without a byte is no media."""
    with pytest.raises(SourceUnreadableError, match="is empty"):
        open_source(case.lay("a.mp4", b""), case.settings)


def test_a_tiny_source_is_read(case: SourceCase) -> None:
    """A source smaller than what is asked first is read in one go."""
    with closing(_ranges(case.lay("a.mp4", b"tiny"), case.settings)) as opened:
        assert opened.read_range(1, 3) == b"in"
        assert opened.bytes_read == 4


def test_wrong_keys_are_told(bucket: S3SourceCase) -> None:
    """A secret that is not right is reported as a refusal that does not show it."""
    bucket.lay("a.mp4", b"film")
    with pytest.raises(SourceForbiddenError, match="SignatureDoesNotMatch") as caught:
        open_source(bucket.url("a.mp4", secret="wrong/secret"), bucket.settings)
    shown = str(caught.value)
    assert "wrong/secret" not in shown
    assert "X-Amz" not in shown
    assert bucket.case.server.key not in shown


def test_a_missing_bucket_is_told(bucket: S3SourceCase) -> None:
    """A bucket that is not there is reported by the server's own word for it."""
    with pytest.raises(SourceNotFoundError, match="NoSuchBucket"):
        open_source(bucket.url("a.mp4", bucket="nowhere-to-be-found"), bucket.settings)


def test_an_unreachable_bucket_is_told(bucket: S3SourceCase) -> None:
    """A host on which nothing listens is reported, as something that may be retried."""
    (port,) = free_ports(1)
    settings = bucket.case.through(port)
    with pytest.raises(SourceUnreachableError) as caught:
        open_source(bucket.url("a.mp4", port=port), settings)
    assert caught.value.is_retryable


def test_a_child_gets_no_secret(bucket: S3SourceCase) -> None:
    """The reference for another process opens the source without its secret key in it."""
    reference = refer_to_source(bucket.lay("a.mp4", CONTENT), bucket.settings)
    assert bucket.case.server.secret not in reference.url
    assert quote(bucket.case.server.secret, safe="") not in reference.url
    other = replace(bucket.settings, plain_http_hosts=())
    opened = open_source(reference, other)
    assert isinstance(opened, SourceRanges)
    with closing(opened):
        assert opened.read_range(7, 9) == CONTENT[7:9]


def test_https_is_read_with_the_operators_authority(
    seaweedfs: S3Server, certificates: Certificates, tmp_path: Path
) -> None:
    """An https source is read where its certificate is trusted, and not where it is not."""
    case = S3SourceCase(S3Case(seaweedfs, tmp_path))
    case.lay("a.mp4", CONTENT)
    place = f"localhost:{seaweedfs.https_port}"
    url = case.url("a.mp4").replace(f"{seaweedfs.host}:{seaweedfs.port}", place)
    settings = StorageSettings(tmp_path, private_hosts=(place,), retries=0)
    with closing(_ranges(url, replace(settings, ca_file=certificates.authority))) as opened:
        assert opened.read_range(5_000_000, 5_000_010) == CONTENT[5_000_000:5_000_010]
    with pytest.raises(SourceForbiddenError, match=r"certificate .* is not trusted"):
        open_source(url, settings)
