"""Every kind of store, opened on a real instance, with a way to look at it from the outside."""

from __future__ import annotations

import urllib.error
import urllib.request
import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from azurite_server import ACCOUNT, KEY, AzuriteServer
from filmstrip.params.destination import Destination
from filmstrip.storage._base import Store
from filmstrip.storage.lender import NOBODY
from filmstrip.storage.opening import open_store
from filmstrip.storage.own.serving import TemporaryFile, TemporaryObjects
from filmstrip.storage.own.temporary import open_temporary
from filmstrip.storage.settings import StorageSettings
from filmstrip.testing.seaweedfs import S3Server
from ftp_server import FtpServer
from sftp_server import SftpServer

BEGINS_AT = datetime(2031, 5, 2, 10, 15, tzinfo=UTC)


@dataclass(frozen=True)
class StoredObject:
    """An object as someone else sees it; None where the place keeps no types."""

    content: bytes
    content_type: str | None


def own_bucket(server: S3Server) -> dict[str, Any]:
    """Make a bucket for the service's own use, and the settings that name it."""
    bucket = f"own-{uuid.uuid4().hex[:12]}"
    server.make_bucket(bucket)
    place = f"{server.host}:{server.port}"
    account = {"temporary_key": server.key, "temporary_secret": server.secret}
    return {"temporary_url": f"s3://{place}/{bucket}/filmstrip/", "plain_http_hosts": (place,), **account}


class StoreCase(ABC):
    """A place in which stores are opened."""

    settings: StorageSettings

    @abstractmethod
    def open(self, name: str, *, is_folder: bool) -> Store:
        """Open a folder, or the one file, called `name`."""

    @abstractmethod
    def look(self, store: Store, name: str) -> StoredObject | None:
        """Look at an object past the store's own code."""

    def anonymous_status(self, store: Store, name: str) -> int:
        """Fetch an object as anyone may, and tell the status."""
        try:
            with urllib.request.urlopen(store.locate(name).url, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code


class LocalCase(StoreCase):
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = StorageSettings(folder / "temporary", local_roots=(folder,))

    def open(self, name: str, *, is_folder: bool) -> Store:
        return open_store(Destination(url=(self.folder / name).as_uri()), self.settings, is_folder=is_folder)

    def look(self, store: Store, name: str) -> StoredObject | None:
        path = Path("/") / store.locate(name).key
        return StoredObject(path.read_bytes(), None) if path.is_file() else None


class TemporaryCase(StoreCase):
    """The temporary store, on the disk or in a bucket."""

    def __init__(self, folder: Path, server: S3Server | None = None) -> None:
        self.settings = StorageSettings(folder, public_url="https://video.example")
        if server is not None:
            self.settings = replace(self.settings, **own_bucket(server))

    def open(self, name: str, *, is_folder: bool) -> Store:
        return open_temporary(self.settings, name, 0, BEGINS_AT, file_name=None if is_folder else "video.mp4")

    def look(self, store: Store, name: str) -> StoredObject | None:
        found = TemporaryObjects(self.settings).find(store.locate(name).key, BEGINS_AT)
        if found is None:
            return None
        if isinstance(found, TemporaryFile):
            return StoredObject(found.path.read_bytes(), found.content_type)
        return StoredObject(b"".join(found.read(0, found.size_bytes)), found.content_type)


class HostCase(StoreCase):
    """A folder of a server that has users: FTP or SFTP."""

    def __init__(self, scheme: str, server: FtpServer | SftpServer, folder: Path, authority: Path) -> None:
        self.scheme = scheme
        self.server = server
        self.folder = server.folder / uuid.uuid4().hex[:12]
        self.settings = StorageSettings(
            folder,
            private_hosts=(f"{server.host}:{server.port}",),
            ca_file=authority,
            retries=3,
            retry_pause_seconds=0.01,
        )

    @property
    def login(self) -> dict[str, str]:
        """User and password, as a destination has them."""
        is_ftp = isinstance(self.server, FtpServer)
        return {"key": self.server.user, "secret": self.server.password if is_ftp else self.server.secret}

    def url(self, name: str, port: int | None = None) -> str:
        """Write the URL of a name, without credentials."""
        root = "" if isinstance(self.server, FtpServer) else self.server.root
        return f"{self.scheme}://{self.server.host}:{port or self.server.port}{root}/{self.folder.name}/{name}"

    def open(self, name: str, *, is_folder: bool = True, **changes: Any) -> Store:
        settings, url = changes.pop("settings", self.settings), changes.pop("url", self.url(name))
        place = Destination.model_validate({"url": url} | self.login | changes)
        return open_store(place, settings, is_folder=is_folder)

    def look(self, store: Store, name: str) -> StoredObject | None:
        key = store.locate(name).key
        path = self.folder.parent / key[key.index(self.folder.name) :]
        return StoredObject(path.read_bytes(), None) if path.is_file() else None


class AzureCase(StoreCase):
    """A container of Azurite."""

    def __init__(self, server: AzuriteServer, folder: Path) -> None:
        self.server = server
        self.container = f"container-{uuid.uuid4().hex[:12]}"
        server.make_container(self.container)
        place = f"{server.host}:{server.port}"
        self.settings = StorageSettings(
            folder, private_hosts=(place,), plain_http_hosts=(place,), retries=3, retry_pause_seconds=0.01
        )

    def destination(self, name: str, **changes: Any) -> Destination:
        """Write the destination of a name; the container may be another, and so may its fields."""
        container = changes.pop("container", self.container)
        url = f"azblob://{self.server.host}:{self.server.port}/{container}/{name}"
        return Destination.model_validate({"url": url, "key": ACCOUNT, "secret": KEY} | changes)

    def open(self, name: str, *, is_folder: bool = True, **changes: Any) -> Store:
        return open_store(self.destination(name, **changes), self.settings, is_folder=is_folder)

    def look(self, store: Store, name: str) -> StoredObject | None:
        found = self.server.get(self.container, store.locate(name).key)
        return StoredObject(found[0], found[1]["Content-Type"]) if found else None


class S3Case(StoreCase):
    def __init__(self, server: S3Server, folder: Path) -> None:
        self.server = server
        self.bucket = f"bucket-{uuid.uuid4().hex[:12]}"
        server.make_bucket(self.bucket)
        place = f"{server.host}:{server.port}"
        self.settings = StorageSettings(
            folder, private_hosts=(place,), plain_http_hosts=(place,), retries=3, retry_pause_seconds=0.01
        )

    def destination(self, name: str, **changes: Any) -> Destination:
        """Write the destination of a name; `bucket` and `port` may be others, and so may its fields."""
        port, bucket = changes.pop("port", self.server.port), changes.pop("bucket", self.bucket)
        url = f"s3://{self.server.host}:{port}/{bucket}/{name}"
        return Destination.model_validate({"url": url, "key": self.server.key, "secret": self.server.secret} | changes)

    def open(self, name: str, *, is_folder: bool = True, **changes: Any) -> Store:
        settings, lender = changes.pop("settings", self.settings), changes.pop("lender", NOBODY)
        return open_store(self.destination(name, **changes), settings, is_folder=is_folder, lender=lender)

    def through(self, port: int, **changes: Any) -> StorageSettings:
        """Allow another port of the host too."""
        places = (*self.settings.private_hosts, f"{self.server.host}:{port}")
        return replace(self.settings, **({"private_hosts": places, "plain_http_hosts": places} | changes))

    def look(self, store: Store, name: str) -> StoredObject | None:
        key = store.locate(name).key
        client = self.client()
        try:
            answer = client.get_object(Bucket=self.bucket, Key=key)
        except client.exceptions.NoSuchKey:
            return None
        finally:
            client.close()
        with answer["Body"] as body:
            return StoredObject(body.read(), answer["ContentType"])

    def client(self) -> Any:
        """Make a client that is not ours."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.server.url,
            aws_access_key_id=self.server.key,
            aws_secret_access_key=self.server.secret,
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
        )
