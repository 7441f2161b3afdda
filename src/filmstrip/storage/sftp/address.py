"""The server, login and path that an `sftp://` URL means."""

from __future__ import annotations

from filmstrip.domain.errors import FilmstripError
from filmstrip.params.destination import Destination
from filmstrip.storage.host_place import HostPlace, place_of_source

_OWN_PORTS = {"sftp": 22}
_HOME = "~/"  # as other clients have it: "/~/videos" counts from where the login leads to, "/videos" from the root


def parse_sftp(destination: Destination, error: type[FilmstripError], *, needs_login: bool = True) -> HostPlace:
    """Parse a destination.

    Args:
        destination: It, with the login.
        error: What is raised if it cannot be parsed, or has no user.
        needs_login: Whether it has to have a user and a secret.
    """
    place = HostPlace.parse(destination, _OWN_PORTS, _HOME, error)
    if needs_login and (place.user is None or place.secret is None):
        raise error(f'"{place.url}" came without a user, or without a password or private key to log in with')
    return place


def parse_sftp_source(url: str, error: type[FilmstripError]) -> HostPlace:
    """Parse the URL of a source, which begins with a user and a password."""
    return parse_sftp(place_of_source(url, error), error)
