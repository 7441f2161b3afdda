"""A set of thumbnails, read where it lies: in a folder or on a web server."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urljoin, urlsplit

from filmstrip.domain.errors import HostNotAllowedError
from filmstrip.storage.published import MOST_BYTES, TOO_LARGE, Published, PublishedFiles


class Place(Protocol):
    """Somewhere that files can be read from by their addresses."""

    def read(self, address: str) -> Published:
        """Read a file; one that cannot be fetched has a problem."""

    def resolve(self, manifest: str, name: str) -> str | None:
        """Return the address that a name stands for in the manifest at an address, None if it cannot be looked at.

        Raises:
            ValueError: The name is no URL reference.
        """


class FolderPlace:
    """Files of this machine; an address is a path."""

    def read(self, address: str) -> Published:
        """Read a file; to a page it would be of its own origin."""
        path = Path(address)
        try:
            # Devices and pipes, which a manifest may name as well as pictures, never end or never begin.
            if path.exists() and not path.is_file():
                return Published(b"", "this is no file")
            if path.stat().st_size > MOST_BYTES:
                return Published(b"", TOO_LARGE)
            return Published(path.read_bytes())
        except OSError as error:
            return Published(b"", error.strerror or type(error).__name__)
        except ValueError:
            return Published(b"", "no file has such a name")

    def resolve(self, manifest: str, name: str) -> str | None:
        """Find a relative name beside the manifest; what has a host or begins at the root is elsewhere."""
        parts = urlsplit(name)
        if parts.scheme or parts.netloc or parts.path.startswith("/"):
            return None
        return str(Path(manifest).parent / unquote(parts.path))


class WebPlace:
    """Files on web servers; an address is a URL."""

    def __init__(self, files: PublishedFiles) -> None:
        """Read through a client that speaks for a page."""
        self._files = files

    def read(self, address: str) -> Published:
        """Read a file as a page does; where this machine may not ask is a fault of that file alone."""
        try:
            return self._files.get(address)
        except HostNotAllowedError as error:
            return Published(b"", str(error))

    def resolve(self, manifest: str, name: str) -> str | None:
        """Resolve a name as browsers do (RFC 3986, 5)."""
        address = urljoin(manifest, name)
        return address if urlsplit(address).scheme in {"http", "https"} else None
