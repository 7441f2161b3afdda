"""What a store is: a place where whole objects are put under names; listing and the like are abilities of some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from filmstrip.domain.artifact import Location


class Store(Protocol):
    """A place for the files of one output.

    An implementer must be safe to call from several threads at once, and must not show a secret in any error.
    """

    def put(self, name: str, data: Path | bytes, content_type: str) -> None:
        """Put an object, replacing what was there: whole or not at all.

        Args:
            name: Relative to the store, with forward slashes; "" if the destination itself names the file.
            data: The content, or a local file that holds it.
            content_type: MIME type that the object is served with.

        Raises:
            DestinationForbiddenError: The credentials are not accepted, or do not suffice.
            BucketNotFoundError: There is no such bucket.
            DestinationRefusedError: The name or an attribute of the object is not accepted.
            DestinationUnreachableError: The store does not answer, also not when asked again.
            HostNotAllowedError: The operator does not allow the store's host.
            DiskFullError: The store is a disk of this machine, and full.
        """

    def locate(self, name: str) -> Location:
        """Return where an object is, or will be; "" in a folder is the folder itself."""

    def close(self) -> None:
        """Give back connections; nothing may be called afterwards."""


@runtime_checkable
class Lists(Protocol):
    """The ability to tell what is there."""

    def names(self) -> Iterator[str]:
        """Yield the names of all objects in the store, in no particular order."""


@runtime_checkable
class Presigns(Protocol):
    """The ability to make addresses under which any client can fetch an object for a while."""

    def presign(self, names: Sequence[str], hours: int) -> dict[str, str]:
        """Make the address of each object, which need not be there yet.

        Args:
            names: As for `put`.
            hours: How long the addresses are good, 1 to 168.

        Raises:
            DestinationRefusedError: There are no credentials to sign with.
        """


@runtime_checkable
class Deletes(Protocol):
    """The ability to take an object away."""

    def delete(self, name: str) -> None:
        """Delete an object; one that is not there is as good as deleted.

        Raises:
            DestinationError: The store refuses, or does not answer.
        """


@runtime_checkable
class Dates(Protocol):
    """The ability to tell what was put when."""

    def names_put(self, since: datetime, until: datetime) -> Iterator[str]:
        """Yield the names of the objects that were put between two moments.

        Args:
            since: UTC, by the store's clock; one that counts in seconds has them in full.
            until: UTC.
        """


@runtime_checkable
class TakesBack(Protocol):
    """The ability to give up puts that were begun and that nobody goes on with."""

    def take_back(self, since: datetime) -> None:
        """Give up all puts of objects of this store that were begun since a moment and are not complete.

        Args:
            since: UTC; what was begun before is somebody else's.

        Raises:
            DestinationError: The store refuses, or does not answer.
        """
