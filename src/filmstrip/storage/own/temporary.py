"""The place of results without a destination, which are served over HTTP for a day: a folder tree, or a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from filmstrip.domain.artifact import Location
from filmstrip.domain.errors import DestinationRefusedError
from filmstrip.storage.local import LocalStore
from filmstrip.storage.own.keys import TEMPORARY_URL_PATH, folder_of
from filmstrip.storage.own.opening import OWN_HOST, RESULTS, open_own
from filmstrip.storage.settings import StorageSettings

if TYPE_CHECKING:
    from filmstrip.storage.own.bucket import OwnBucket


class TemporaryStore:
    """The folder of one output in the temporary store.

    Attributes:
        host: What its server is called to clients; "" for a disk of this machine.
    """

    def __init__(
        self, inner: LocalStore | OwnBucket, folder: str, url: str, expires_at: datetime, file_name: str | None
    ) -> None:
        """Prepare it.

        Args:
            inner: Keeps the objects.
            folder: Begins their keys.
            url: Begins their URLs, before the keys.
            expires_at: Until when they are handed out.
            file_name: How the object is called that has the name "", None if there is no such.
        """
        self.host = "" if isinstance(inner, LocalStore) else OWN_HOST
        self._inner = inner
        self._folder = folder
        self._url = url
        self._expires_at = expires_at
        self._file_name = file_name

    def put(self, name: str, data: Path | bytes, content_type: str) -> None:
        """Put an object, whole or not at all."""
        if not self._named(name):
            raise DestinationRefusedError("A temporary object needs a name")
        self._inner.put(self._named(name), data, content_type)

    def locate(self, name: str) -> Location:
        """Return the URL under which the service hands the object out, and until when."""
        key = "/".join(filter(None, (self._folder, self._named(name))))
        return Location(
            kind="local",
            url=self._url + quote(key),
            key=key,
            expires_at=self._expires_at.strftime("%Y-%m-%d %H:%M:%S"),
        )

    def names(self) -> Iterator[str]:
        """Yield the names of all objects."""
        return self._inner.names()

    def names_put(self, since: datetime, until: datetime) -> Iterator[str]:
        """Yield the names of the objects that were put between two moments."""
        return ("" if name == self._file_name else name for name in self._inner.names_put(since, until))

    def delete(self, name: str) -> None:
        """Remove the object."""
        self._inner.delete(self._named(name))

    def take_back(self, since: datetime) -> None:
        """Give up the uploads in parts that nobody goes on with, if it is a bucket."""
        if not isinstance(self._inner, LocalStore):
            self._inner.take_back(since)

    def close(self) -> None:
        """Give back connections."""
        self._inner.close()

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

    Raises:
        CredentialsError: What signs for the bucket cannot be read.
    """
    expires_at = begins_at.astimezone(UTC) + timedelta(hours=settings.temporary_hours)
    folder = folder_of(token, output_index, expires_at)
    inner = open_own(settings, f"{RESULTS}/{folder}")
    url = settings.public_url.rstrip("/") + TEMPORARY_URL_PATH
    return TemporaryStore(
        inner or LocalStore(settings.temporary_root.resolve() / folder, is_folder=True),
        folder,
        url,
        expires_at,
        file_name,
    )
