"""API keys, session tokens and task tokens as clients send them, and whom they name."""

from __future__ import annotations

import asyncio
import re

from aiohttp import web

from filmstrip.api.client_address import client_of, counted_as
from filmstrip.api.errors import BadApiKeyError, BadTokenError, ScopeError
from filmstrip.api.fields import Fields
from filmstrip.api.parts import PARTS
from filmstrip.api.rates import RATES
from filmstrip.api.wrong_keys import WrongKeys
from filmstrip.db.key_records import ApiKey
from filmstrip.domain.errors import ApiKeyNotFoundError, TokenNotFoundError
from filmstrip.domain.scope import Scope
from filmstrip.params.values import shown

WRONG_KEYS: web.AppKey[WrongKeys] = web.AppKey("wrong_keys", WrongKeys)

_API_KEY = re.compile(r"[\x21-\x7e]{12,128}")
_TOKEN = re.compile(r"[0-9a-f]{32}")


def is_token(text: str) -> bool:
    """Return whether a text has the form of a session or task token: 32 lower-case hexadecimal digits."""
    return _TOKEN.fullmatch(text) is not None


def token_field(fields: Fields, name: str) -> str:
    """Read a field that holds a token.

    Raises:
        FieldRequiredError: It is absent.
        BadTokenError: It does not have the form of a token.
    """
    token = fields.required(name).strip()
    if not is_token(token):
        raise BadTokenError("Token is not valid")
    return token


async def require_key(fields: Fields, request: web.Request) -> ApiKey:
    """Identify the caller by the field `api_key`; a wrong one may be answered late.

    The request counts as one of the key's, here as in `require_session`.

    Raises:
        FieldRequiredError: It is absent.
        BadApiKeyError: It does not have the form of a key: 12 to 128 printable characters without blanks.
        ApiKeyNotFoundError: There is no such key.
        TooManyWrongKeysError: There is no such key, and too many were tried from the same address.
        TooManyRequestsError: Too many requests came with this key.
    """
    parts = request.app[PARTS]
    plaintext = fields.required("api_key").strip()
    if _API_KEY.fullmatch(plaintext) is None:
        raise BadApiKeyError("API key is not valid")
    key = await asyncio.to_thread(parts.records.keys.find_key, plaintext)
    if key is None:
        client = client_of(request, parts.settings.trusted_proxies)
        await request.app[WRONG_KEYS].hold_back(counted_as(client))
        raise ApiKeyNotFoundError
    request.app[RATES].count_key(key.id)
    return key


async def require_session(fields: Fields, request: web.Request, name: str = "token") -> ApiKey:
    """Identify the caller by the session whose token a field holds, and return the key that opened it.

    Raises:
        FieldRequiredError: It is absent.
        BadTokenError: It does not have the form of a token.
        TokenNotFoundError: There is no such session, or it has ended.
        TooManyRequestsError: Too many requests came with its key.
    """
    records = request.app[PARTS].records
    session = await asyncio.to_thread(records.sessions.find_session, token_field(fields, name))
    if session is None:
        raise TokenNotFoundError
    request.app[RATES].count_key(session.key.id)
    return session.key


async def count_waiting(request: web.Request, token: str) -> int | None:
    """Make sure that a task waits for its query, before anything is done with that; counts as a request of its key.

    Returns:
        The key that made it; None for a task of the operator's own.

    Raises:
        TokenNotFoundError: There is no such task, it was started already, or its key is good no more.
        TooManyRequestsError: Too many requests came with its key.
    """
    key_id = await asyncio.to_thread(request.app[PARTS].records.tasks.key_of_waiting, token)
    if key_id is not None:
        request.app[RATES].count_key(key_id)
    return key_id


def demand_scope(key: ApiKey, scope: Scope) -> None:
    """Make sure that a key may be used for something.

    Raises:
        ScopeError: It may not.
    """
    if not key.may(scope):
        scopes = ", ".join(sorted(key.scopes))
        raise ScopeError(f"The API key {shown(key.name)} has no scope {scope} (it has: {scopes}): use another key")
