"""Where the pieces of one output lie until it is made of them: on the disk of the one machine, or in the bucket of all.

    <temporary_url>/pieces/<hour in which it expires>/<unguessable folder of one output>/<name>

They are removed with the end of their output; the hour is for what a crash leaves.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from filmstrip.domain.artifact import Location
from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.storage.own.keys import folder_of
from filmstrip.storage.own.opening import OWN_HOST, PIECES, open_own
from filmstrip.storage.settings import StorageSettings

if TYPE_CHECKING:
    from filmstrip.storage.own.bucket import OwnBucket


class Scratch(Protocol):
    """The pieces of one output; it is a store as well, and may be used by several threads.

    Attributes:
        host: What its server is called to clients; "" for a disk of this machine.
    """

    host: str

    def put(self, name: str, data: Path | bytes, content_type: str) -> None:
        """Put a piece: whole or not at all; errors as those of `storage._base.Store`."""

    def locate(self, name: str) -> Location:
        """Return where a piece is; nobody is told."""

    def sizes(self) -> dict[str, int]:
        """Return the bytes of each piece that is there, by its name."""

    def fetch(self, name: str, path: Path) -> None:
        """Copy a piece to a path, if it is not there.

        Raises:
            FileNotFoundError: There is none.
        """

    def clear(self) -> None:
        """Remove all pieces."""

    def close(self) -> None:
        """Give back connections."""


class FolderScratch:
    """Pieces that stay in the folder in which they are made: the same machine needs them."""

    host = ""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        self._folder = folder

    def put(self, name: str, data: Path | bytes, content_type: str) -> None:
        """Do nothing: it is there."""

    def locate(self, name: str) -> Location:
        """Return the file's path."""
        path = self._folder / name
        return Location(kind="local", url=path.as_uri(), key=str(path).lstrip("/"))

    def sizes(self) -> dict[str, int]:
        """Look into the folder."""
        return {path.name: path.stat().st_size for path in self._folder.iterdir() if path.is_file()}

    def fetch(self, name: str, path: Path) -> None:
        """Make sure that it is there."""
        if not path.is_file():
            raise FileNotFoundError(name)

    def clear(self) -> None:
        """Do nothing: the folder goes with its output."""

    def close(self) -> None:
        """Do nothing: no connection is held."""


class BucketScratch:
    """Pieces in the operator's bucket, which all machines reach."""

    host = OWN_HOST

    def __init__(self, bucket: OwnBucket) -> None:
        """Take the folder of one output."""
        self._bucket = bucket

    def put(self, name: str, data: Path | bytes, content_type: str) -> None:
        """Put an object."""
        self._bucket.put(name, data, content_type)

    def locate(self, name: str) -> Location:
        """Return the object."""
        return self._bucket.locate(name)

    def sizes(self) -> dict[str, int]:
        """List the objects."""
        return self._bucket.sizes("")

    def fetch(self, name: str, path: Path) -> None:
        """Copy an object, under another name until it is whole."""
        if path.is_file():
            return
        size_bytes, part = self._bucket.facts(name).size_bytes, path.with_name(f"{path.name}.fetched")
        with part.open("wb") as file:
            for block in self._bucket.read(name, 0, size_bytes):
                file.write(block)
        if part.stat().st_size != size_bytes:
            raise SourceUnreadableError("A piece of the result was changed while it was read")
        part.replace(path)

    def clear(self) -> None:
        """Remove the objects."""
        self._bucket.remove(list(self._bucket.sizes("")))

    def close(self) -> None:
        """Close the connections."""
        self._bucket.close()


def open_scratch(
    settings: StorageSettings, token: str, output_index: int, expires_at: datetime, folder: Path
) -> Scratch:
    """Open the place of the pieces of one output; the same arguments lead to the same place.

    Args:
        settings: Name the bucket, if there is one.
        token: Token of the task.
        output_index: Place of the output in the task.
        expires_at: When what a crash leaves may be removed: the same each time.
        folder: Where the output is made on this machine.

    Raises:
        CredentialsError: What signs for the bucket cannot be read.
    """
    # Late enough, whatever part of an hour that is.
    key = folder_of(token, output_index, expires_at.astimezone(UTC) + timedelta(hours=1))
    bucket = open_own(settings, f"{PIECES}/{key}")
    return FolderScratch(folder) if bucket is None else BucketScratch(bucket)
