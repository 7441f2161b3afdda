"""A store that the operator names: where it is, whose credentials sign, and which API keys may use it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from filmstrip.params.values import is_printable_text, unfit

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,254}")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_LONGEST = 1000
ANY_KEY = "*"
"""Stands for every API key."""


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST or not is_printable_text(value):
        raise unfit(f"is not text of 1 to {_LONGEST} printable characters")
    return value.strip()


def _endpoint(text: str) -> str:
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        raise unfit("is not the URL of a server, such as https://s3.example.com") from None
    is_server = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
    if not is_server or parts.path.strip("/") or parts.query or parts.fragment:
        raise unfit("is not the URL of a server, such as https://s3.example.com")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _matching(pattern: re.Pattern[str], expectation: str) -> AfterValidator:
    def check(text: str) -> str:
        if pattern.fullmatch(text) is None:
            raise unfit(f"is not {expectation}")  # without the value: a secret may stand where a name belongs
        return text

    return AfterValidator(check)


def _prefix(text: str) -> str:
    text = text.strip("/")
    if any(part in {"", ".", ".."} for part in text.split("/")):
        raise unfit('is not a folder of keys, such as videos/in, without empty, "." and ".." parts')
    return text


Words = Annotated[str, BeforeValidator(_text)]
ServerUrl = Annotated[Words, AfterValidator(_endpoint)]
RegionText = Annotated[Words, _matching(_REGION, "a region, such as eu-central-1")]
_Variable = Annotated[Words, _matching(_VARIABLE, "the name of an environment variable, such as MEDIA_KEY")]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedStore:
    """A store that the operator names.

    Attributes:
        name: What it is called in the log.
        endpoint: URL of its server.
        bucket: Its bucket.
        prefix: Folder of keys that is lent, None for the whole bucket.
        region: Region to sign for; derived from the server if it is not given.
        key_variable: Environment variable that holds the access key.
        secret_variable: The one that holds the secret.
        session_token_variable: The one that holds the session token of temporary credentials.
        profile: Profile of ~/.aws instead of variables.
        instance_role: Whether the machine's own role signs instead.
        api_keys: Names of the API keys that may use it; "*" for all.
    """

    # For the parser; a model of pydantic's would be built at every start, also if no store is named.
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: Words
    endpoint: ServerUrl
    bucket: Annotated[Words, _matching(_BUCKET, 'the name of a bucket: 3 to 255 letters, digits, ".", "-" or "_"')]
    prefix: Annotated[Words, AfterValidator(_prefix)] | None = None
    region: RegionText | None = None
    key_variable: _Variable | None = None
    secret_variable: _Variable | None = None
    session_token_variable: _Variable | None = None
    profile: Words | None = None
    instance_role: bool = False
    api_keys: Annotated[tuple[Words, ...], Field(min_length=1)]

    def __post_init__(self) -> None:
        by_variables = self.key_variable is not None and self.secret_variable is not None
        ways = [by_variables, self.profile is not None, self.instance_role]
        has_half = (self.key_variable is None) != (self.secret_variable is None)
        if ways.count(True) != 1 or has_half or (self.session_token_variable is not None and not by_variables):
            raise unfit("needs credentials in one way: key_variable and secret_variable, or profile, or instance_role")

    @property
    def is_plain_http(self) -> bool:
        """Whether the server is spoken to by http."""
        return self.endpoint.startswith("http://")

    @property
    def server(self) -> str:
        """The server, `HOST[:PORT]`."""
        return self.endpoint.partition("://")[2]

    def __str__(self) -> str:
        place = "/".join(filter(None, (self.server, self.bucket, self.prefix)))
        return f"{self.name} (s3://{place}, for {', '.join(self.api_keys)})"
