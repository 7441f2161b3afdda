"""What every store keeps, whichever it is."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest

from azurite_server import AzuriteServer
from certificates import Certificates
from filmstrip.domain.errors import DestinationRefusedError
from filmstrip.manifest.picture import check_url_reference
from filmstrip.storage._base import Dates, Deletes, Lists, Presigns, Store
from filmstrip.testing.seaweedfs import S3Server
from store_cases import AzureCase, HostCase, LocalCase, S3Case, StoreCase, TemporaryCase

pytestmark = pytest.mark.timeout(240)  # the Ceph gateway needs time to start

CASES = ["seaweedfs", "ceph", "local", "temporary", "own_bucket", "ftp", "ftps", "sftp", "sftp_by_password", "azblob"]


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> StoreCase:
    if request.param == "local":
        return LocalCase(tmp_path)
    if request.param == "temporary":
        return TemporaryCase(tmp_path)
    if request.param == "own_bucket":
        return TemporaryCase(tmp_path, request.getfixturevalue("seaweedfs"))
    server = request.getfixturevalue(request.param)
    if isinstance(server, S3Server):
        return S3Case(server, tmp_path)
    if isinstance(server, AzuriteServer):
        return AzureCase(server, tmp_path)
    certificates: Certificates = request.getfixturevalue("certificates")
    return HostCase(request.param.partition("_")[0], server, tmp_path, certificates.authority)


@pytest.fixture
def folder(case: StoreCase) -> Iterator[Store]:
    with closing(case.open("results", is_folder=True)) as store:
        yield store


def _content(case: StoreCase, store: Store, name: str) -> bytes | None:
    found = case.look(store, name)
    return found.content if found else None


@pytest.mark.parametrize(
    "name", ["thumb_0001.png", "sub/deep/a b.png", "ünï.png", "100%25.png", "what?.png", "a+b&c=d;e#f~'().png"]
)
def test_an_object_is_found_under_exactly_its_name(case: StoreCase, folder: Store, name: str) -> None:
    """What is put under a name can be fetched under that name by anyone else, byte for byte."""
    folder.put(name, b"content of " + name.encode(), "image/png")
    assert _content(case, folder, name) == b"content of " + name.encode()


def test_a_file_is_put_like_bytes(case: StoreCase, folder: Store, tmp_path: Path) -> None:
    """A local file can be given instead of bytes."""
    path = tmp_path / "made.png"
    path.write_bytes(b"picture")
    folder.put("made.png", path, "image/png")
    assert _content(case, folder, "made.png") == b"picture"


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.png", "image/png"),
        ("a.jpg", "image/jpeg"),
        ("a.mp4", "video/mp4"),
        ("a.vtt", "text/vtt"),
        ("a.m3u8", "application/vnd.apple.mpegurl"),
        ("a.mpd", "application/dash+xml"),
        ("a.json", "application/json"),
    ],
)
def test_an_object_is_served_with_its_content_type(
    case: StoreCase, folder: Store, name: str, content_type: str
) -> None:
    """Each kind of file that we make is handed out with its own MIME type."""
    folder.put(name, b"x", content_type)
    found = case.look(folder, name)
    assert found is not None
    assert found.content_type in {content_type, None}


def test_an_object_is_replaced(case: StoreCase, folder: Store) -> None:
    """A second put of a name takes the place of the first, as a repeated step needs it."""
    folder.put("a.png", b"first, and longer", "image/png")
    folder.put("a.png", b"second", "image/png")
    assert _content(case, folder, "a.png") == b"second"


@pytest.mark.parametrize("as_file", [False, True], ids=["bytes", "file"])
def test_a_large_object_arrives_whole(case: StoreCase, folder: Store, tmp_path: Path, *, as_file: bool) -> None:
    """An object that needs several parts is the same when it is put together again."""
    content = bytes(range(251)) * ((40 << 20) // 251)
    path = tmp_path / "large.mp4"
    path.write_bytes(content)
    folder.put("large.mp4", path if as_file else content, "video/mp4")
    found = case.look(folder, "large.mp4")
    assert found is not None
    assert found.content == content
    assert found.content_type in {"video/mp4", None}


def test_one_file_is_named_by_the_destination(case: StoreCase) -> None:
    """Where the destination names the file itself, its name is empty, and it can hold nothing else."""
    with closing(case.open("video.mp4", is_folder=False)) as store:
        store.put("", b"film", "video/mp4")
        assert _content(case, store, "") == b"film"
        assert store.locate("").url.endswith("/video.mp4")


@pytest.mark.parametrize(
    "name", ["../a.png", "/a.png", "a//b.png", "a/./b.png", "a/../../b.png", "a\\b.png", "a\nb", "."]
)
def test_a_name_leads_only_down(folder: Store, name: str) -> None:
    """A name cannot lead out of the store, on any kind of server."""
    with pytest.raises(DestinationRefusedError, match="cannot name an object"):
        folder.put(name, b"x", "image/png")


def test_many_threads_put_at_once(case: StoreCase, folder: Store) -> None:
    """One store serves several threads at a time."""
    names = [f"thumb_{number:04}.png" for number in range(60)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: folder.put(name, name.encode() * 500, "image/png"), names))
    assert isinstance(folder, Lists)
    assert sorted(folder.names()) == names
    assert _content(case, folder, names[-1]) == names[-1].encode() * 500


def test_a_signed_address_hands_out_one_object(case: StoreCase, folder: Store) -> None:
    """Whoever has a signed address gets that object, and nobody gets it without; disks sign nothing."""
    names = ["thumb_0001.jpg", "320x180/a b+ü.jpg"]
    if not isinstance(case, S3Case | AzureCase):
        assert not isinstance(folder, Presigns)
        return
    assert isinstance(folder, Presigns)
    urls = folder.presign(names, 168)
    for name in names:
        folder.put(name, name.encode(), "image/jpeg")
        with urllib.request.urlopen(urls[name], timeout=10) as answer:
            assert answer.read() == name.encode()
        assert case.anonymous_status(folder, name) in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
        assert "X-Amz-Expires=604800" in urls[name] or isinstance(case, AzureCase)
        check_url_reference(urls[name])


def test_a_deleted_object_is_gone(case: StoreCase, folder: Store) -> None:
    """An object can be taken away, also one that is not there."""
    assert isinstance(folder, Deletes)
    folder.put("a.png", b"x", "image/png")
    folder.delete("a.png")
    folder.delete("a.png")
    assert case.look(folder, "a.png") is None


def test_what_was_put_when(case: StoreCase, folder: Store) -> None:
    """A store that tells it names what was put between two moments, by its own clock."""
    assert isinstance(folder, Dates) is not isinstance(case, HostCase)
    if not isinstance(folder, Dates):
        return
    began_at, hour = datetime.now(UTC), timedelta(hours=1)
    folder.put("a.png", b"x", "image/png")
    folder.put("deep/b.png", b"x", "image/png")
    assert sorted(folder.names_put(began_at, began_at + hour)) == ["a.png", "deep/b.png"]
    assert list(folder.names_put(began_at + hour, began_at + 2 * hour)) == []
    assert list(folder.names_put(began_at - hour, began_at - timedelta(seconds=2))) == []
    with closing(case.open("film.mp4", is_folder=False)) as film:
        assert isinstance(film, Dates)
        film.put("", b"x", "video/mp4")
        assert list(film.names_put(began_at, began_at + hour)) == [""]


def test_a_missing_source_file_puts_nothing(case: StoreCase, folder: Store, tmp_path: Path) -> None:
    """A put that cannot read its content leaves no object."""
    with pytest.raises(OSError, match="missing"):
        folder.put("a.mp4", tmp_path / "missing.mp4", "video/mp4")
    assert case.look(folder, "a.mp4") is None
