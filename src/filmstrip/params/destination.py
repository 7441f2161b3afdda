"""Where an output goes: the `destination` object, and its short form as one URL."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import unquote

from pydantic import BeforeValidator, SecretStr, ValidationInfo, field_validator, model_validator

from filmstrip.domain.hosts import has_object_acls
from filmstrip.domain.schemes import carries_keys, destination_forms, scheme_of
from filmstrip.params.parameters import Parameters, without_absent
from filmstrip.params.values import (
    Flag,
    HeaderText,
    LongText,
    is_printable_text,
    list_of,
    mistake,
    one_of,
    unfit,
    whole_number,
)

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
# Names of users may hold an @ themselves; what reads as a name without one is taken for that.
_WITH_CREDENTIALS = tuple(
    re.compile(rf"(?P<scheme>[a-z0-9+]+)://(?P<key>{key}){secret}@(?P<rest>[^/@]+/.*)", re.DOTALL | re.IGNORECASE)
    for key, secret in ((r"[^:/@]+", r"(?::(?P<secret>.+?))?"), (r"[^:/]+", r":(?P<secret>.+?)"))
)
_SERVER = re.compile(r"[^@:/\[\]]*(?::\d+)?|\[[0-9a-f:.]+\](?::\d+)?", re.IGNORECASE)
# In a URL that is not of that form, whatever may be meant as credentials.
_BEFORE_AT = re.compile(r"://.*@", re.DOTALL)


class Destination(Parameters):
    """One place where an output's files are put.

    Attributes:
        url: A URL such as `s3://HOST[:PORT]/BUCKET/KEY`, `sftp://HOST[:PORT]/PATH` or `azblob://CONTAINER/PATH`; a
            folder for outputs of several files.
        key: Access key or user name.
        secret: Secret key or password; for `sftp://` also the text of a private key, without a passphrase.
        permissions: Canned ACL of every object.
        storage_class: S3 storage class of every object.
        cache_control: Cache-Control header of every object.
        manifest_cache_control: Cache-Control header of the manifests (tracks, playlists, storyboards), which are
            written again under their old names; that of `cache_control` if absent.
        region: Region to sign for; derived from the host if it is not given.
        is_passive: Whether FTP's connections for data are made to the server (RFC 959, 3.3), not by it; on if absent.
        use_tls: Whether an `ftp://` connection is encrypted (RFC 4217); `ftps://` always is.
        tcp_port: Port of a server, such as one of FTP or SFTP, where the URL has none.
    """

    url: LongText
    key: SecretStr | None = None
    secret: SecretStr | None = None
    permissions: Annotated[str, one_of(CANNED_ACLS)] | None = None
    storage_class: HeaderText | None = None
    cache_control: HeaderText | None = None
    manifest_cache_control: HeaderText | None = None
    region: HeaderText | None = None
    is_passive: Flag | None = None
    use_tls: Flag | None = None
    tcp_port: Annotated[int, whole_number(1, 65_535)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _split_credentials(cls, document: Any) -> Any:
        document = {"url": document} if isinstance(document, str) else without_absent(document)
        if not isinstance(document, dict):
            raise mistake(document, "a URL or an object with a url")
        url = document.get("url", "")
        match = _credentials_in(url) if isinstance(url, str) and len(url) <= _LONGEST_URL else None
        if match is None:
            return document
        inside = {"key": unquote(match["key"])} | ({"secret": unquote(match["secret"])} if match["secret"] else {})
        return {**inside, **document, "url": f"{match['scheme']}://{match['rest']}"}

    @field_validator("url", mode="after")
    @classmethod
    def _has_known_scheme(cls, url: str, _info: ValidationInfo) -> str:
        scheme = scheme_of(url)
        shown = without_credentials(url)
        if scheme is None or scheme.destination_form is None:
            raise mistake(shown, f"a URL such as {destination_forms()}")
        if url.partition("://")[2].strip("/").count("/") + 1 < scheme.least_parts:
            raise mistake(shown, scheme.parts_form)
        if scheme.carries_keys and _SERVER.fullmatch(url.partition("://")[2].partition("/")[0]) is None:
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
        if "private_key" in text and text.lstrip().startswith("{"):
            raise unfit(
                "is a service account in JSON: make an HMAC key for it, whose id is `key` and whose secret this"
            )
        if not is_printable_text(text) and not (info.field_name == "secret" and _is_document(text, info)):
            raise unfit("holds a line end or another control character, perhaps from copying; it is not shown here")
        if info.field_name == "key" and not text.isascii():
            raise unfit("holds characters that are not ASCII, which a header of HTTP cannot have; it is not shown here")
        return value

    @field_validator("permissions", "storage_class", mode="after")
    @classmethod
    def _has_an_effect(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Refuse what changes who may read an object, or what it costs, and does not exist there."""
        url = info.data.get("url", "")
        scheme = scheme_of(url)
        if value in {None, "private"} or scheme is None:
            return value
        host = url.partition("://")[2].partition("/")[0].partition(":")[0]
        if info.field_name == "permissions" and not has_object_acls(host):
            raise unfit(f'does not exist at "{host}", which has no ACLs of objects: leave it out')
        if info.field_name in scheme.options:
            return value
        raise unfit(f'does not exist at {scheme.destination_form}: leave it out ("{value}" was given)')

    @field_validator("tcp_port", mode="after")
    @classmethod
    def _is_the_port(cls, port: int | None, info: ValidationInfo) -> int | None:
        in_url = re.search(r":(\d+)\Z", info.data.get("url", "").partition("://")[2].partition("/")[0])
        if port is not None and in_url is not None and int(in_url[1]) != port:
            raise mistake(port, f"the port of the URL, {in_url[1]}: leave one of them out")
        return port


def without_credentials(url: str) -> str:
    """Return a URL as it may be shown, with whatever may be meant as credentials in it hidden."""
    return _BEFORE_AT.sub("://(hidden)@", url)


def _credentials_in(url: str) -> re.Match[str] | None:
    """Find the credentials in a URL of a kind that may carry some."""
    if not carries_keys(url):
        return None
    return next((match for pattern in _WITH_CREDENTIALS if (match := pattern.fullmatch(url))), None)


def _is_document(text: str, info: ValidationInfo) -> bool:
    """Check whether a secret is a text of several lines where that may be, such as a private key in PEM (RFC 7468)."""
    scheme = scheme_of(info.data.get("url", ""))
    is_text = is_printable_text(text.replace("\r", "").replace("\n", ""))
    return is_text and scheme is not None and scheme.takes_documents and text.lstrip().startswith("-----BEGIN ")


def _as_list(value: object) -> object:
    return _at_most(value if isinstance(value, list | tuple) else [value])


_at_most = list_of(16)
Destinations = Annotated[tuple[Destination, ...], BeforeValidator(_as_list)]
"""One destination or a list of them; empty means the built-in temporary store."""
