"""A bucket of Backblaze as a store; where it is is asked when it is first needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock

from filmstrip.domain.artifact import Location
from filmstrip.domain.errors import DestinationForbiddenError, DestinationRefusedError, DestinationUnreachableError
from filmstrip.params.destination import Destination
from filmstrip.storage.b2.account import s3_server
from filmstrip.storage.object_name import joined_name
from filmstrip.storage.s3.s3_store import S3Store
from filmstrip.storage.settings import StorageSettings


class B2Store:
    """A folder of keys in a bucket, or one key."""

    def __init__(self, destination: Destination, settings: StorageSettings, *, is_folder: bool) -> None:
        """Prepare it; nothing is sent yet.

        Raises:
            DestinationRefusedError: The URL names a folder where a file is needed.
        """
        self._destination = destination
        self._settings = settings
        self._is_folder = is_folder
        self._bucket, _, key = destination.url.partition("://")[2].partition("/")
        self._key = key.strip("/")
        if not is_folder and (not key or key.endswith("/")):
            raise DestinationRefusedError(f'"{destination.url}" names a folder, and this output is one file')
        self._asking = Lock()
        self._opened: S3Store | None = None

    def put(self, name: str, data: Path | bytes, content_type: str) -> None:
        """Put an object, as `S3Store.put`."""
        self._key_of(name)
        self._store().put(name, data, content_type)

    def locate(self, name: str) -> Location:
        """Return the object's key and bucket; its address is known to the account alone."""
        key = self._key_of(name) if name else self._key
        return Location("b2", f"b2://{self._bucket}/{key}", key, self._bucket)

    def names(self) -> Iterator[str]:
        """Yield the names below the folder, or "" if the one file is there."""
        yield from self._store().names()

    def delete(self, name: str) -> None:
        """Delete the object."""
        self._store().delete(name)

    def names_put(self, since: datetime, until: datetime) -> Iterator[str]:
        """Yield the names of the objects that were put between two moments."""
        return self._store().names_put(since, until)

    def take_back(self, since: datetime) -> None:
        """Give up the uploads in parts that nobody goes on with."""
        self._store().take_back(since)

    def presign(self, names: Sequence[str], hours: int) -> dict[str, str]:
        """Sign the addresses of objects."""
        return self._store().presign(names, hours)

    def close(self) -> None:
        """Close the connections and the way out."""
        if self._opened is not None:
            self._opened.close()

    def _key_of(self, name: str) -> str:
        if name and not self._is_folder:
            raise DestinationRefusedError(f'"{self._destination.url}" is one file and cannot hold "{name}"')
        return joined_name(self._key, name)

    def _store(self) -> S3Store:
        with self._asking:
            if self._opened is None:
                server = s3_server(
                    self._destination, self._settings, DestinationForbiddenError, DestinationUnreachableError
                )
                url = f"s3://{server}/{self._destination.url.partition('://')[2]}"
                place = self._destination.model_copy(update={"url": url})
                self._opened = S3Store(place, self._settings, is_folder=self._is_folder)
            return self._opened
