"""Around every request: its id and log line, leave for other origins, and answers for what goes wrong."""

from __future__ import annotations

import re
import secrets
import time

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from filmstrip.api.answer import refusal
from filmstrip.api.errors import UnknownMethodError
from filmstrip.api.rates import count_address
from filmstrip.db.patience import Patience, waiting
from filmstrip.domain.errors import FilmstripError
from filmstrip.params.values import shown

PROBE_PATHS = frozenset({"/healthz", "/readyz"})
"""What orchestrators ask every few seconds: worth a line only when one debugs."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SERVER_FAULT = 500
_API_PATH = re.compile(r"/*v1(?:/+|$)")
_UPLOAD_PATH = re.compile(r"/*v1/+upload_file/")
_MOST_LOGGED = 500
"""Characters of what a client sent that a log line holds: hiding credentials in it takes time in the event loop."""

_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": (
        "Content-Type, Range, X-Request-Id, X-Requested-With, X-HTTP-Method-Override, Tus-Resumable, Upload-Length, "
        "Upload-Defer-Length, Upload-Metadata, Upload-Offset, Upload-Concat, Upload-Checksum"
    ),
    "Access-Control-Expose-Headers": (
        "Accept-Ranges, Content-Length, Content-Range, ETag, Last-Modified, X-Request-Id, Location, Tus-Resumable, "
        "Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm, Upload-Offset, Upload-Length, "
        "Upload-Defer-Length, Upload-Metadata, Upload-Concat, Upload-Expires"
    ),
    "Access-Control-Max-Age": "86400",
}

log = structlog.get_logger(__name__)


@web.middleware
async def log_request(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id, the caller's own if it has one, and log one line about how it went."""
    started = time.perf_counter()
    asked = request.headers.get("X-Request-Id", "")
    request_id = asked if _REQUEST_ID.fullmatch(asked) else secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()  # a connection serves many requests in one context
    structlog.contextvars.bind_contextvars(request_id=request_id)
    response = await handler(request)
    if not response.prepared:
        response.headers["X-Request-Id"] = request_id
    milliseconds = round(1000 * (time.perf_counter() - started), 1)
    tell = log.debug if request.path in PROBE_PATHS else log.info
    tell("request", method=request.method, path=request.path[:_MOST_LOGGED], status=response.status, ms=milliseconds)
    return response


async def name_server(_request: web.Request, response: web.StreamResponse) -> None:
    """Say "filmstrip" in each answer: the web framework would tell its version and Python's."""
    response.headers["Server"] = "filmstrip"


@web.middleware
async def allow_other_origins(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let every web page call us (Fetch, CORS protocol): no cookie or other ambient right is at stake."""
    if request.method == "OPTIONS" and not _UPLOAD_PATH.match(request.path):
        return web.Response(status=204, headers=_CORS)
    response = await handler(request)
    response.headers.update(_CORS)
    return response


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into an answer that clients read."""
    try:
        return await handler(request)
    except FilmstripError as error:
        log.info("refused", reason=str(error)[:_MOST_LOGGED], kind=type(error).__name__)
        return refusal(error)
    except web.HTTPException as error:
        if error.status >= _SERVER_FAULT:
            raise
        if _API_PATH.match(request.path):
            return refusal(_unknown_method(request, error))
        return web.json_response({"error": 1, "message": error.reason}, status=error.status, headers=_allow(error))
    except Exception:
        log.exception("request failed")
        return refusal(FilmstripError("Internal server error"))


@web.middleware
async def limit_rate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count API calls by address before anything of them is read; uploads are bounded by their bytes."""
    if _API_PATH.match(request.path) and not _UPLOAD_PATH.match(request.path):
        count_address(request)
    return await handler(request)


@web.middleware
async def wait_for_nothing(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let no request hold a thread while the database does not answer: there are few, and many may ask."""
    with waiting(Patience(0)):
        return await handler(request)


def _unknown_method(request: web.Request, error: web.HTTPException) -> UnknownMethodError:
    """Say what is wrong with the path or verb of an API call: on HTTP 404 official clients try again for a minute."""
    name = _API_PATH.sub("", request.path)[:_MOST_LOGGED]
    if isinstance(error, web.HTTPMethodNotAllowed):
        verbs = ", ".join(sorted(error.allowed_methods - {"OPTIONS", "HEAD"}))
        return UnknownMethodError(f"{shown(name)} is called by {verbs}, not by {request.method}")
    return UnknownMethodError(f"There is no API method {shown(name)} here")


def _allow(error: web.HTTPException) -> dict[str, str]:
    return {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
