"""What went wrong with an SFTP server: what asyncssh raises, told in our words."""

from __future__ import annotations

import asyncssh

from filmstrip.domain.errors import (
    DestinationForbiddenError,
    DestinationRefusedError,
    DestinationUnreachableError,
    FilmstripError,
    SourceForbiddenError,
    SourceNotFoundError,
    SourceUnreachableError,
)
from filmstrip.storage.host_place import HostPlace
from filmstrip.storage.trouble import BROKEN, connection_trouble

_ABSENT = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, asyncssh.SFTPNotADirectory)
_NO_ROOM = (asyncssh.SFTPNoSpaceOnFilesystem, asyncssh.SFTPQuotaExceeded)
_BROKEN = (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection)


def source_error(failure: BaseException, place: HostPlace) -> FilmstripError:
    """Choose the error for what came of reading a source."""
    source = f'The source "{place.url}"'
    if refused := _refused_login(failure, place):
        return SourceForbiddenError(f"{source} cannot be read: {refused}")
    if isinstance(failure, _ABSENT):
        return SourceNotFoundError(f'There is no file at "{place.url}"')
    if isinstance(failure, asyncssh.SFTPPermissionDenied):
        return SourceForbiddenError(f"{source} may not be read by this user")
    if isinstance(failure, asyncssh.SFTPError) and not isinstance(failure, _BROKEN):
        return SourceForbiddenError(f'The server of the source refuses to hand out "{place.url}" ({_named(failure)})')
    return SourceUnreachableError(f"{source} cannot be reached ({_trouble(failure)})")


def destination_error(failure: BaseException, place: HostPlace) -> FilmstripError:
    """Choose the error for what came of writing to a destination."""
    destination = f'The destination "{place.url}"'
    if refused := _refused_login(failure, place):
        return DestinationForbiddenError(f"{destination} cannot be used: {refused}")
    if isinstance(failure, _NO_ROOM):
        return DestinationRefusedError(f"{destination} has no room for the file: its disk or its user's quota is full")
    if isinstance(failure, asyncssh.SFTPPermissionDenied):
        return DestinationForbiddenError(f"{destination} may not be written to by this user")
    if isinstance(failure, asyncssh.SFTPError) and not isinstance(failure, _BROKEN):
        return DestinationRefusedError(
            f"{destination} refuses the file ({_named(failure)}): its name or its folder is not allowed there, or the "
            "disk is full"
        )
    return DestinationUnreachableError(f"{destination} cannot be reached ({_trouble(failure)})")


def _refused_login(failure: BaseException, place: HostPlace) -> str | None:
    """Say why no session came about, if it will not by being patient either."""
    if isinstance(failure, asyncssh.PermissionDenied | asyncssh.IllegalUserName):
        return "its server refuses user and password or key"
    if isinstance(failure, asyncssh.KeyImportError):
        return "the private key given as secret cannot be read; it has to be in PEM form and without a passphrase"
    if isinstance(failure, asyncssh.HostKeyNotVerifiable):
        return (
            f'the host key of "{place.host}" is not the one that the operator of this service knows '
            "(setting sftp_known_hosts)"
        )
    if isinstance(failure, asyncssh.KeyExchangeFailed):
        return "its server knows only methods of encryption that are out of use"
    if isinstance(failure, asyncssh.ChannelOpenError):
        return "its server offers no SFTP to this user"
    return None


def _named(failure: asyncssh.SFTPError) -> str:
    """Name the status; the server's own words may hold anything."""
    return f"status {failure.code}"


def _trouble(failure: BaseException) -> str:
    if isinstance(failure, OSError):
        return connection_trouble(failure)
    return BROKEN if isinstance(failure, asyncssh.ConnectionLost | asyncssh.SFTPError) else _NO_SERVER


_NO_SERVER = "it does not answer as an SSH server does"
