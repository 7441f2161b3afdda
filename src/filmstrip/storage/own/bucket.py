"""A folder of the bucket that the setting `temporary_url` names."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

import obstore
import structlog

from filmstrip.domain.errors import DestinationRefusedError, FilmstripError
from filmstrip.params.destination import Destination
from filmstrip.storage.lending.named_stores import StoreLender
from filmstrip.storage.own.opening import OWN_HOST
from filmstrip.storage.s3.address import S3Address
from filmstrip.storage.s3.clients import S3Clients
from filmstrip.storage.s3.s3_store import S3Store
from filmstrip.storage.settings import StorageSettings

_READ_BYTES = 8 << 20
_MOST_DELETED = 1000
"""Keys that one request may delete (Amazon S3 API, DeleteObjects)."""

T = TypeVar("T")
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """What the server tells of an object.

    Attributes:
        size_bytes: How large it is.
        etag: Its entity tag, in quotation marks.
        modified_at: When it was put.
    """

    size_bytes: int
    etag: str
    modified_at: datetime


class OwnBucket(S3Store):
    """A folder of the bucket, whose objects can be read, listed and removed; may be used by several threads."""

    def __init__(self, settings: StorageSettings, url: str, folder: str) -> None:
        keys = {"key": settings.temporary_key, "secret": settings.temporary_secret}
        place = Destination.model_validate({"url": f"{url.rstrip('/')}/{folder}/", **keys})
        address = S3Address.at(place.url, settings, DestinationRefusedError)
        # The operator names it, so it may be private.
        host = f"[{address.host}]" if ":" in address.host else address.host
        lender = StoreLender(settings.stores, None)
        super().__init__(place, settings.allowing(f"{host}:{address.connected_port}"), is_folder=True, lender=lender)

    def facts(self, name: str) -> ObjectFacts:
        """Ask for the facts of an object.

        Raises:
            FileNotFoundError: There is none.
        """
        key = self._key(name)
        told = self._found(name, lambda clients: obstore.head(clients.asking, key))
        return ObjectFacts(int(told["size"]), str(told["e_tag"] or ""), told["last_modified"])

    def read(self, name: str, start: int, end: int) -> Iterator[bytes]:
        """Yield bytes of an object, from a first one to before a last one, at most 8 MiB at a time.

        Raises:
            FileNotFoundError: There is none.
        """
        key = self._key(name)
        for first in range(start, end, _READ_BYTES):
            yield self._found(name, partial(_range, key, first, min(end, first + _READ_BYTES)))

    def sizes(self, folder: str) -> dict[str, int]:
        """Return the bytes of each object below a folder, by its name in it, in the order of names."""
        prefix = self._key(folder) if folder else self._address.key

        def list_all(clients: S3Clients) -> dict[str, int]:
            entries = [entry for page in obstore.list(clients.asking, prefix) for entry in page]
            return {str(entry["path"]).removeprefix(f"{prefix}/"): int(entry["size"]) for entry in entries}

        return dict(sorted(self._do(list_all).items()))

    def folders(self) -> list[str]:
        """Return the names of the folders that have objects, or had some a while ago."""
        prefix = self._address.key

        def list_folders(clients: S3Clients) -> list[str]:
            found = obstore.list_with_delimiter(clients.asking, prefix)["common_prefixes"]
            return [str(path).removeprefix(f"{prefix}/").strip("/") for path in found]

        return self._do(list_folders)

    def clear(self, folder: str) -> int:
        """Remove all objects below a folder, and return how many there were."""
        names = [f"{folder}/{name}" for name in self.sizes(folder)]
        self.remove(names)
        return len(names)

    def remove(self, names: Sequence[str]) -> None:
        """Remove objects."""
        keys = [self._key(name) for name in names]
        for first in range(0, len(keys), _MOST_DELETED):
            self._do(partial(_delete, keys[first : first + _MOST_DELETED]))

    def try_out(self) -> None:
        """Do once what the service will do: put an object, find, read and remove it.

        Raises:
            FilmstripError: One of these is refused; its cause says why.
        """
        name = f"trial-{secrets.token_hex(8)}"
        self.put(name, b"filmstrip", "text/plain")
        try:
            if name not in self.sizes("") or b"".join(self.read(name, 0, 9)) != b"filmstrip":
                raise DestinationRefusedError("The temporary store gives back something else than was put")
        finally:
            self.remove([name])

    def _found(self, name: str, ask: Callable[[S3Clients], T]) -> T:
        def asked(clients: S3Clients) -> T | None:
            try:
                return ask(clients)
            except FileNotFoundError:
                return None

        if (found := self._do(asked)) is None:
            raise FileNotFoundError(name)
        return found

    @contextmanager
    def _failures_told(self, clients: S3Clients) -> Iterator[None]:
        """Log what is the matter, and raise only that something is: clients need not know the place."""
        try:
            with super()._failures_told(clients):
                yield
        except FilmstripError as error:
            _log.error("own_bucket_failed", error=str(error))
            told = type(error)("The temporary store of this service cannot be used now; its log says why")
            told.region, told.host = error.region, OWN_HOST
            raise told from error


def _delete(keys: list[str], clients: S3Clients) -> None:
    obstore.delete(clients.asking, keys)


def _range(key: str, start: int, end: int, clients: S3Clients) -> bytes:
    return bytes(obstore.get_range(clients.asking, key, start=start, end=end))
