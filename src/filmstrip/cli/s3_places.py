"""The server and credentials that `s3://BUCKET/KEY` means on the command line, as other S3 tools have it.

What is typed wins over variables of the environment, those over a profile of ~/.aws. Only the user who runs a command
lends it these rights: the service takes credentials from queries alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

import click

from filmstrip.cli.flag_groups import GroupedOption
from filmstrip.cli.parameter_flags import Decorated
from filmstrip.params.destination import Destination
from filmstrip.settings.settings import Settings
from filmstrip.storage.egress.policy import split_port
from filmstrip.storage.lender import Loan, S3Keys, has_own_credentials

_USUAL_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class S3Manners:
    """What the shell says about S3; it lends its credentials to what is typed.

    Attributes:
        endpoint: URL of the server that buckets are on, None for Amazon's.
        region: Region of the buckets, None if nothing tells it.
        keys: Credentials, None if there are none.
        hosts: Hosts without a dot that settings name, such as "minio": no buckets.
        is_region_typed: Whether the region was typed, and so is that of any server.
    """

    endpoint: str | None = None
    region: str | None = None
    keys: S3Keys | None = None
    hosts: frozenset[str] = frozenset()
    is_region_typed: bool = False

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
        """Put the server before the bucket if a URL names the bucket first: `s3://BUCKET/KEY`.

        A first part with a port, with credentials before it, or, unless there is an endpoint, with a dot is a server.
        """
        scheme, _, rest = url.partition("://")
        first, slash, key = rest.partition("/")
        if scheme.lower() != "s3" or self._is_server(rest, first):
            return url
        return f"s3://{self.server}/{first}{slash or '/'}{key}"

    def destination(self, document: dict[str, Any]) -> dict[str, Any]:
        """Complete a destination by its server."""
        url = document.get("url")
        return {**document, "url": self.spelled_out(url)} if isinstance(url, str) else document

    def loan(self, place: Destination) -> Loan | None:
        """Lend the credentials to a place that has none, and the region to one on the server that the shell names."""
        host = place.url.partition("://")[2].partition("/")[0].lower()
        region = self.region if self.is_region_typed or host == self.server else None
        keys = None if has_own_credentials(place) else self.keys
        return Loan(None if keys is None else lambda: keys, region)

    def _is_server(self, rest: str, first: str) -> bool:
        if _has_credentials(rest) or ":" in first or first in {*self.hosts, "localhost", self.server}:
            return True
        return self.endpoint is None and "." in first


def _has_credentials(rest: str) -> bool:
    before, at, _ = rest.rpartition("@")
    return bool(at) and ":" in before.partition("/")[0]


@dataclass(frozen=True, slots=True)
class S3Flags:
    """What was typed about S3.

    Attributes:
        endpoint: As --endpoint.
        profile: As --profile.
        region: As --region.
    """

    endpoint: str | None = None
    profile: str | None = None
    region: str | None = None


def s3_flags(function: Decorated) -> Decorated:
    """Decorate a command with the flags that say which S3 server is meant, where, and whose credentials.

    They come as one argument `s3`, an `S3Flags`.
    """

    @wraps(function)
    def with_flags(
        *arguments: Any, endpoint: str | None, profile: str | None, region: str | None, **others: Any
    ) -> Any:
        return function(*arguments, s3=S3Flags(endpoint, profile, region), **others)

    flags = [
        ("--endpoint", "URL", "Server of s3://BUCKET/KEY, such as http://127.0.0.1:9000.  [env var: AWS_ENDPOINT_URL]"),
        ("--profile", "NAME", "Profile in ~/.aws to use.  [env var: AWS_PROFILE]"),
        ("--region", "REGION", "Region of the buckets; by default the server is asked.  [env var: AWS_REGION]"),
    ]
    decorated: Any = with_flags
    for name, metavar, text in reversed(flags):
        decorated = click.option(name, cls=GroupedOption, heading="S3", metavar=metavar, help=text)(decorated)
    return cast("Decorated", decorated)


def manners_for(places: Iterable[str], settings: Settings, typed: S3Flags) -> tuple[S3Manners, Settings]:
    """Find out what the shell says about S3, if a place is there.

    Args:
        places: What was typed as sources and destinations.
        settings: Name hosts, which are no buckets.
        typed: What was typed about S3.

    Returns:
        What it says, and the settings with the endpoint among the hosts that are spoken to by http, if it is one.

    Raises:
        FilmstripError: As from `s3_shell.read_manners`.
    """
    if not any(place.lower().startswith("s3://") for place in places):
        return S3Manners(), settings
    from filmstrip.cli.s3_shell import read_manners  # noqa: PLC0415 - takes its time, and most places are on no S3

    storage = settings.storage
    named = {split_port(entry)[0] for entry in (*storage.plain_http_hosts, *storage.private_hosts) if "/" not in entry}
    manners = read_manners(typed, hosts=frozenset(named))
    plain = storage.plain_http_hosts + manners.plain_http_hosts
    return manners, dataclasses.replace(settings, storage=dataclasses.replace(storage, plain_http_hosts=plain))
