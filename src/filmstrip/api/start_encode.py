"""POST /v1/start_encode: start a task with profiles that the operator keeps."""

from __future__ import annotations

import asyncio
import secrets
from functools import partial
from typing import Any

from aiohttp import web

from filmstrip.api.answer import api_path
from filmstrip.api.auth import count_waiting, token_field
from filmstrip.api.describing.operation import TEXT, TOKEN, Field, Operation, json_text, list_of
from filmstrip.api.describing.start_fields import CLIP_FIELDS, PAYLOAD
from filmstrip.api.errors import ApiError, BadProfileError, FieldRequiredError, ProfileNotFoundError
from filmstrip.api.fields import Fields
from filmstrip.api.parts import PARTS, Records
from filmstrip.api.request_body import read_fields
from filmstrip.api.starting import note_refusal, start_task
from filmstrip.db.profile_records import ProfileKind, StoredProfile
from filmstrip.domain.errors import Mistake, QueryError
from filmstrip.params.json_text import JsonTextError, parse_json
from filmstrip.params.profile import IDENTITY, names_of, parse_profile
from filmstrip.params.profile_filling import Filling, fill_profiles, parse_variables
from filmstrip.params.values import shown

MAX_PROFILES = 100
"""How many profiles one task may have."""

routes = web.RouteTableDef()

operation = Operation(
    "start_encode",
    "Start a task with stored profiles",
    (
        Field("task_token", "Of create_task", TOKEN, is_required=True),
        Field("profiles", "Profiles that the operator keeps, with commas between them", is_required=True),
        Field("uri", "URL of the source, or tus:ID of an upload"),
        Field(
            "stitch",
            "In place of uri, sources shown one after the other: URLs, or objects with url, start_time, duration",
            json_text(list_of({"type": ["string", "object"]})),
        ),
        Field("transfer_method", "A stored destination, below which the relative ones of the profiles lie"),
        Field("output_path_variables", "Values of the placeholders in destinations", json_text({"type": "object"})),
        Field("subtitles", "Refused: no subtitles are made here yet", json_text({"type": "object"})),
        PAYLOAD,
        *CLIP_FIELDS,
    ),
    {"status_url": TEXT},
)


@routes.post(api_path("start_encode"))
async def start_encode(request: web.Request) -> web.Response:
    """Submit the task with a query made of profiles, a source and the values of their placeholders."""
    fields = await read_fields(request)
    token = token_field(fields, "task_token")
    names = _names(fields.required("profiles"))
    key_id = await count_waiting(request, token)
    try:
        stored = await asyncio.to_thread(_find, request.app[PARTS].records, key_id, names, fields)
    except ApiError as error:
        await note_refusal(request, token, error)
        raise
    return await start_task(request, fields, token, partial(_query, *stored))


def _names(profiles: str) -> tuple[str, ...]:
    names = names_of(profiles)
    if not names or len(names) > MAX_PROFILES:
        raise BadProfileError(f"profiles: {len(names)} are named, not 1 to {MAX_PROFILES}")
    for name in names:
        _demand_identity("profiles", name)
    return names


def _demand_identity(field: str, name: str) -> None:
    if IDENTITY.fullmatch(name) is None:
        problem = "is not 1 to 64 letters, digits, dots, hyphens and underscores"
        raise BadProfileError(f"{field}: {shown(name)} {problem}")


def _find(
    records: Records, key_id: int | None, names: tuple[str, ...], fields: Fields
) -> tuple[tuple[StoredProfile, ...], StoredProfile | None]:
    """Look up the profiles and the transfer method, those that the key may use."""
    key = None if key_id is None else records.keys.read_key(key_id)
    key_name = None if key is None else key.name

    def find(field: str, kind: ProfileKind, identity: str) -> StoredProfile:
        found = records.profiles.read(kind, [identity]).get(identity)
        if found is None or not found.is_for(key_name):
            raise ProfileNotFoundError(f"{field}: there is no {shown(identity)} for this API key")
        return found

    method = (fields.text("transfer_method") or "").strip()
    if method:
        _demand_identity("transfer_method", method)
    profiles = tuple(find("profiles", ProfileKind.PROFILE, name) for name in names)
    return profiles, find("transfer_method", ProfileKind.TRANSFER_METHOD, method) if method else None


def _query(profiles: tuple[StoredProfile, ...], method: StoredProfile | None, fields: Fields) -> str:
    filling = Filling(
        source=fields.text("uri"),
        stitch=_json(fields, "stitch"),
        transfer_method=None if method is None else parse_json(method.text),
        value_of=parse_variables(fields.text("output_path_variables")).get,
        subtitles=_json(fields, "subtitles"),
    )
    if filling.source is None and filling.stitch is None:
        raise FieldRequiredError("The field uri is required")
    documents = {profile.identity: parse_profile(profile.text) for profile in profiles}
    return fill_profiles(documents, filling, secrets.token_hex(16))


def _json(fields: Fields, name: str) -> Any:
    text = fields.text(name)
    try:
        return None if text is None else parse_json(text)
    except JsonTextError as error:
        raise QueryError([Mistake(name, str(error))]) from None
