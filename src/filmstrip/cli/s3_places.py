"""Which server and whose credentials does `s3://BUCKET/KEY` mean on the command line? As other S3 tools have it.

What is typed wins over variables of the environment, those over a profile of ~/.aws. Only whoever runs a command lends
it these rights: the service takes credentials from queries alone.
"""

from __future__ import annotations

import configparser
import dataclasses
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import click

from filmstrip.cli.parameter_flags import Decorated
from filmstrip.domain.errors import FilmstripError
from filmstrip.settings.settings import Settings
from filmstrip.storage.egress import split_port

_REGION = re.compile(r"[a-z0-9-]+")
_USUAL_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class S3Manners:
    """What the shell says about S3.

    Attributes:
        endpoint: URL of the server that buckets are on, None for Amazon's.
        region: Region of the buckets, None where nothing tells it.
        key: Access key, None where there is none.
        secret: The secret to it.
        hosts: Hosts without a dot that settings name, such as "minio": no buckets.
    """

    endpoint: str | None = None
    region: str | None = None
    key: str | None = None
    secret: str | None = field(default=None, repr=False)
    hosts: frozenset[str] = frozenset()

    @property
    def server(self) -> str:
        """The server that buckets are on, `HOST[:PORT]`."""
        if self.endpoint is None:
            return f"s3.{self.region or _USUAL_REGION}.amazonaws.com"
        return urlsplit(self.endpoint).netloc

    @property
    def plain_http_hosts(self) -> tuple[str, ...]:
        """The server, if it is spoken to by http."""
        return (self.server,) if self.endpoint is not None and self.endpoint.lower().startswith("http://") else ()

    def spelled_out(self, url: str) -> str:
        """Put the server before the bucket where a URL names the bucket first: `s3://BUCKET/KEY`.

        A first part with a port, with credentials before it, or, unless there is an endpoint, with a dot is a server.
        """
        scheme, _, rest = url.partition("://")
        first, slash, key = rest.partition("/")
        if scheme.lower() != "s3" or self._is_server(rest, first):
            return url
        return f"s3://{self.server}/{first}{slash or '/'}{key}"

    def with_credentials(self, url: str) -> str:
        """Write the credentials into the URL of a source that has none."""
        scheme, _, rest = self.spelled_out(url).partition("://")
        if scheme.lower() != "s3" or _has_credentials(rest) or self.key is None or self.secret is None:
            return f"{scheme}://{rest}"
        return f"s3://{quote(self.key, safe='')}:{quote(self.secret, safe='')}@{rest}"

    def destination(self, document: dict[str, Any]) -> dict[str, Any]:
        """Complete a destination: its server, and the credentials where it has none."""
        url = document.get("url")
        if not isinstance(url, str) or not url.lower().startswith("s3://"):
            return document
        lent = {"key": self.key, "secret": self.secret}
        if (
            document.get("key")
            or document.get("secret")
            or _has_credentials(url.partition("://")[2])
            or None in lent.values()
        ):
            lent = {}
        place = self.spelled_out(url)
        # It is the region of the server that the shell names, and says nothing about others.
        region = {"region": self.region} if self.region and place != url else {}
        return {**region, **lent, **document, "url": place}

    def _is_server(self, rest: str, first: str) -> bool:
        if _has_credentials(rest) or ":" in first or first in {*self.hosts, "localhost", self.server}:
            return True
        return self.endpoint is None and "." in first


def _has_credentials(rest: str) -> bool:
    before, at, _ = rest.rpartition("@")
    return bool(at) and ":" in before.partition("/")[0]


def s3_flags(function: Decorated) -> Decorated:
    """Decorate a command with the flags that say which S3 server and whose credentials are meant."""
    profile = click.option("--profile", metavar="NAME", help="Profile in ~/.aws to use.  [env var: AWS_PROFILE]")
    endpoint = click.option(
        "--endpoint",
        metavar="URL",
        help="Server of s3://BUCKET/KEY, such as http://127.0.0.1:9000.  [env var: AWS_ENDPOINT_URL]",
    )
    return endpoint(profile(function))


def manners_for(
    places: Iterable[str], settings: Settings, endpoint: str | None, profile: str | None
) -> tuple[S3Manners, Settings]:
    """Find out what the shell says about S3, if a place is there.

    Args:
        places: What was typed as sources and destinations.
        settings: Name hosts, which are no buckets.
        endpoint: What was typed.
        profile: What was typed.

    Returns:
        What it says, and the settings with the endpoint among the hosts that are spoken to by http, if it is one.

    Raises:
        FilmstripError: As from `read_manners`.
    """
    if not any(place.lower().startswith("s3://") for place in places):
        return S3Manners(), settings
    storage = settings.storage
    named = {split_port(entry)[0] for entry in (*storage.plain_http_hosts, *storage.private_hosts) if "/" not in entry}
    manners = read_manners(endpoint, profile, hosts=frozenset(named))
    plain = storage.plain_http_hosts + manners.plain_http_hosts
    return manners, dataclasses.replace(settings, storage=dataclasses.replace(storage, plain_http_hosts=plain))


def read_manners(
    endpoint: str | None,
    profile: str | None,
    *,
    hosts: frozenset[str] = frozenset(),
    environ: Mapping[str, str] = os.environ,
) -> S3Manners:
    """Find out what the shell says about S3.

    Args:
        endpoint: What was typed.
        profile: What was typed; it wins over credentials of the environment.
        hosts: As `S3Manners.hosts`.
        environ: The environment.

    Raises:
        FilmstripError: The endpoint is no URL of a server, there is no such profile, or its credentials cannot be used.
    """
    found = _Profile.read(profile or environ.get("AWS_PROFILE"), environ)
    given = (
        endpoint or environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL") or found.get("endpoint_url")
    )
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or found.get("region")
    if region is not None and _REGION.fullmatch(region) is None:
        raise FilmstripError(f'The region "{region}" is not one such as eu-central-1')
    key, secret = _credentials(found, environ, is_chosen=profile is not None)
    return S3Manners(_checked_endpoint(given), region, key, secret, hosts)


def _checked_endpoint(endpoint: str | None) -> str | None:
    if endpoint is None:
        return None
    parts = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}")
    if parts.scheme not in {"http", "https"} or not parts.netloc or "@" in parts.netloc or parts.path.strip("/"):
        shown = endpoint.rpartition("@")[2]
        raise FilmstripError(f'The endpoint "{shown}" is not the URL of a server, such as https://s3.example.com')
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _credentials(profile: _Profile, environ: Mapping[str, str], *, is_chosen: bool) -> tuple[str | None, str | None]:
    sources: list[tuple[Callable[[str], str | None], str]] = [
        (lambda name: environ.get(name.upper()) or None, "of the environment"),
        (profile.get, f'of the profile "{profile.name}"'),
    ]
    for get, where in reversed(sources) if is_chosen else sources:
        key, secret = get("aws_access_key_id"), get("aws_secret_access_key")
        if key is None and secret is None:
            continue
        if key is None or secret is None:
            missing = "aws_access_key_id" if key is None else "aws_secret_access_key"
            raise FilmstripError(f"The S3 credentials {where} are not whole: {missing} is missing")
        if get("aws_session_token"):
            raise FilmstripError(
                f"The S3 credentials {where} are temporary (aws_session_token), which cannot be used yet; give lasting "
                "ones by --profile, or by a key and a secret"
            )
        return key, secret
    if is_chosen:
        raise FilmstripError(f'The profile "{profile.name}" has no aws_access_key_id and aws_secret_access_key')
    return None, None


@dataclass(frozen=True, slots=True)
class _Profile:
    """A profile of the files that Amazon's tools share."""

    name: str
    values: Mapping[str, str] = field(repr=False)

    def get(self, name: str) -> str | None:
        return self.values.get(name) or None

    @classmethod
    def read(cls, name: str | None, environ: Mapping[str, str]) -> _Profile:
        values: dict[str, str] = {}
        is_there = False
        for path, section in _files(name or "default", environ):
            parser = configparser.RawConfigParser()
            try:
                parser.read(path, encoding="utf-8")
            except (OSError, ValueError, configparser.Error):
                raise FilmstripError(f"{path} cannot be read as a file with profiles") from None
            if parser.has_section(section):
                is_there = True
                values |= dict(parser.items(section))
        if name is not None and not is_there:
            raise FilmstripError(f'There is no profile "{name}" in the files of ~/.aws')
        return cls(name or "default", values)


def _files(name: str, environ: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Name the files and the section in each, the one that wins last."""
    home = Path("~/.aws").expanduser()
    config = Path(environ.get("AWS_CONFIG_FILE") or home / "config").expanduser()
    yield config, name if name == "default" else f"profile {name}"
    yield Path(environ.get("AWS_SHARED_CREDENTIALS_FILE") or home / "credentials").expanduser(), name
