"""The server, login and path that a URL means whose server has users, such as `ftp://` and `sftp://`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from pydantic import ValidationError

from filmstrip.domain.artifact import Location
from filmstrip.domain.errors import DestinationRefusedError, DestinationUnreachableError, FilmstripError
from filmstrip.params.destination import Destination
from filmstrip.storage.egress.policy import normal_host
from filmstrip.storage.object_name import checked_name, joined_name

_URL = re.compile(
    r"[a-z]+://(?P<place>(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<host>[\w.-]+))(?::(?P<port>\d{1,5}))?)(?:/(?P<path>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_LARGEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class HostPlace:
    """A file or a folder on a server that has users.

    Attributes:
        url: The URL without credentials, as it is shown.
        scheme: Its scheme, in lower case.
        host: Host name or address, an IPv6 address without brackets.
        port: The port that is connected to.
        path: The path on the server: absolute if it begins with a slash, else from where a login leads to.
        names_folder: Whether the URL ends in a slash, or at the host.
        user: Who logs in, None for nobody.
        secret: The password, or a private key; None for none.
    """

    url: str
    scheme: str
    host: str
    port: int
    path: str
    names_folder: bool
    user: str | None = None
    secret: str | None = field(default=None, repr=False)

    @classmethod
    def parse(
        cls, place: Destination, own_ports: Mapping[str, int], home: str, error: type[FilmstripError]
    ) -> HostPlace:
        """Parse a URL (RFC 3986) of which the credentials are split off; its path is percent-decoded.

        Args:
            place: The URL, the login, and the port that goes with it.
            own_ports: The port of each scheme.
            home: What begins a path that counts from where a login leads to; others count from "/".
            error: What is raised if it cannot be parsed, or its path leads anywhere but down.
        """
        scheme = place.url.partition("://")[0].lower()
        match = _URL.fullmatch(place.url)
        port = int(match["port"] or place.tcp_port or own_ports[scheme]) if match else 0
        if match is None or not 0 < port <= _LARGEST_PORT:
            raise error(f"The address is not of the form {scheme}://[USER:PASSWORD@]HOST[:PORT]/PATH")
        path, root = unquote(match["path"] or ""), "/"
        if not path.startswith("/") and path.startswith(home):
            path, root = path.removeprefix(home), ""
        names_folder = not path or path.endswith("/")
        try:
            path = path.strip("/") and checked_name(path.strip("/"))
        except DestinationRefusedError as refusal:
            raise error(str(refusal)) from None
        user, secret = (text.get_secret_value() if text is not None else None for text in (place.key, place.secret))
        host = normal_host(match["v6"] or match["host"])
        told = f"{match['place']}:{port}" if place.tcp_port and not match["port"] else match["place"]
        url = f"{scheme}://{told}/{match['path'] or ''}"
        return cls(url, scheme, host, port, root + path, names_folder, user, secret)

    def path_of(self, name: str) -> str:
        """Return the path on the server of a name below the folder, or with "" of the place itself.

        Raises:
            DestinationRefusedError: It is no name, leads anywhere but down, or is too long.
        """
        root = "/" if self.path.startswith("/") else ""
        return root + joined_name(self.path, name)

    def path_of_object(self, name: str, *, is_folder: bool) -> str:
        """Return the path on the server of an object of a store.

        Raises:
            DestinationRefusedError: As `path_of`, or the place is one file and the name is another's.
        """
        if name and not is_folder:
            raise DestinationRefusedError(f'"{self.url}" is one file and cannot hold "{name}"')
        return self.path_of(name)

    def refuse_folder(self, *, is_folder: bool) -> None:
        """Refuse a URL that names a folder where it has to name a file.

        Raises:
            DestinationRefusedError: It does.
        """
        if self.names_folder and not is_folder:
            raise DestinationRefusedError(f'"{self.url}" names a folder, and this output is one file')

    def demand_whole(self, written_bytes: int | None, size_bytes: int) -> None:
        """Make sure that a file arrived whole, as far as the server tells.

        Raises:
            DestinationUnreachableError: It did not.
        """
        if written_bytes not in {None, size_bytes}:
            raise DestinationUnreachableError(
                f'The destination "{self.url}" has {written_bytes} bytes of a file of {size_bytes}'
            )

    def locate(self, name: str) -> Location:
        """Return where a file is, or with "" the place itself."""
        url = f"{self.url.rstrip('/')}/{quote(name)}" if name else self.url
        path = self.path_of(name) if name else self.path
        return Location(self.scheme, url, path.lstrip("/"), scheme=self.scheme, host=self.host, port=self.port)


def place_of_source(url: str, error: type[FilmstripError]) -> Destination:
    """Split the credentials off the URL of a source.

    Args:
        url: The client's URL.
        error: What is raised if that is not possible; it does not show the URL.
    """
    try:
        return Destination.model_validate({"url": url})
    except ValidationError:
        name = url.partition(":")[0].lower()
        raise error(f"The source is not of the form {name}://[USER:PASSWORD@]HOST[:PORT]/PATH") from None
