"""A container of Azure Blob Storage as a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path

import obstore

from filmstrip.domain.artifact import Location
from filmstrip.domain.errors import DestinationRefusedError, DestinationUnreachableError, FilmstripError
from filmstrip.params.destination import Destination
from filmstrip.storage.azure.address import AzureAddress
from filmstrip.storage.azure.client import check_secret, make_azure_client
from filmstrip.storage.azure.signature import is_token
from filmstrip.storage.object_name import joined_name
from filmstrip.storage.s3.client import put_seconds
from filmstrip.storage.s3.clients import way_out
from filmstrip.storage.s3.failures import S3Failure, destination_error, panic_error, unreachable_error
from filmstrip.storage.s3.headers import attributes_of
from filmstrip.storage.s3.signature import S3Account
from filmstrip.storage.settings import StorageSettings

_LARGE_BYTES = 16 << 20
"""Above this, a blob goes out in blocks: it need not be in memory, and a failure repeats one block only."""
_MOST_BLOCKS = 45_000
"""Of the 50,000 that a blob may have (Azure, "Scalability targets for Blob storage")."""


class BlobStore:
    """A folder of names in a container, or one name."""

    def __init__(self, destination: Destination, settings: StorageSettings, *, is_folder: bool) -> None:
        """Prepare the connection.

        Raises:
            DestinationRefusedError: It is no address of Azure, or names a folder where a file is needed.
            HostNotAllowedError: The operator does not allow the host.
        """
        self._address = AzureAddress.parse(destination, settings, DestinationRefusedError)
        if self._address.names_folder and not is_folder:
            raise DestinationRefusedError(f'"{self._address.label}" names a folder, and this output is one file')
        secret = destination.secret.get_secret_value() if destination.secret is not None else ""
        check_secret(secret, self._address, DestinationRefusedError)
        self._is_folder = is_folder
        self._settings = settings
        self._attributes = partial(attributes_of, destination)
        self._account = S3Account(self._address.account, secret, region="")
        self._proxy = way_out(self._address, settings)
        make = partial(
            make_azure_client, self._address, secret, settings, proxy_url=self._proxy.url if self._proxy else None
        )
        self._client = cache(lambda seconds: make(timeout_seconds=seconds))

    def put(self, name: str, data: Path | bytes, content_type: str) -> None:
        """Put a blob, a large one in several blocks at a time; what fails on the way leaves nothing that is seen."""
        key, attributes = self._key(name), self._attributes(content_type)
        size_bytes = len(data) if isinstance(data, bytes) else data.stat().st_size
        is_large = size_bytes > _LARGE_BYTES
        content = data.read_bytes() if isinstance(data, Path) and not is_large else data
        block_bytes = max(_LARGE_BYTES, size_bytes // _MOST_BLOCKS + 1)
        client = self._client(put_seconds(block_bytes, self._settings))
        with self._failures_told():
            obstore.put(
                client,
                key,
                content,
                attributes=attributes,
                use_multipart=is_large,
                chunk_size=block_bytes,
                max_concurrency=self._settings.connections,
            )

    def locate(self, name: str) -> Location:
        """Return the blob's name, container and URL."""
        return self._address.locate(self._key(name) if name else self._address.key)

    def names(self) -> Iterator[str]:
        """Yield the names below the folder, or "" if the one file is there."""
        return (name for name, _put_at in self._listed())

    def names_put(self, since: datetime, until: datetime) -> Iterator[str]:
        """Yield those of them that were put between two moments."""
        return (name for name, put_at in self._listed() if since.replace(microsecond=0) <= put_at <= until)

    def _listed(self) -> Iterator[tuple[str, datetime]]:
        prefix = self._address.key
        with self._failures_told():
            if not self._is_folder:
                with suppress(FileNotFoundError):
                    yield "", obstore.head(self._asking, prefix)["last_modified"]
                return
            for page in obstore.list(self._asking, prefix or None):
                for entry in page:
                    yield str(entry["path"]).removeprefix(prefix).lstrip("/"), entry["last_modified"]

    def delete(self, name: str) -> None:
        """Delete the blob."""
        with self._failures_told(), suppress(FileNotFoundError):
            obstore.delete(self._asking, self._key(name))

    def presign(self, names: Sequence[str], hours: int) -> dict[str, str]:
        """Sign the addresses of blobs; every holder of one can read that blob."""
        if is_token(self._account.secret):
            raise DestinationRefusedError(f'"{self._address.label}" came with a token, which cannot sign addresses')
        until = datetime.now(UTC) + timedelta(hours=hours)
        return {name: self._address.signed_url(self._key(name), self._account.secret, until) for name in names}

    def close(self) -> None:
        """Close the way out."""
        if self._proxy is not None:
            self._proxy.close()

    @property
    def _asking(self) -> obstore.store.AzureStore:
        return self._client(put_seconds(0, self._settings))

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
            error = refusal or destination_error(failure, self._address, self._account)
            if isinstance(error, DestinationUnreachableError) and self._proxy and self._proxy.trouble:
                error = unreachable_error(self._address, self._proxy.trouble)
            raise error from None
        except (FilmstripError, KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as panic:  # noqa: BLE001 - native code panics by what is no Exception
            raise panic_error(panic, self._address) from None
