"""The server, login and manner of speaking that an `ftp://` or `ftps://` URL means."""

from __future__ import annotations

from dataclasses import dataclass

from filmstrip.domain.errors import FilmstripError
from filmstrip.params.destination import Destination
from filmstrip.storage.host_place import HostPlace, place_of_source

_IMPLICIT_PORT = 990  # IANA: "ftp protocol, control, over TLS/SSL"
_OWN_PORTS = {"ftp": 21, "ftps": _IMPLICIT_PORT}
_HOME = ""  # RFC 1738, 3.2.2: a path counts from where the login leads to; "//" or "/%2F" begins one that does not


@dataclass(frozen=True, slots=True)
class FtpAddress:
    """A place on an FTP server.

    Attributes:
        place: Server, login and path.
        is_encrypted: Whether it is spoken to over TLS (RFC 4217).
        is_passive: Whether connections for data are made to the server, not by it (RFC 959, 3.3).
    """

    place: HostPlace
    is_encrypted: bool
    is_passive: bool = True

    @property
    def is_implicit(self) -> bool:
        """Whether TLS begins with the connection, not by a command: so it is at the port that is for this alone."""
        return self.is_encrypted and self.place.port == _IMPLICIT_PORT

    @classmethod
    def parse(cls, destination: Destination, error: type[FilmstripError]) -> FtpAddress:
        """Parse a destination.

        Args:
            destination: It and what it says of the server.
            error: What is raised if it cannot be parsed.
        """
        place = HostPlace.parse(destination, _OWN_PORTS, _HOME, error)
        is_encrypted = place.scheme == "ftps" or bool(destination.use_tls)
        return cls(place, is_encrypted, destination.is_passive is not False)

    @classmethod
    def parse_source(cls, url: str, error: type[FilmstripError]) -> FtpAddress:
        """Parse the URL of a source, which may begin with a user and a password."""
        return cls.parse(place_of_source(url, error), error)
