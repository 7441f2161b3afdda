"""The built-in store: served for a day, unguessable, and swept."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from filmstrip.domain.manifest_kind import MANIFEST_FILES, ManifestFile
from filmstrip.domain.picture import ImageFormat
from filmstrip.storage.own.serving import TemporaryFile, TemporaryObject, TemporaryObjects
from filmstrip.storage.own.temporary import TemporaryStore, open_temporary
from filmstrip.storage.settings import StorageSettings
from filmstrip.testing.seaweedfs import S3Server
from store_cases import own_bucket

BEGINS_AT = datetime(2031, 5, 2, 10, 15, 30, tzinfo=UTC)
TOKEN = "7c0000000000000000000000000000aa"


@pytest.fixture
def settings(tmp_path: Path) -> StorageSettings:
    return StorageSettings(tmp_path / "temporary", public_url="https://video.example/")


@pytest.fixture(params=["folder", "bucket"])
def either(request: pytest.FixtureRequest, settings: StorageSettings) -> StorageSettings:
    """The store on the disk, and in the operator's bucket."""
    if request.param == "folder":
        return settings
    server: S3Server = request.getfixturevalue("seaweedfs")
    return replace(settings, **own_bucket(server))


def _find(settings: StorageSettings, key: str, now: datetime) -> TemporaryObject | None:
    return TemporaryObjects(settings).find(key, now)


def _sweep(settings: StorageSettings, now: datetime) -> int:
    return TemporaryObjects(settings).sweep(now)


def _open(settings: StorageSettings, index: int = 0, token: str = TOKEN) -> TemporaryStore:
    return open_temporary(settings, token, index, BEGINS_AT, file_name="video.mp4")


def test_the_url_leads_to_the_object(settings: StorageSettings) -> None:
    """The part of a location's URL behind the service's own is the key by which the object is found."""
    store = _open(settings)
    store.put("a/b c.png", b"picture", "image/png")
    location = store.locate("a/b c.png")
    assert location.url == f"https://video.example/storage/{location.key}".replace(" ", "%20")
    found = _find(settings, location.key, BEGINS_AT)
    assert isinstance(found, TemporaryFile)
    assert (found.path.read_bytes(), found.content_type) == (b"picture", "image/png")


def test_the_expiry_is_told_and_kept(either: StorageSettings) -> None:
    """An object is there until the moment that is told, and gone within the hour after it."""
    settings = either
    store = _open(settings)
    store.put("", b"film", "video/mp4")
    location = store.locate("")
    assert location.expires_at == "2031-05-03 10:15:30"
    assert location.key.endswith("/video.mp4")
    expires_at = BEGINS_AT + timedelta(hours=24)
    assert _sweep(settings, expires_at) == 0
    assert _find(settings, location.key, expires_at) is not None
    assert _find(settings, location.key, expires_at + timedelta(hours=1)) is None
    assert _sweep(settings, expires_at + timedelta(hours=1)) == 1
    assert _sweep(settings, expires_at + timedelta(hours=1)) == 0
    assert not settings.temporary_root.exists() or list(settings.temporary_root.iterdir()) == []


def test_the_same_task_finds_its_place_again(settings: StorageSettings) -> None:
    """A resumed task puts into the folder that it began with; other outputs and tasks have their own."""
    assert _open(settings).locate("a") == _open(settings).locate("a")
    folders = {_open(settings, index, token).locate("").url for index in (0, 1) for token in (TOKEN, "other")}
    assert len(folders) == 4


def test_the_token_cannot_be_read_from_the_url(settings: StorageSettings) -> None:
    """Who is given a picture's URL is not given the task."""
    assert TOKEN not in _open(settings).locate("a").url


@pytest.mark.parametrize(
    "key",
    [
        "",
        "2031050400",
        "../secret",
        "{folder}/../../../secret",
        "{folder}/",
        "{folder}",
        "{folder}/.partial-abc",
        "{folder}/gone.png",
        "{folder}//video.mp4",
        "2031050311/notahex/video.mp4",
    ],
)
def test_only_whole_objects_are_found(settings: StorageSettings, key: str) -> None:
    """No key leads to a folder, to a file that is still being written, or out of the store."""
    store = _open(settings)
    store.put("", b"film", "video/mp4")
    folder = store.locate("").key.rpartition("/")[0]
    (settings.temporary_root / folder / ".partial-abc").write_bytes(b"half")
    (settings.temporary_root.parent / "secret").write_bytes(b"secret")
    assert _find(settings, key.format(folder=folder), BEGINS_AT) is None


def test_a_store_that_was_never_used_can_be_swept(either: StorageSettings) -> None:
    """Sweeping before anything was put is no error."""
    assert _sweep(either, BEGINS_AT) == 0


@pytest.fixture
def without_types_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Python's own table of types alone, as on a machine that has no such file."""
    with monkeypatch.context() as patch:
        patch.setattr(mimetypes, "knownfiles", [])
        mimetypes.init()
        yield
    mimetypes.init()


@pytest.mark.usefixtures("without_types_of_the_machine")
@pytest.mark.parametrize("image_format", list(ImageFormat))
def test_pictures_are_served_as_what_they_are(image_format: ImageFormat, settings: StorageSettings) -> None:
    """On every machine, whatever its table of types lacks."""
    store = _open(settings)
    for name in (f"a.{extension}" for extension in image_format.extensions):
        store.put(name, b"picture", image_format.content_type)
        found = _find(settings, store.locate(name).key, BEGINS_AT)
        assert found is not None
        assert found.content_type == image_format.content_type


@pytest.mark.usefixtures("without_types_of_the_machine")
@pytest.mark.parametrize("file", MANIFEST_FILES, ids=lambda file: file.name)
def test_manifests_are_served_as_what_they_are(file: ManifestFile, settings: StorageSettings) -> None:
    """Players that judge by the type take each file of each row."""
    store = _open(settings)
    store.put(f"a{file.name}", b"manifest", file.content_type)
    found = _find(settings, store.locate(f"a{file.name}").key, BEGINS_AT)
    assert found is not None
    assert found.content_type == file.content_type
