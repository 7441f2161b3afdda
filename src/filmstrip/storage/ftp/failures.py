"""What went wrong with an FTP server: what ftplib raises and what servers reply, told in our words.

Of a reply the three digits are quoted (RFC 959, 4.2): its words are the server's, and may hold anything.
"""

from __future__ import annotations

import ftplib

from filmstrip.domain.errors import (
    DestinationForbiddenError,
    DestinationRefusedError,
    DestinationUnreachableError,
    FilmstripError,
    SourceForbiddenError,
    SourceNotFoundError,
    SourceUnreachableError,
)
from filmstrip.storage.ftp.address import FtpAddress
from filmstrip.storage.trouble import connection_trouble, distrust

_OF_LOGINS = {"530", "532", "331", "332"}
_NO_ROOM = {"452", "552"}
_HINTS = {"451": ": the server has an error of its own, such as a full disk"}  # RFC 959, 4.2.1
_NO_TLS = {"500", "502", "504", "534"}
_NOT_THERE = "550"
_NO_SERVER = "it does not answer as an FTP server does"


def source_error(failure: BaseException, address: FtpAddress) -> FilmstripError:
    """Choose the error for what came of reading a source."""
    label, code = address.place.url, _code_of(failure)
    if distrusted := distrust(failure, address.place.host):
        return SourceForbiddenError(distrusted)
    if code in _OF_LOGINS:
        return SourceForbiddenError(
            f'The server of the source "{label}" refuses user and password ({_login(code, address)})'
        )
    if code == _NOT_THERE:
        return SourceNotFoundError(f'There is no file at "{label}", or this user may not read it ({code})')
    if isinstance(failure, ftplib.error_perm):
        return SourceForbiddenError(f'The server of the source "{label}" refuses to hand it out ({code})')
    if code:
        return SourceUnreachableError(f'The server of the source "{label}" cannot answer now ({code})')
    return SourceUnreachableError(f'The source "{label}" cannot be reached ({_trouble(failure)})')


def destination_error(failure: BaseException, address: FtpAddress) -> FilmstripError:
    """Choose the error for what came of writing to a destination."""
    place, code = f'The destination "{address.place.url}"', _code_of(failure)
    if distrusted := distrust(failure, address.place.host):
        return DestinationForbiddenError(distrusted)
    if code in _OF_LOGINS:
        return DestinationForbiddenError(f"{place} refuses user and password ({_login(code, address)})")
    if code in _NO_ROOM:
        return DestinationRefusedError(
            f"{place} has no room for the file: its disk or its user's quota is full ({code})"
        )
    if isinstance(failure, ftplib.error_perm):
        return DestinationRefusedError(
            f"{place} refuses the file ({code}): its user may not write there, or its name is not allowed"
        )
    if code:
        return DestinationUnreachableError(f"{place} cannot take the file now ({code}{_HINTS.get(code, '')})")
    return DestinationUnreachableError(f"{place} cannot be reached ({_trouble(failure)})")


def _login(code: str, address: FtpAddress) -> str:
    return code if address.is_encrypted else f"{code}; if it wants TLS, write ftps://, or set use_tls"


def _code_of(failure: BaseException) -> str:
    """Return the digits of a reply, "" if it was none."""
    if not isinstance(failure, ftplib.error_perm | ftplib.error_temp | ftplib.error_reply):
        return ""
    digits = str(failure)[:3]
    return digits if digits.isascii() and digits.isdigit() else ""


def _trouble(failure: BaseException) -> str:
    if isinstance(failure, ftplib.Error | UnicodeError | ValueError):
        return _NO_SERVER
    return connection_trouble(failure)
