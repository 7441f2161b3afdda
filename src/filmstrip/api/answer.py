"""Answers to clients: envelopes, and the address under which the service is reached."""

from __future__ import annotations

import math
from http import HTTPStatus

from aiohttp import web

from filmstrip.api.client_address import origin_of
from filmstrip.api.errors import ApiError, failure, retry_after_seconds
from filmstrip.api.parts import PARTS
from filmstrip.domain.errors import DatabaseAwayError, FilmstripError


def api_path(method: str) -> str:
    """Make the route of an API method: clients send `//v1/status`, and a redirect would break their POST."""
    return f"/{{leading:/*}}v1{{middle:/+}}{method}{{trailing:/*}}"


def success(**members: object) -> web.Response:
    """Answer that it worked."""
    return web.json_response({"error": 0, **members})


def refusal(error: FilmstripError) -> web.Response:
    """Answer why it did not work, with HTTP status 200 as clients expect, unless the client is not to read on."""
    status = error.http_status if isinstance(error, ApiError) else HTTPStatus.OK
    if isinstance(error, DatabaseAwayError):
        status = HTTPStatus.SERVICE_UNAVAILABLE
    response = web.json_response(failure(error), status=status)
    if status != HTTPStatus.OK:
        response.force_close()
    if (seconds := retry_after_seconds(error)) is not None:
        response.headers["Retry-After"] = str(math.ceil(seconds))
    return response


def base_url(request: web.Request) -> str:
    """Return scheme, host and port under which the client reaches us, without a trailing slash."""
    parts = request.app[PARTS]
    return (parts.public_url or origin_of(request, parts.settings.trusted_proxies)).rstrip("/")
