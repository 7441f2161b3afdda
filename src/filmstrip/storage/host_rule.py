"""What the operator says about an S3 server: where it is reached, for which region and in which style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict

from filmstrip.params.values import unfit
from filmstrip.storage.egress.policy import split_port
from filmstrip.storage.named_store import RegionText, ServerUrl, Words


def _place(text: str) -> str:
    if any(mark in text for mark in "/*@") or not text.strip("."):
        raise unfit('is not a host as "s3.example.com" or "minio:9000"')
    return text.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRule:
    """A rule for one server.

    Attributes:
        host: The host that addresses name, with a port if they name one.
        endpoint: URL where it is reached, such as that of a gateway of yours; its host may be in your own network.
        region: Region to sign for.
        bucket_hosts: Whether a bucket is the first part of the host's name instead of the path.
        has_acl: Whether objects have ACLs of their own there; `permissions` are refused if not.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    host: Annotated[Words, AfterValidator(_place)]
    endpoint: ServerUrl | None = None
    region: RegionText | None = None
    bucket_hosts: bool = False
    has_acl: bool = True

    def __str__(self) -> str:
        return f"{self.host} (at {self.endpoint or 'its own address'})"


def rule_for(host: str, port: int | None, rules: Sequence[HostRule]) -> HostRule | None:
    """Return the rule for a server as an address names it; one with the port wins. None if there is none."""
    found = {split_port(rule.host): rule for rule in rules}
    return found.get((host, port)) or found.get((host, None))
