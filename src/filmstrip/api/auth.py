"""API keys, session tokens and task tokens as clients send them, and whom they name."""

from __future__ import annotations

import asyncio
import re

from aiohttp import web

from filmstrip.api.client_address import client_of, counted_as
from filmstrip.api.errors import BadApiKeyError, BadTokenError
from filmstrip.api.fields import Fields
from filmstrip.api.parts import PARTS, Records
from filmstrip.api.wrong_keys import WrongKeys
from filmstrip.db.records import ApiKey, Session
from filmstrip.domain.errors import ApiKeyNotFoundError, TokenNotFoundError

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

    Raises:
        FieldRequiredError: It is absent.
        BadApiKeyError: It does not have the form of a key: 12 to 128 printable characters without blanks.
        ApiKeyNotFoundError: There is no such key.
        TooManyWrongKeysError: There is no such key, and too many were tried from the same address.
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
    return key


async def require_session(fields: Fields, records: Records) -> Session:
    """Identify the caller by the field `token`.

    Raises:
        FieldRequiredError: It is absent.
        BadTokenError: It does not have the form of a token.
        TokenNotFoundError: There is no such session, or it has ended.
    """
    session = await asyncio.to_thread(records.sessions.find_session, token_field(fields, "token"))
    if session is None:
        raise TokenNotFoundError
    return session
