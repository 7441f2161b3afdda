"""What the temporary store has to hand out, and what it has to forget."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from filmstrip.storage.own.keys import checked_key, content_type_of, has_expired
from filmstrip.storage.own.opening import PIECES, RESULTS, open_own
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.whole_file import PARTIAL_PREFIX

if TYPE_CHECKING:
    from filmstrip.storage.own.bucket import OwnBucket

_SIGNED_HOURS = 1


@dataclass(frozen=True, slots=True)
class TemporaryFile:
    """An object on a disk of this machine.

    Attributes:
        content_type: MIME type to serve it with.
        path: Its file.
    """

    content_type: str
    path: Path


@dataclass(frozen=True, slots=True)
class BucketObject:
    """An object in the operator's bucket.

    Attributes:
        content_type: MIME type to serve it with.
        size_bytes: How large it is.
        etag: Its entity tag, in quotation marks.
        modified_at: When it was put.
        read: Yields its bytes from a first one to before a last one, a block at a time; it blocks.
        url: Where browsers are sent for it, signed; None if it is sent to them through this service.
    """

    content_type: str
    size_bytes: int
    etag: str
    modified_at: datetime
    read: Callable[[int, int], Iterator[bytes]]
    url: str | None = None


TemporaryObject = TemporaryFile | BucketObject


class TemporaryObjects:
    """All objects of the temporary store. The methods block."""

    def __init__(self, settings: StorageSettings) -> None:
        """Open nothing yet."""
        self._settings = settings

    @cached_property
    def _bucket(self) -> OwnBucket | None:
        return open_own(self._settings, RESULTS)

    @cached_property
    def _pieces(self) -> OwnBucket | None:
        return open_own(self._settings, PIECES)

    def find(self, key: str, now: datetime) -> TemporaryObject | None:
        """Find the object of a key, the part of its URL's path after `TEMPORARY_URL_PATH`, with escapes undone.

        Returns:
            None if there is no such object, or if it has expired.

        Raises:
            DestinationError: The bucket does not answer.
        """
        name = checked_key(key, now)
        if name is None:
            return None
        return self._on_disk(name) if self._bucket is None else self._in_bucket(self._bucket, name)

    def _on_disk(self, name: str) -> TemporaryFile | None:
        path = self._settings.temporary_root / name
        if path.name.startswith(PARTIAL_PREFIX) or not path.is_file():
            return None
        return TemporaryFile(content_type_of(name), path)

    def _in_bucket(self, bucket: OwnBucket, name: str) -> BucketObject | None:
        try:
            facts = bucket.facts(name)
        except FileNotFoundError:
            return None
        return BucketObject(
            content_type_of(name),
            facts.size_bytes,
            facts.etag,
            facts.modified_at,
            lambda start, end: bucket.read(name, start, end),
            bucket.presign([name], _SIGNED_HOURS)[name] if self._settings.temporary_redirect else None,
        )

    def sweep(self, now: datetime) -> int:
        """Delete what has expired and return how many hours were swept."""
        root = self._settings.temporary_root
        expired = [path for path in root.iterdir() if has_expired(path.name, now)] if root.is_dir() else []
        for path in expired:
            shutil.rmtree(path, ignore_errors=True)
        if self._bucket is None:
            return len(expired)
        buckets = [bucket for bucket in (self._bucket, self._pieces) if bucket is not None]
        cleared = [each.clear(hour) for each in buckets for hour in each.folders() if has_expired(hour, now)]
        return len(expired) + sum(map(bool, cleared))
