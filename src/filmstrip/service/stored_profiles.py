"""Profiles and transfer methods that the operator keeps: checked as a client's query is, before they are kept."""

from __future__ import annotations

import dataclasses
import json
import re

from filmstrip.db.database import Database
from filmstrip.db.profile_records import ProfileKind, StoredProfile
from filmstrip.domain.errors import Mistake, QueryError
from filmstrip.outputs.registry import parse_query
from filmstrip.params.json_text import JsonTextError, parse_json
from filmstrip.params.profile import IDENTITY, parse_profile
from filmstrip.params.profile_filling import Filling, fill_profiles

_EXAMPLE_SOURCE = "https://source.invalid/film.mp4"
_EXAMPLE_METHOD = {"url": "s3://destination.invalid/bucket/folder", "key": "k", "secret": "s"}
_OF_TRANSFER_METHOD = re.compile(r"format\[0\]\.destination(\[0\])?\.?")


def keep(database: Database, new: StoredProfile) -> None:
    """Keep a profile or a transfer method, if it can be used.

    Raises:
        ValueError: Its identity cannot be used, or is; or an API key that it names is not in use.
        QueryError: With every mistake of its text.
    """
    if IDENTITY.fullmatch(new.identity) is None:
        raise ValueError(f"identity: {new.identity!r} is not 1 to 64 letters, digits, dots, hyphens and underscores")
    known = {key.name for key in database.keys.list_keys() if key.revoked_at is None}
    if unknown := sorted(set(new.key_names) - known):
        raise ValueError(f"key: no API key in use is named {unknown[0]!r}")
    database.profiles.add(dataclasses.replace(new, text=_CHECKS[new.kind](new.text)))


def _checked_profile(text: str) -> str:
    filling = Filling(_EXAMPLE_SOURCE, transfer_method=_EXAMPLE_METHOD, value_of="value-of-{}".format)
    parse_query(fill_profiles({"profile": parse_profile(text)}, filling, "value"))
    return text


def _checked_transfer_method(text: str) -> str:
    try:
        destination = parse_json(text)
    except JsonTextError:
        destination = text.strip()
    profile = {"format": [{"output": "thumbnails", "destination": "folder"}]}
    if not isinstance(destination, str) and not (
        isinstance(destination, dict) and isinstance(destination.get("url"), str)
    ):
        raise QueryError([Mistake("transfer_method", "is neither a URL nor an object with a url")])
    try:
        parse_query(fill_profiles({"profile": profile}, Filling(_EXAMPLE_SOURCE, transfer_method=destination), "value"))
    except QueryError as error:
        mistakes = [Mistake(_OF_TRANSFER_METHOD.sub("", each.field) or "url", each.problem) for each in error.mistakes]
        raise QueryError(mistakes) from None
    return json.dumps(destination)


_CHECKS = {ProfileKind.PROFILE: _checked_profile, ProfileKind.TRANSFER_METHOD: _checked_transfer_method}
