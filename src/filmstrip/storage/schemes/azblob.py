"""`azblob://CONTAINER/PATH`: Azure Blob Storage; sources are referred to by signed URLs."""

from __future__ import annotations

from filmstrip.domain.errors import FilmstripError
from filmstrip.params.destination import Destination
from filmstrip.storage.azure.address import AzureAddress
from filmstrip.storage.azure.blob_store import BlobStore
from filmstrip.storage.azure.source import signed_source
from filmstrip.storage.host_place import place_of_source
from filmstrip.storage.lender import Lender
from filmstrip.storage.schemes.server import Server
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceReference


def server_of(url: str, settings: StorageSettings) -> Server | None:
    """Return the server of the account, if the URL has one of both."""
    place = place_of_source(url, FilmstripError)
    if place.key is None:
        return None
    address = AzureAddress.parse(place, settings, FilmstripError)
    return Server(address.host, address.connected_port, address.is_https, f"name {address.server} in plain_http_hosts")


def open_store(
    destination: Destination,
    settings: StorageSettings,
    *,
    is_folder: bool,
    lender: Lender,  # noqa: ARG001 - of the protocol: nothing is lent here
) -> BlobStore:
    """Open the store of a folder of names, or of one."""
    return BlobStore(destination, settings, is_folder=is_folder)


def refer_to_source(url: str, settings: StorageSettings, _lender: Lender, _region: str | None) -> SourceReference:
    """Refer to a blob by a URL that is signed for it alone."""
    return signed_source(url, settings)
