"""Settings of storage: which places may be used, how long they are waited for, and how often they are tried again."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from filmstrip.params.any_path import AnyPath
from filmstrip.storage.egress.policy import split_port
from filmstrip.storage.host_rule import HostRule
from filmstrip.storage.named_store import NamedStore


def _is_host(entry: str) -> str:
    """Refuse what would silently never be any host: a URL, a path, a pattern."""
    if any(mark in entry for mark in "/*"):
        raise ValueError
    return entry


def _is_host_or_network(entry: str) -> str:
    if "/" not in entry:
        return _is_host(entry)
    ipaddress.ip_network(split_port(entry.strip())[0], strict=False)
    return entry


Host = Annotated[str, AfterValidator(_is_host), Field(description='a host as "minio" or "minio:9000"')]
HostOrNetwork = Annotated[
    str,
    AfterValidator(_is_host_or_network),
    Field(description='a host as "minio" or "minio:9000", or a network as "10.0.0.0/8"'),
]


BucketFolder = Annotated[
    str,
    Field(
        pattern=r"^s3://[^/@\s]+/[^/\s]+(/[^\s]*)?$",
        description="an address such as s3://HOST/BUCKET/FOLDER/, without credentials in it",
    ),
]
SecretText = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,4000}$", description="text of printable characters")]


@dataclass(frozen=True, slots=True)
class StorageSettings:
    """Settings of sources and destinations.

    Attributes:
        temporary_root: Folder of the built-in temporary store.
        temporary_hours: How long the temporary store keeps an object, in hours.
        temporary_url: Folder of a bucket that keeps the temporary store and the uploads, where all machines reach
            them: `s3://HOST[:PORT]/BUCKET/FOLDER/`; a folder of each machine if absent. Nothing else may be in it.
        temporary_key: Access key for that bucket; without it, the credentials of the entry of `stores` in which the
            folder lies.
        temporary_secret: The secret to it.
        temporary_redirect: Whether who asks for a temporary result is sent on to the bucket, by an address that is
            signed for an hour; browsers have to reach it, and it has to let pages of other origins read. Else
            this service sends the bytes.
        public_url: Where clients reach this service, such as "https://video.example.com"; begins the URLs of
            temporary objects.
        private_hosts: What sources and destinations may use beyond the public internet: host names, IP addresses,
            both also with a port ("minio:9000", "[fd00::1]:9000"), and networks ("10.0.0.0/8").
        plain_http_hosts: S3 hosts that are spoken to by http instead of https: "host" or "host:port".
        stores: S3 stores whose credentials you lend to the API keys that you name; see
            [stores of your own](../running.md#stores-of-your-own).
        hosts: Rules for S3 servers: where one is reached, its region, and its style; see
            [rules for servers](../places.md#rules-for-servers).
        local_roots: Folders in which `file://` may read and write, if one service has the database.
        shared_roots: The same where several machines share a PostgreSQL database: folders that all of them have at the
            same path, as of a network file system.
        ca_file: PEM file with certificate authorities that are trusted in addition to the system's.
        sftp_known_hosts: File with the host keys of SFTP servers, as OpenSSH's known_hosts; only these servers are
            talked to then. Without it any host key is taken, so that another server could pass itself off as the one
            that is meant.
        connect_timeout_seconds: How long a connection may take to be made.
        read_timeout_seconds: How long a source may stay silent.
        min_kib_per_second: Slowest rate at which one connection to a source may send, in KiB per second.
        slow_seconds: Over how much waiting that rate is measured.
        fetch_hours: How long copying a whole source may take, or waiting for one that is read in parts.
        fetch_kib_per_second: Slowest rate at which a source may be copied or read, on average over the whole after the
            first ten minutes of waiting for it, in KiB per second; 0 for any rate.
        max_source_gb: Largest source, in units of 10^9 bytes.
        put_timeout_seconds: How long one request that puts an object, or one part of a large one, may take at most;
            small ones get 30 seconds, and one more for each 32 KiB.
        retries: How often a failed request is tried again; whatever arrives in between starts the count again.
        retry_pause_seconds: The pause before the first retry; each further one is twice as long.
        connections: Connections that one source or one destination is used with at a time.
    """

    temporary_root: Path
    temporary_hours: int = 24
    temporary_url: BucketFolder | None = None
    temporary_key: SecretText | None = field(default=None, repr=False)
    temporary_secret: SecretText | None = field(default=None, repr=False)
    temporary_redirect: bool = False
    public_url: str = "http://127.0.0.1:8080"
    private_hosts: tuple[HostOrNetwork, ...] = ()
    plain_http_hosts: tuple[Host, ...] = ()
    stores: tuple[NamedStore, ...] = ()
    hosts: tuple[HostRule, ...] = ()
    local_roots: tuple[AnyPath, ...] = ()
    shared_roots: tuple[AnyPath, ...] = ()
    ca_file: Path | None = None
    sftp_known_hosts: Path | None = None
    connect_timeout_seconds: float = 10.0
    read_timeout_seconds: float = 60.0
    min_kib_per_second: float = 2.0
    slow_seconds: float = 30.0
    fetch_hours: float = 12.0
    fetch_kib_per_second: float = 16.0
    max_source_gb: float = 256.0
    put_timeout_seconds: float = 600.0
    retries: int = 4
    retry_pause_seconds: float = 0.2
    connections: int = 4

    def of_fleet(self) -> StorageSettings:
        """Return them for one of several machines: what a path of one means is another file on the next."""
        return replace(self, local_roots=self.shared_roots)

    def allowing(self, host: str | None) -> StorageSettings:
        """Return them with one more host, or host and port, that may be used though it is private; None for no more."""
        return self if host is None else replace(self, private_hosts=(*self.private_hosts, host))
