"""Where an output goes: the `destination` object, and its short form as one URL."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import unquote

from pydantic import BeforeValidator, SecretStr, ValidationInfo, field_validator, model_validator

from filmstrip.domain.schemes import destination_forms, scheme_of
from filmstrip.params.parameters import Parameters, without_absent
from filmstrip.params.values import HeaderText, LongText, is_printable_text, list_of, mistake, one_of, unfit

CANNED_ACLS = (
    "private",
    "public-read",
    "public-read-write",
    "authenticated-read",
    "aws-exec-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
)
"""The canned ACLs of Amazon S3 (S3 User Guide, "Canned ACL")."""

_LONGEST_SECRET = 4000
_LONGEST_URL = 16_000
# Secrets of S3 hold slashes, so urlsplit() would cut them: everything up to the last @ before the host is credentials.
_WITH_CREDENTIALS = re.compile(
    r"(?P<scheme>[a-z0-9+]+)://(?P<key>[^:/@]+):(?P<secret>.+?)@(?P<rest>[^/@]+/.*)", re.DOTALL
)
# In a URL that is not of that form, whatever may be meant as credentials.
_BEFORE_AT = re.compile(r"://.*@", re.DOTALL)


class Destination(Parameters):
    """One place where an output's files are put.

    Attributes:
        url: `s3://HOST[:PORT]/BUCKET/KEY` or `file:///PATH`; a folder for outputs of several files.
        key: Access key or user name.
        secret: Secret key or password.
        permissions: Canned ACL of every object.
        storage_class: S3 storage class of every object.
        cache_control: Cache-Control header of every object.
        manifest_cache_control: Cache-Control header of the manifests (tracks, playlists, storyboards), which are
            written again under their old names; that of `cache_control` if absent.
        region: Region to sign for; derived from the host if it is not given.
    """

    url: LongText
    key: SecretStr | None = None
    secret: SecretStr | None = None
    permissions: Annotated[str, one_of(CANNED_ACLS)] | None = None
    storage_class: HeaderText | None = None
    cache_control: HeaderText | None = None
    manifest_cache_control: HeaderText | None = None
    region: HeaderText | None = None

    @model_validator(mode="before")
    @classmethod
    def _split_credentials(cls, document: Any) -> Any:
        document = {"url": document} if isinstance(document, str) else without_absent(document)
        if not isinstance(document, dict):
            raise mistake(document, "a URL or an object with a url")
        url = document.get("url", "")
        match = _WITH_CREDENTIALS.fullmatch(url) if isinstance(url, str) and len(url) <= _LONGEST_URL else None
        if match is None:
            return document
        inside = {"key": unquote(match["key"]), "secret": unquote(match["secret"])}
        return {**inside, **document, "url": f"{match['scheme']}://{match['rest']}"}

    @field_validator("url", mode="after")
    @classmethod
    def _has_known_scheme(cls, url: str, _info: ValidationInfo) -> str:
        scheme = scheme_of(url)
        shown = _BEFORE_AT.sub("://(hidden)@", url)
        if scheme is None or scheme.destination_form is None:
            raise mistake(shown, f"a URL such as {destination_forms()}")
        if url.partition("://")[2].strip("/").count("/") + 1 < scheme.least_parts:
            raise mistake(shown, scheme.parts_form)
        return url

    @field_validator("key", "secret", mode="before")
    @classmethod
    def _is_text(cls, value: object, info: ValidationInfo) -> object:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not isinstance(text, str):
            raise mistake("(hidden)", "text")
        if len(text) > _LONGEST_SECRET:
            raise unfit(f"has {len(text)} characters; at most {_LONGEST_SECRET} are allowed")
        if not is_printable_text(text):
            raise unfit("holds a line end or another control character, perhaps from copying; it is not shown here")
        if info.field_name == "key" and not text.isascii():
            raise unfit("holds characters that are not ASCII, which a header of HTTP cannot have; it is not shown here")
        return value


def _as_list(value: object) -> object:
    return _at_most([value] if isinstance(value, str | dict) else value)


_at_most = list_of(16)
Destinations = Annotated[tuple[Destination, ...], BeforeValidator(_as_list)]
"""One destination or a list of them; empty means the built-in temporary store."""
