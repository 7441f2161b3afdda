"""How are the fields of a request read, whichever of the accepted body types it has?"""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from filmstrip.api.errors import BodyError
from filmstrip.api.fields import Fields
from filmstrip.api.form import parse_form

MAX_BODY_BYTES = 4 * 1024 * 1024
"""Largest body of an API method: room for thousands of outputs in one query."""


async def read_fields(request: web.Request) -> Fields:
    """Read the fields of a request's body: a form, a multipart form (browsers) or JSON.

    Raises:
        BodyError: The body is too large or is not of the type that it says it is.
    """
    try:
        if request.content_type == "multipart/form-data":
            return await _read_multipart(request)
        body = (await request.read()).decode("utf-8", errors="replace")
    except web.HTTPRequestEntityTooLarge:
        raise BodyError(f"The body is larger than {MAX_BODY_BYTES} bytes") from None
    except (web.RequestPayloadError, ConnectionError) as error:
        raise BodyError(f"The body is damaged or cut off: {error}") from None
    return parse_body(body, is_json=request.content_type == "application/json")


async def _read_multipart(request: web.Request) -> Fields:
    try:
        posted = await request.post()
    except (ValueError, AssertionError) as error:
        raise BodyError(f"The body is not a multipart form: {error}") from None
    return Fields.collect((name, value) for name, value in posted.items() if isinstance(value, str))


def parse_body(body: str, *, is_json: bool) -> Fields:
    """Parse the text of a body; one that begins with a brace is JSON, as `curl -d '{...}'` calls it a form.

    Raises:
        BodyError: It is neither a form nor a JSON object.
    """
    if not is_json and not body.lstrip().startswith("{"):
        return parse_form(body)
    try:
        document = json.loads(body or "{}")
    except (ValueError, RecursionError) as error:
        raise BodyError(f"The body is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise BodyError("The body is not a JSON object")
    return Fields.of_json(_with_wrapped_query(document))


def _with_wrapped_query(document: dict[str, Any]) -> dict[str, Any]:
    """Put the query of a JSON body into the `{"query": ...}` that a form holds: the body may be that wrapper itself."""
    query = document.get("query")
    if isinstance(query, dict) and "query" not in query:
        return {**document, "query": {"query": query}}
    return document
