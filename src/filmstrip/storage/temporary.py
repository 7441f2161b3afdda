"""The place of results without a destination: a folder tree that is served over HTTP for a day.

    <temporary_root>/<hour in which it expires>/<unguessable folder of one output>/<name>

The hour is part of the path, so what has expired is known without any record: a crash cannot make it stay.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from filmstrip.domain.artifact import Location
from filmstrip.domain.errors import DestinationRefusedError
from filmstrip.domain.manifest_kind import MANIFEST_FILES
from filmstrip.domain.picture import ImageFormat
from filmstrip.storage.local import LocalStore
from filmstrip.storage.object_name import checked_name
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.whole_file import PARTIAL_PREFIX

TEMPORARY_URL_PATH = "/storage/"
"""Begins the path of a temporary object's URL; what follows is its key."""

_HOUR = "%Y%m%d%H"
_KEY = re.compile(r"(?P<hour>\d{10})/[0-9a-f]{32}/.+")
_CONTENT_TYPES = {
    # What Python's table lacks or tells otherwise than the formats' own specifications.
    ".m4s": "video/iso.segment",  # ISO/IEC 23009-1, annex C
    ".ts": "video/mp2t",  # RFC 3555
    **{file.extension: file.content_type for file in MANIFEST_FILES},
    # Newer ones of these only some machines know.
    **{f".{extension}": each.content_type for each in ImageFormat for extension in each.extensions},
}


@dataclass(frozen=True, slots=True)
class TemporaryObject:
    """An object to serve.

    Attributes:
        path: Its file.
        content_type: MIME type to serve it with.
    """

    path: Path
    content_type: str


class TemporaryStore(LocalStore):
    """The folder of one output in the temporary store."""

    def __init__(self, folder: Path, url: str, expires_at: datetime, file_name: str | None) -> None:
        super().__init__(folder, is_folder=True)
        self._url = url
        self._expires_at = expires_at
        self._file_name = file_name

    def put(self, name: str, data: Path | bytes, content_type: str) -> None:
        """Write the file under another name and rename it."""
        if not self._named(name):
            raise DestinationRefusedError("A temporary object needs a name")
        super().put(self._named(name), data, content_type)

    def locate(self, name: str) -> Location:
        """Return the URL under which the service hands the object out, and until when."""
        folder = f"{self._path.parent.name}/{self._path.name}"
        below = "/" + self._named(name) if self._named(name) else ""
        return Location(
            kind="local",
            url=self._url + quote(folder + below),
            key=folder + below,
            expires_at=self._expires_at.strftime("%Y-%m-%d %H:%M:%S"),
        )

    def delete(self, name: str) -> None:
        """Remove the file."""
        super().delete(self._named(name))

    def _named(self, name: str) -> str:
        return name or self._file_name or ""


def open_temporary(
    settings: StorageSettings, token: str, output_index: int, begins_at: datetime, *, file_name: str | None = None
) -> TemporaryStore:
    """Open the temporary store of one output; the same arguments lead to the same place.

    Args:
        settings: Where the store is and how long it keeps what it has.
        token: Token of the task; it cannot be read from the objects' URLs.
        output_index: Place of the output in the task.
        begins_at: When the hours begin to count: a moment of the task that stays the same when it is resumed.
        file_name: For an output of one file: how the object is called that has the name "".
    """
    expires_at = begins_at.astimezone(UTC) + timedelta(hours=settings.temporary_hours)
    # A truncated hour would take the object away early.
    last_hour = (expires_at + timedelta(hours=1)).strftime(_HOUR)
    secret = hashlib.sha256(f"temporary store|{token}|{output_index}".encode()).hexdigest()[:32]
    url = settings.public_url.rstrip("/") + TEMPORARY_URL_PATH
    return TemporaryStore(settings.temporary_root.resolve() / last_hour / secret, url, expires_at, file_name)


def find_temporary(settings: StorageSettings, key: str, now: datetime) -> TemporaryObject | None:
    """Find the object of a key, the part of its URL's path after `TEMPORARY_URL_PATH`, with escapes undone.

    Returns:
        None if there is no such object, or if it has expired.
    """
    match = _KEY.fullmatch(key)
    if match is None or match["hour"] <= now.astimezone(UTC).strftime(_HOUR):
        return None
    try:
        path = settings.temporary_root / checked_name(key)
    except DestinationRefusedError:
        return None
    if path.name.startswith(PARTIAL_PREFIX) or not path.is_file():
        return None
    return TemporaryObject(path, _content_type(path))


def sweep_temporary(settings: StorageSettings, now: datetime) -> int:
    """Delete what has expired and return how many hours were swept."""
    hour = now.astimezone(UTC).strftime(_HOUR)
    root = settings.temporary_root
    expired = [path for path in root.iterdir() if path.name <= hour] if root.is_dir() else []
    for path in expired:
        shutil.rmtree(path, ignore_errors=True)
    return len(expired)


def _content_type(path: Path) -> str:
    guessed, _encoding = mimetypes.guess_type(path.name)
    return _CONTENT_TYPES.get(path.suffix.lower()) or guessed or "application/octet-stream"
