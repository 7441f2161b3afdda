"""POST /v1/request_templates: the profiles that an API key may use, without their secrets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

from aiohttp import web

from filmstrip.api.answer import api_path, success
from filmstrip.api.auth import demand_scope, require_key
from filmstrip.api.describing.operation import TEXT, Field, Operation, json_text, list_of, ref
from filmstrip.api.parts import PARTS, Records
from filmstrip.api.request_body import read_fields
from filmstrip.db.key_records import ApiKey
from filmstrip.db.profile_records import ProfileKind
from filmstrip.domain.scope import Scope
from filmstrip.params.profile import parse_profile, without_secrets

routes = web.RouteTableDef()

operation = Operation(
    "request_templates",
    "List the profiles that an API key may use, without credentials",
    (Field("api_key", "An API key with the scope read", is_required=True),),
    {
        "success": {"const": True},
        "templates": list_of(
            {
                "type": "object",
                "properties": {"template_id": TEXT, "name": TEXT, "query": json_text(ref("wrapped_query"))},
            }
        ),
    },
)


@routes.post(api_path("request_templates"))
async def request_templates(request: web.Request) -> web.Response:
    """List the profiles of the caller's key."""
    key = await require_key(await read_fields(request), request)
    demand_scope(key, Scope.READ)
    records = request.app[PARTS].records
    return success(success=True, templates=await asyncio.to_thread(lambda: list(_templates(records, key))))


def _templates(records: Records, key: ApiKey) -> Iterator[dict[str, str]]:
    records.keys.note_use(key.id)
    for stored in records.profiles.read(ProfileKind.PROFILE).values():
        if stored.is_for(key.name):
            query = json.dumps({"query": without_secrets(parse_profile(stored.text))})
            yield {"template_id": stored.identity, "name": stored.name or stored.identity, "query": query}
