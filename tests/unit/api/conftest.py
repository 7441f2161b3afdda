"""The API on a real database, over HTTP."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from api_harness import Clock, Runner, Service
from filmstrip.api.app import make_app
from filmstrip.api.parts import Parts
from filmstrip.api.settings import ApiSettings
from filmstrip.db.database import Database
from filmstrip.storage.own.serving import TemporaryFile, TemporaryObject
from filmstrip.uploads.folder_store import FolderStore
from filmstrip.uploads.settings import UploadSettings
from filmstrip.uploads.uploads import Uploads
from fresh_database import fresh_database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path, clock: Clock) -> Iterator[Database]:
    with fresh_database(tmp_path, clock) as database:
        yield database


@pytest.fixture
def public_url() -> str | None:
    """The setting; a test module may have its own."""
    return None


@pytest.fixture
def api_settings() -> ApiSettings:
    """Limits of the API; a test module may have its own."""
    return ApiSettings()


@pytest.fixture
def upload_idle_seconds() -> float:
    return 60


@pytest.fixture
def uploads(tmp_path: Path, database: Database, upload_idle_seconds: float) -> Uploads:
    settings = UploadSettings(tmp_path / "uploads", upload_idle_seconds=upload_idle_seconds)
    return Uploads(database.uploads, FolderStore(tmp_path / "uploads"), settings)


@pytest.fixture
async def service(
    tmp_path: Path,
    database: Database,
    clock: Clock,
    public_url: str | None,
    uploads: Uploads,
    api_settings: ApiSettings,
) -> AsyncIterator[Service]:
    runner, folder, faults = Runner(database), tmp_path / "stored", dict[str, Exception]()
    folder.mkdir()

    async def check() -> None:
        for fault in faults.values():
            raise fault

    def find(key: str) -> TemporaryObject | None:
        path = folder / key
        return TemporaryFile("text/vtt", path) if path.is_file() else None

    app = make_app(Parts(database, runner, uploads, find, public_url, {"database": check}, api_settings))
    _key, plaintext = database.keys.create_key("test")
    async with TestClient(TestServer(app)) as client:
        yield Service(client, database, runner, clock, plaintext, folder, faults)
