"""Why a server gives no answer: what client libraries say about it, in our words."""

from __future__ import annotations

import re
import socket
import ssl

from urllib3.exceptions import HTTPError, SSLError

NO_NAME = "its name is not known"
NO_CONNECTION = "no connection comes about"
TOO_LATE = "no connection comes about in time"
SILENT = "it stays silent, or sends too slowly"
TOO_SLOW = "it takes too long to answer"
BROKEN = "the connection broke"
NO_SERVER = "it does not answer as a web server does"
NO_TLS = "it does not speak https; hosts that are spoken to by http are named by the setting plain_http_hosts"

_OF_URLLIB3 = {
    "NewConnectionError": NO_CONNECTION,
    "NameResolutionError": NO_NAME,
    "ConnectTimeoutError": TOO_LATE,
    "ReadTimeoutError": SILENT,
    "ProtocolError": BROKEN,
    "IncompleteRead": BROKEN,
    "InvalidChunkLength": BROKEN,
    "SSLError": "no TLS connection comes about",
}
# What obstore shows of the errors of its Rust libraries, the more telling ones first.
_OF_OBSTORE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"dns error|failed to lookup address"), NO_NAME),
    (re.compile(r"InvalidContentType|InvalidMessage|CorruptMessage"), NO_TLS),
    (re.compile(r"kind: Connect\b.*(TimedOut|Elapsed)", re.DOTALL), TOO_LATE),
    (re.compile(r"kind: Timeout\b"), TOO_SLOW),
    (re.compile(r"kind: Connect\b"), NO_CONNECTION),
    (re.compile(r"\bParse\("), NO_SERVER),
    (re.compile(r"kind: Interrupted\b|IncompleteMessage|ConnectionReset|BrokenPipe"), BROKEN),
)


def trouble_of(error: HTTPError) -> str:
    """Say what was the matter when urllib3 asked, as words for the parentheses of a sentence."""
    return _OF_URLLIB3.get(type(error).__name__, NO_SERVER)


def distrust_of(error: SSLError, host: str) -> str | None:
    """Say that the certificate of a host is not trusted, in a sentence; None if something else was the matter."""
    reason = str(error)
    if "CERTIFICATE_VERIFY_FAILED" not in reason:
        return None
    why = reason.partition("certificate verify failed: ")[2].partition(" (_ssl")[0] or "it cannot be verified"
    return (
        f'The certificate of "{host}" is not trusted ({why}); the operator of this service can name the authority that '
        "signed it by the setting ca_file"
    )


def trouble_in(text: str) -> str | None:
    """Find in what obstore says what was the matter, None if it does not tell."""
    return next((words for pattern, words in _OF_OBSTORE if pattern.search(text)), None)


def trouble_connecting(error: OSError) -> str:
    """Say why a connection of our own did not come about."""
    if isinstance(error, socket.gaierror):
        return NO_NAME
    return TOO_LATE if isinstance(error, TimeoutError) else NO_CONNECTION


def connection_trouble(failure: BaseException) -> str:
    """Say what was the matter with a connection of our own, or with making it."""
    if isinstance(failure, ConnectionRefusedError | socket.gaierror):
        return trouble_connecting(failure)
    if isinstance(failure, TimeoutError):
        return SILENT
    if isinstance(failure, ssl.SSLError):
        return _OF_URLLIB3["SSLError"]
    is_broken = isinstance(failure, EOFError | ConnectionError)
    return BROKEN if is_broken else NO_CONNECTION


def distrust(failure: BaseException, host: str) -> str | None:
    """Say why a server's certificate is not trusted, and what to do; None if that is not the matter."""
    if not isinstance(failure, ssl.SSLCertVerificationError):
        return None
    return (
        f'The certificate of "{host}" is not trusted ({failure.verify_message}); the operator of this service can name '
        "the authority that signed it by the setting ca_file"
    )
