"""Reads the fields of a request, whichever of the accepted body types it has.

The body comes first, within bounds of size and time; it is parsed in a thread, so that the event loop goes on.
"""

from __future__ import annotations

import asyncio
from email.message import Message
from typing import Any

from aiohttp import web

from filmstrip.api.errors import BodyError, BodyTooLargeError, BodyTooSlowError
from filmstrip.api.fields import Fields
from filmstrip.api.form import parse_form
from filmstrip.api.multipart import parse_multipart
from filmstrip.api.parts import PARTS
from filmstrip.api.reading import read_apart
from filmstrip.api.settings import ApiSettings
from filmstrip.params.json_text import JsonTextError, parse_json

_LONGEST_TYPE = 300
"""Of the Content-Type: the parser of headers takes time that grows with the square of their length."""


async def read_fields(request: web.Request) -> Fields:
    """Read the fields of a request's body: a form, a multipart form (browsers) or JSON.

    Raises:
        BodyError: The body is too large, too slow, or not of the type that it says it is.
    """
    body = await _read(request, request.app[PARTS].settings)
    if request.content_type == "multipart/form-data":
        return await read_apart(request, parse_multipart, body, _boundary(request))
    return await read_apart(request, parse_body, body, is_json=request.content_type == "application/json")


async def _read(request: web.Request, settings: ApiSettings) -> bytes:
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise BodyError("The body is compressed (Content-Encoding): send it as it is")
    too_large = BodyTooLargeError(f"The body is larger than {settings.max_body_bytes} bytes")
    if len(request.headers.get("Content-Type", "")) > _LONGEST_TYPE:
        raise BodyError(f"The Content-Type is longer than {_LONGEST_TYPE} characters")
    if (request.content_length or 0) > settings.max_body_bytes:
        raise too_large
    try:
        async with asyncio.timeout(settings.body_seconds or None):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise too_large from None
    except TimeoutError:
        raise BodyTooSlowError(f"The body did not come within {settings.body_seconds:g} seconds") from None
    except (web.RequestPayloadError, ConnectionError):
        raise BodyError("The body is damaged or cut off") from None


def _boundary(request: web.Request) -> str:
    head = Message()
    head["Content-Type"] = request.headers.get("Content-Type", "")
    return str(head.get_param("boundary", ""))


def parse_body(body: bytes, *, is_json: bool) -> Fields:
    """Parse a body; one that begins with a brace is JSON, as `curl -d '{...}'` calls it a form.

    Raises:
        BodyError: It is neither a form nor a JSON object, or not UTF-8.
    """
    text = _decoded(body)
    if not is_json and not text.lstrip().startswith("{"):
        return parse_form(text)
    try:
        document = parse_json(text or "{}")
    except JsonTextError as error:
        raise BodyError(f"The body {error}") from None
    if not isinstance(document, dict):
        raise BodyError("The body is not a JSON object")
    return Fields.of_json(_with_wrapped_query(document))


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BodyError(f"The body is not UTF-8: byte {error.start} is 0x{body[error.start]:02x}") from None


def _with_wrapped_query(document: dict[str, Any]) -> dict[str, Any]:
    """Put the query of a JSON body into the `{"query": ...}` that a form holds: the body may be that wrapper itself."""
    query = document.get("query")
    if isinstance(query, dict) and "query" not in query:
        return {**document, "query": {"query": query}}
    return document
