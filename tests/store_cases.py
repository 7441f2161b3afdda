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

from filmstrip.params.destination import Destination
from filmstrip.storage._base import Store
from filmstrip.storage.lender import NOBODY
from filmstrip.storage.opening import open_store
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.temporary import find_temporary, open_temporary
from filmstrip.testing.seaweedfs import S3Server

BEGINS_AT = datetime(2031, 5, 2, 10, 15, tzinfo=UTC)


@dataclass(frozen=True)
class StoredObject:
    """An object as someone else sees it; None where the place keeps no types."""

    content: bytes
    content_type: str | None


class StoreCase(ABC):
    """A place in which stores are opened."""

    settings: StorageSettings

    @abstractmethod
    def open(self, name: str, *, is_folder: bool) -> Store:
        """Open a folder, or the one file, called `name`."""

    @abstractmethod
    def look(self, store: Store, name: str) -> StoredObject | None:
        """Look at an object past the store's own code."""


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
    def __init__(self, folder: Path) -> None:
        self.settings = StorageSettings(folder, public_url="https://video.example")

    def open(self, name: str, *, is_folder: bool) -> Store:
        return open_temporary(self.settings, name, 0, BEGINS_AT, file_name=None if is_folder else "video.mp4")

    def look(self, store: Store, name: str) -> StoredObject | None:
        found = find_temporary(self.settings, store.locate(name).key, BEGINS_AT)
        return StoredObject(found.path.read_bytes(), found.content_type) if found else None


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

    def anonymous_status(self, store: Store, name: str) -> int:
        """Fetch an object as anyone may, and tell the status."""
        try:
            with urllib.request.urlopen(store.locate(name).url, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code
