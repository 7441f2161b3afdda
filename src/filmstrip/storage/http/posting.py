"""Posts small messages to web servers that clients name: within a deadline, and without reading what they answer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, SSLError

from filmstrip.domain.errors import HostNotAllowedError
from filmstrip.storage.http.addressing import have_one_origin, redirect_target, split_credentials
from filmstrip.storage.http.client import OWN_HEADERS, make_http_client
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.trouble import distrust_of, trouble_of

_MOST_REDIRECTS = 3
# The others say that the answer is somewhere else, not that the request is to be repeated there (RFC 9110, 15.4).
_REPEATING = {HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT}
_BUSY = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_FORM = "application/x-www-form-urlencoded"
_MOST_ANSWER_BYTES = 1 << 14


@dataclass(frozen=True, slots=True)
class Form:
    """A message.

    Attributes:
        body: An urlencoded form.
        headers: What is sent beside it.
    """

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a server did not accept a message.

    Attributes:
        reason: What was the matter, as words for a sentence.
        is_refusal: Whether it answered, and will not answer otherwise by itself: it is neither down nor busy.
    """

    reason: str
    is_refusal: bool = False


def post(url: str, form: Form, settings: StorageSettings, seconds: float) -> Failure | None:
    """Post a form to a web server.

    Args:
        url: `http(s)://`; user and password in it are sent as such.
        form: What is posted.
        settings: Which hosts are allowed, and which authorities are trusted.
        seconds: How long it may take, with connecting and redirects.

    Returns:
        Why the server did not accept it; None if it did, by a status of 2xx.
    """
    deadline = time.monotonic() + seconds
    # Half of it is left for a host of several addresses, of which the first one is silent.
    hurried = replace(
        settings,
        connect_timeout_seconds=min(settings.connect_timeout_seconds, seconds / 2),
        read_timeout_seconds=seconds,
    )
    client = make_http_client(hurried, deadline)
    try:
        return _refusal(_followed(client, url, form))
    except _RedirectedError as redirect:
        return Failure(str(redirect), is_refusal=True)
    except HostNotAllowedError as refusal:
        return Failure(str(refusal))
    except SSLError as error:
        return Failure(distrust_of(error, urlsplit(url).hostname or "") or trouble_of(error))
    except ValueError:
        # Of urllib3, urllib.parse and codecs, which each read addresses in their own way.
        return Failure("its address makes no sense")
    except HTTPError as error:
        return Failure(trouble_of(error))
    finally:
        client.clear()


class _RedirectedError(Exception):
    """The server sends us somewhere where a message cannot go."""


def _followed(client: urllib3.PoolManager, url: str, form: Form) -> int:
    """Post a form, again where the server says so; return the status of the last answer."""
    target, credentials = split_credentials(url)
    first = target
    for _hop in range(_MOST_REDIRECTS + 1):
        secret = credentials if have_one_origin(first, target) else {}
        headers = OWN_HEADERS | {"Content-Type": _FORM} | dict(form.headers) | secret
        response = client.request(
            "POST", target, body=form.body, headers=headers, redirect=False, preload_content=False
        )
        _hear_out(response)
        # A server may end a connection at any time: on one that is used again, that would look like a failure.
        client.clear()
        location = response.headers.get("Location", "")
        if response.status not in _REPEATING or not location:
            return response.status
        leads_to = redirect_target(target, location)
        if leads_to is None:
            raise _RedirectedError("it redirects to something that is not http")
        target = leads_to
    raise _RedirectedError(f"it redirects more than {_MOST_REDIRECTS} times")


def _hear_out(response: urllib3.BaseHTTPResponse) -> None:
    """Let a server that answers little end its answer: some report an error if it is cut off. It says nothing to us."""
    with suppress(HTTPError, OSError):
        response.read(_MOST_ANSWER_BYTES, decode_content=False)
    response.close()


def _refusal(status: int) -> Failure | None:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    is_refusal = status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in _BUSY
    try:
        # Its own words may repeat what was secret in the address.
        return Failure(f"{status} {HTTPStatus(status).phrase}", is_refusal)
    except ValueError:
        return Failure(f"{status}", is_refusal)
