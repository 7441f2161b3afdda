"""The bytes of uploads, in a folder and in the operator's bucket."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from filmstrip.domain.errors import DestinationError, SourceUnreachableError
from filmstrip.storage.own.bucket import OwnBucket
from filmstrip.storage.own.opening import UPLOADS, open_own
from filmstrip.storage.settings import StorageSettings
from filmstrip.testing.seaweedfs import S3Server
from filmstrip.uploads.bucket_store import BucketStore
from filmstrip.uploads.byte_store import ByteStore
from filmstrip.uploads.folder_store import FolderStore
from store_cases import own_bucket

IDENTITY = "0123456789abcdef" * 2
OTHER = "fedcba9876543210" * 2


@pytest.fixture
def bucket(seaweedfs: S3Server, tmp_path: Path) -> OwnBucket:
    opened = open_own(StorageSettings(tmp_path, **own_bucket(seaweedfs)), UPLOADS)
    assert opened is not None
    return opened


@pytest.fixture(params=["folder", "bucket"])
def open_bytes(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], ByteStore]:
    """Open the same place, as each process of a service does."""
    if request.param == "folder":
        return lambda: FolderStore(tmp_path / "uploads")
    bucket: OwnBucket = request.getfixturevalue("bucket")
    return lambda: BucketStore(bucket, tmp_path / "held", lambda _folder: None)


def _append(store: ByteStore, offset: int, *pieces: bytes, is_safe: bool = True) -> None:
    with closing_writer(store, offset) as writer:
        for piece in pieces:
            writer.write(piece)
        if is_safe:
            assert writer.make_safe() == offset + sum(map(len, pieces))


def closing_writer(store: ByteStore, offset: int) -> closing:  # type: ignore[type-arg]
    writer = store.append(IDENTITY, offset)

    class Closing:
        write, make_safe = writer.write, writer.make_safe

        def close(self) -> None:
            writer.close(forget_unsafe=True)

    return closing(Closing())


def _content(store: ByteStore, size: int = 1 << 20) -> bytes:
    return b"".join(store.read(IDENTITY, size))


def test_what_is_safe_is_there_for_others(open_bytes: Callable[[], ByteStore]) -> None:
    """Bytes that one process made safe, another one reads, goes on with, and removes."""
    first, second = open_bytes(), open_bytes()
    assert (first.size(IDENTITY), list(first.identities()), _content(first)) == (0, [], b"")
    _append(first, 0, b"abc", b"def")
    assert (second.size(IDENTITY), list(second.identities())) == (6, [IDENTITY])
    _append(second, 6, b"ghi")
    assert _content(first) == b"abcdefghi"
    assert [len(part) <= 2 for part in first.read(IDENTITY, 2)] == [True] * len(list(first.read(IDENTITY, 2)))
    assert (first.size(OTHER), list(first.read(OTHER, 9))) == (0, [])
    first.remove(IDENTITY)
    first.remove(IDENTITY)
    assert second.size(IDENTITY) == 0
    # A bucket may name it for a while.
    assert list(second.identities()) in ([], [IDENTITY])


def test_what_was_not_made_safe_is_forgotten(open_bytes: Callable[[], ByteStore]) -> None:
    """Also what is so much that it was put already."""
    store = open_bytes()
    _append(store, 0, b"abc")
    _append(store, 3, b"x" * (9 << 20), b"y", is_safe=False)
    assert _content(store) == b"abc"
    _append(store, 3)
    assert _content(store) == b"abc"


def test_an_earlier_offset_cuts_off_what_is_behind_it(open_bytes: Callable[[], ByteStore]) -> None:
    """Within what came at once, too, as after a database that was put back."""
    store = open_bytes()
    _append(store, 0, b"abcdef")
    _append(store, 6, b"ghi")
    _append(store, 4, b"X")
    assert _content(store) == b"abcdX"
    assert store.size(IDENTITY) == 5


def test_many_parts_are_one_upload(open_bytes: Callable[[], ByteStore], tmp_path: Path) -> None:
    """Of 20 MiB, in pieces as they come; handed out whole, with the progress told."""
    store, content, told = open_bytes(), bytes(range(256)) * (20 << 12), list[float]()
    _append(store, 0, *(content[start : start + (1 << 20)] for start in range(0, len(content), 1 << 20)))
    assert store.size(IDENTITY) == len(content)
    store.hand_out(IDENTITY, tmp_path / "film", told.append)
    assert (tmp_path / "film").read_bytes() == content
    assert told == sorted(told)
    store.remove(IDENTITY)
    assert (tmp_path / "film").stat().st_size == len(content)


def test_what_is_not_there_is_not_handed_out(open_bytes: Callable[[], ByteStore], tmp_path: Path) -> None:
    """Nothing appears at the path."""
    with pytest.raises(FileNotFoundError):
        open_bytes().hand_out(IDENTITY, tmp_path / "film", lambda _fraction: None)
    assert not (tmp_path / "film").exists()


def test_what_lies_behind_a_gap_does_not_count(bucket: OwnBucket, tmp_path: Path) -> None:
    """A part that the bucket lost makes the upload end before it."""
    store = BucketStore(bucket, tmp_path, lambda _folder: None)
    for offset in (0, 3, 6):
        _append(store, offset, b"abc")
    bucket.remove([f"{IDENTITY}/{3:020d}"])
    assert (store.size(IDENTITY), _content(store)) == (3, b"abc")


def test_a_bucket_that_does_not_answer(seaweedfs: S3Server, tmp_path: Path) -> None:
    """Is waited for as a source that does not answer; nobody hears where it is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = own_bucket(seaweedfs)
    away = own["temporary_url"].replace(f":{seaweedfs.port}/", f":{port}/")
    settings = replace(
        StorageSettings(tmp_path, **own), temporary_url=away, plain_http_hosts=(f"127.0.0.1:{port}",), retries=0
    )
    opened = open_own(settings, UPLOADS)
    assert opened is not None
    store = BucketStore(opened, tmp_path, lambda _folder: None)
    with pytest.raises(SourceUnreachableError, match=r"^The temporary store of this service cannot be used now"):
        store.hand_out(IDENTITY, tmp_path / "film", lambda _fraction: None)
    with pytest.raises(DestinationError, match=r"^The temporary store of this service cannot be used now"):
        store.append(IDENTITY, 0)
