"""`s3://HOST[:PORT]/BUCKET/KEY`: a bucket; sources are referred to by signed URLs."""

from __future__ import annotations

from dataclasses import replace

from filmstrip.domain.errors import FilmstripError
from filmstrip.params.destination import Destination
from filmstrip.storage.lender import Lender
from filmstrip.storage.s3.address import S3Address
from filmstrip.storage.s3.s3_store import S3Store
from filmstrip.storage.s3.source import presigned_source
from filmstrip.storage.schemes.server import Server
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceReference


def server_of(url: str, settings: StorageSettings) -> Server:
    """Return the S3 server."""
    address = S3Address.at(Destination.model_validate(url).url, settings, FilmstripError)
    server = Server(address.host, address.connected_port, address.is_https, "")
    advice = f"give --endpoint http://{server.place}, or set FILMSTRIP_PLAIN_HTTP_HOSTS={server.place}"
    return replace(server, http_advice=advice, is_told=address.lent_place is not None)


def open_store(destination: Destination, settings: StorageSettings, *, is_folder: bool, lender: Lender) -> S3Store:
    """Open the store of a folder of keys, or of one."""
    return S3Store(destination, settings, is_folder=is_folder, lender=lender)


def refer_to_source(url: str, settings: StorageSettings, lender: Lender, region: str | None) -> SourceReference:
    """Refer to an object by a URL that is signed for it alone."""
    return presigned_source(url, settings, lender, region)
