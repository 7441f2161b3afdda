"""A bucket of an S3 server as a store."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TypeVar

import obstore

from filmstrip.domain.artifact import Location
from filmstrip.domain.errors import (
    DestinationForbiddenError,
    DestinationRefusedError,
    DestinationUnreachableError,
    FilmstripError,
)
from filmstrip.params.destination import Destination
from filmstrip.storage.lender import NOBODY, Lender, loan_for
from filmstrip.storage.object_name import joined_name
from filmstrip.storage.s3.address import S3Address
from filmstrip.storage.s3.client import account_of
from filmstrip.storage.s3.clients import S3Clients
from filmstrip.storage.s3.failures import S3Failure, destination_error, panic_error, unreachable_error
from filmstrip.storage.s3.headers import acl_header, attributes_of, headers_of
from filmstrip.storage.s3.region import ask_region
from filmstrip.storage.s3.signature import S3Account
from filmstrip.storage.settings import StorageSettings

_LARGE_BYTES = 16 << 20
"""Above this, an object goes out in parts: it need not be in memory, and a failure repeats one part only."""
_MOST_PARTS = 9_000
"""Of the 10 000 that S3 allows (Amazon S3 User Guide, "Multipart upload limits")."""

T = TypeVar("T")


class S3Store:
    """A folder of keys in a bucket, or one key."""

    def __init__(
        self, destination: Destination, settings: StorageSettings, *, is_folder: bool, lender: Lender = NOBODY
    ) -> None:
        """Prepare the connection.

        Raises:
            DestinationRefusedError: The URL is not an S3 address, or names a folder where a file is needed.
            HostNotAllowedError: The operator does not allow the host.
            CredentialsError: What is lent cannot be read.
        """
        self._loan = loan_for(destination, lender)
        self._settings = self._loan.allowed_by(settings) if self._loan else settings
        self._address = S3Address.at(destination.url, self._settings, DestinationRefusedError)
        self._settings = self._address.allowed_by(self._settings)
        if self._address.names_folder and not is_folder:
            raise DestinationRefusedError(f'"{self._address.label}" names a folder, and this output is one file')
        self._is_folder = is_folder
        self._attributes = partial(attributes_of, destination)
        self._acl = acl_header(destination)
        if self._acl and self._address.rule is not None and not self._address.rule.has_acl:
            raise DestinationRefusedError(f'"{self._address.label}" has no ACLs of objects: leave out `permissions`')
        self._read_account = partial(account_of, destination, self._address, self._loan)
        self._switching = Lock()
        self._all_clients = [self._clients_for(self._address, self._read_account())]
        # Where neither the client nor the server's name tells the region, an address that is signed may be in vain.
        given = destination.region or (self._loan and self._loan.region)
        self._is_region_known = bool(given) or self._address.own_region is not None

    def put(self, name: str, data: Path | bytes, content_type: str) -> None:
        """Put an object, a large one in several parts at a time; what fails on the way leaves nothing behind."""
        key = self._key(name)
        attributes = self._attributes(content_type)
        size_bytes = len(data) if isinstance(data, bytes) else data.stat().st_size
        if size_bytes <= _LARGE_BYTES:
            content = data if isinstance(data, bytes) else data.read_bytes()

            def put(clients: S3Clients) -> None:
                client = clients.putting(size_bytes)
                obstore.put(client, key, content, attributes=attributes, use_multipart=False)
        else:
            part_bytes = max(_LARGE_BYTES, size_bytes // _MOST_PARTS + 1)

            def put(clients: S3Clients) -> None:
                self._put_large(clients, key, data, attributes, part_bytes)

        self._do(put)

    def _put_large(
        self, clients: S3Clients, key: str, data: Path | bytes, attributes: dict[str, str], part_bytes: int
    ) -> None:
        if self._acl:
            with io.BytesIO(data) if isinstance(data, bytes) else data.open("rb") as content:
                clients.parted.put(key, content, part_bytes, headers_of(attributes) | self._acl)
            return
        obstore.put(
            clients.putting_parts(part_bytes),
            key,
            data,
            attributes=attributes,
            use_multipart=True,
            chunk_size=part_bytes,
            max_concurrency=self._settings.connections,
        )

    def locate(self, name: str) -> Location:
        """Return the object's key, bucket and URL."""
        return self._address.locate(self._key(name) if name else self._address.key)

    def names(self) -> Iterator[str]:
        """Yield the names below the folder, or "" if the one file is there."""
        return (name for name, _put_at in self._listed())

    def names_put(self, since: datetime, until: datetime) -> Iterator[str]:
        """Yield those of them that were put between two moments."""
        return (name for name, put_at in self._listed() if since.replace(microsecond=0) <= put_at <= until)

    def _listed(self) -> Iterator[tuple[str, datetime]]:
        prefix, clients = self._address.key, self._all_clients[-1]
        with self._failures_told(clients):
            if not self._is_folder:
                with suppress(FileNotFoundError):
                    yield "", obstore.head(clients.asking, prefix)["last_modified"]
                return
            for page in obstore.list(clients.asking, prefix or None):
                for entry in page:
                    yield str(entry["path"]).removeprefix(prefix).lstrip("/"), entry["last_modified"]

    def delete(self, name: str) -> None:
        """Delete the object."""
        self._do(lambda clients: obstore.delete(clients.asking, self._key(name)))

    def take_back(self, since: datetime) -> None:
        """Give up the uploads in parts of what is below the folder, or of the one file."""
        self._do(lambda clients: clients.parted.take_back(self._address.key, since, is_folder=self._is_folder))

    def presign(self, names: Sequence[str], hours: int) -> dict[str, str]:
        """Sign the addresses of objects; every holder of one can read that object."""
        if not self._is_signed:
            raise DestinationRefusedError(f'"{self._address.label}" came without key and secret to sign addresses with')
        keys = [self._key(name) for name in names]
        clients = self._in_known_region()
        return dict(zip(names, obstore.sign(clients.asking, "GET", keys, timedelta(hours=hours)), strict=True))

    def close(self) -> None:
        """Close the connections and the way out."""
        for clients in self._all_clients:
            clients.close()

    def _key(self, name: str) -> str:
        if name and not self._is_folder:
            raise DestinationRefusedError(f'"{self._address.label}" is one file and cannot hold "{name}"')
        return joined_name(self._address.key, name)

    @property
    def _is_signed(self) -> bool:
        return self._all_clients[-1].account is not None

    def _clients_for(self, address: S3Address, account: S3Account | None) -> S3Clients:
        return S3Clients(address, account, self._settings, self._acl)

    def _do(self, work: Callable[[S3Clients], T]) -> T:
        """Do something, once more if the server's answer, or who lends the credentials, tells how it may work."""
        clients = self._all_clients[-1]
        try:
            with self._failures_told(clients):
                return work(clients)
        except FilmstripError as error:
            better = self._better(clients, error)
            if better is None:
                raise
        with self._failures_told(better):
            return work(better)

    def _better(self, failed: S3Clients, error: FilmstripError) -> S3Clients | None:
        """Return clients for the region that the server named, or for credentials that were changed meanwhile."""
        with self._switching:
            if self._all_clients[-1] is not failed:
                return self._all_clients[-1]
            account = failed.account
            if account is None:
                return None
            if error.region is not None and error.region != account.region:
                return self._switched(failed.address.in_region(error.region), replace(account, region=error.region))
            if isinstance(error, DestinationForbiddenError) and self._loan is not None:
                fresh = self._read_account()
                if fresh is not None and replace(fresh, region=account.region) != account:
                    return self._switched(failed.address, replace(fresh, region=account.region))
        return None

    def _switched(self, address: S3Address, account: S3Account) -> S3Clients:
        self._all_clients.append(self._clients_for(address, account))
        return self._all_clients[-1]

    def _in_known_region(self) -> S3Clients:
        with self._switching:
            clients = self._all_clients[-1]
            account = clients.account
            if self._is_region_known or account is None:
                return clients
            self._is_region_known = True
            region = ask_region(self._address, self._settings)
            if region is None or region == account.region:
                return clients
            return self._switched(clients.address.in_region(region), replace(account, region=region))

    @contextmanager
    def _failures_told(self, clients: S3Clients) -> Iterator[None]:
        try:
            yield
        except S3Failure as failure:
            error = clients.refusal or destination_error(failure, self._address, clients.account)
            if isinstance(error, DestinationUnreachableError) and clients.trouble:
                # What the way out says of itself is no answer of the server.
                error = unreachable_error(self._address, clients.trouble)
            if "LOCATION" in str(failure):
                # obstore's words for a redirect to another region, whose answer it does not hand out
                error.region = ask_region(self._address, self._settings)
            raise error from None
        except (FilmstripError, KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as panic:  # noqa: BLE001 - native code panics by what is no Exception
            raise panic_error(panic, self._address) from None
