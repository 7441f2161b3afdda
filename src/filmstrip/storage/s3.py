"""How is a bucket of an S3 server a store?"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

import obstore

from filmstrip.domain.artifact import MANIFEST_TYPES, Location
from filmstrip.domain.errors import DestinationRefusedError, FilmstripError, HostNotAllowedError
from filmstrip.params.destination import Destination
from filmstrip.storage.egress import EgressPolicy
from filmstrip.storage.egress_proxy import EgressProxy
from filmstrip.storage.object_name import joined_name
from filmstrip.storage.s3_address import S3Address
from filmstrip.storage.s3_client import account_of, make_s3_client, put_seconds
from filmstrip.storage.s3_failures import S3Failure, destination_error, panic_error
from filmstrip.storage.s3_parts import PartedUploader
from filmstrip.storage.settings import StorageSettings

_LARGE_BYTES = 16 << 20
"""Above this, an object goes out in parts: it need not be in memory, and a failure repeats one part only."""
_SMALLEST_CLASS_BYTES = 1 << 20
_MOST_PARTS = 9_000
"""Of the 10 000 that S3 allows (Amazon S3 User Guide, "Multipart upload limits")."""


class S3Store:
    """A folder of keys in a bucket, or one key."""

    def __init__(self, destination: Destination, settings: StorageSettings, *, is_folder: bool) -> None:
        """Prepare the connection.

        Raises:
            DestinationRefusedError: The URL is not an S3 address, or names a folder where a file is needed.
            HostNotAllowedError: The operator does not allow the host.
        """
        self._address = S3Address.parse(destination.url, settings.plain_http_hosts, DestinationRefusedError)
        if self._address.names_folder and not is_folder:
            raise DestinationRefusedError(f'"{self._address.label}" names a folder, and this output is one file')
        self._is_folder = is_folder
        self._attributes = partial(_attributes, destination)
        self._acl = _acl_header(destination)
        self._settings = settings
        self._proxy = _proxy_for(self._address, settings)
        way_out = self._proxy.url if self._proxy else None
        account = account_of(destination, self._address)
        self._can_sign = account is not None
        # obstore signs the ACL only where something is put; elsewhere an unsigned header would spoil the signature.
        make_client = partial(make_s3_client, self._address, account, settings, proxy_url=way_out)
        self._asking = make_client()
        self._putting = cache(lambda seconds: make_client(timeout_seconds=seconds, headers=self._acl))
        self._putting_parts = cache(lambda seconds: make_client(timeout_seconds=seconds))
        self._parted = PartedUploader(self._address, account, settings)

    def put(self, name: str, data: Path | bytes, content_type: str) -> None:
        """Put an object, a large one in several parts at a time; what fails on the way leaves nothing behind."""
        key = self._key(name)
        attributes = self._attributes(content_type)
        size_bytes = len(data) if isinstance(data, bytes) else data.stat().st_size
        if size_bytes <= _LARGE_BYTES:
            content = data if isinstance(data, bytes) else data.read_bytes()
            with self._failures_told():
                client = self._putting(self._timeout_seconds(size_bytes))
                obstore.put(client, key, content, attributes=attributes, use_multipart=False)
        else:
            self._put_large(key, data, attributes, max(_LARGE_BYTES, size_bytes // _MOST_PARTS + 1))

    def _put_large(self, key: str, data: Path | bytes, attributes: dict[str, str], part_bytes: int) -> None:
        if self._acl:
            with io.BytesIO(data) if isinstance(data, bytes) else data.open("rb") as content:
                self._parted.put(key, content, part_bytes, _headers(attributes) | self._acl)
            return
        with self._failures_told():
            obstore.put(
                self._putting_parts(self._timeout_seconds(part_bytes)),
                key,
                data,
                attributes=attributes,
                use_multipart=True,
                chunk_size=part_bytes,
                max_concurrency=self._settings.connections,
            )

    def _timeout_seconds(self, size_bytes: int) -> float:
        # In few classes: each has a client, with connections of its own.
        return put_seconds(_SMALLEST_CLASS_BYTES << (size_bytes // _SMALLEST_CLASS_BYTES).bit_length(), self._settings)

    def locate(self, name: str) -> Location:
        """Tell the object's key, bucket and URL."""
        return self._address.locate(self._key(name) if name else self._address.key)

    def names(self) -> Iterator[str]:
        """Yield the names below the folder, or "" where the one file is there."""
        prefix = self._address.key
        with self._failures_told():
            for page in obstore.list(self._asking, prefix or None):
                for entry in page:
                    yield str(entry["path"]).removeprefix(prefix).lstrip("/")

    def delete(self, name: str) -> None:
        """Delete the object."""
        with self._failures_told():
            obstore.delete(self._asking, self._key(name))

    def presign(self, names: Sequence[str], hours: int) -> dict[str, str]:
        """Sign the addresses of objects; whoever has one can read that object."""
        if not self._can_sign:
            raise DestinationRefusedError(f'"{self._address.label}" came without key and secret to sign addresses with')
        keys = [self._key(name) for name in names]
        return dict(zip(names, obstore.sign(self._asking, "GET", keys, timedelta(hours=hours)), strict=True))

    def close(self) -> None:
        """Close the connections and the way out."""
        self._parted.close()
        if self._proxy is not None:
            self._proxy.close()

    def _key(self, name: str) -> str:
        if name and not self._is_folder:
            raise DestinationRefusedError(f'"{self._address.label}" is one file and cannot hold "{name}"')
        return joined_name(self._address.key, name)

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except S3Failure as failure:
            refusal = self._proxy.refusal if self._proxy else None
            raise refusal or destination_error(failure, self._address, is_signed=self._can_sign) from None
        except (FilmstripError, KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as panic:  # noqa: BLE001 - native code panics by what is no Exception
            raise panic_error(panic, self._address) from None


def _attributes(destination: Destination, content_type: str) -> dict[str, str]:
    cache = destination.cache_control
    if content_type in MANIFEST_TYPES and destination.manifest_cache_control is not None:
        cache = destination.manifest_cache_control
    given = {"Cache-Control": cache, "Storage-Class": destination.storage_class, "Content-Type": content_type}
    return {name: value for name, value in given.items() if value is not None}


def _headers(attributes: dict[str, str]) -> dict[str, str]:
    """Name attributes of an object as the headers of S3 do."""
    return {("x-amz-storage-class" if name == "Storage-Class" else name): value for name, value in attributes.items()}


def _acl_header(destination: Destination) -> dict[str, str]:
    # "private" is what an object is anyway; servers with ACLs switched off would refuse to be told.
    if destination.permissions in {None, "private"}:
        return {}
    return {"x-amz-acl": str(destination.permissions)}


def _proxy_for(address: S3Address, settings: StorageSettings) -> EgressProxy | None:
    """Judge the host now, for a clear error; and have each connection judged, unless the operator named the host."""
    policy = EgressPolicy(settings.private_hosts)
    if policy.names(address.host, address.connected_port):
        return None
    try:
        policy.judge(address.host, address.connected_port)
    except HostNotAllowedError:
        raise
    except OSError:
        pass  # a name that cannot be resolved now may be by the time of the first put
    return EgressProxy(policy, settings.connect_timeout_seconds)
