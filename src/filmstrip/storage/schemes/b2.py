"""`b2://BUCKET/PATH`: Backblaze B2, by its S3 interface, whose server its own API tells."""

from __future__ import annotations

from filmstrip.domain.errors import SourceForbiddenError, SourceUnreachableError
from filmstrip.params.destination import Destination
from filmstrip.storage.b2.account import API_HOST, s3_server
from filmstrip.storage.b2.b2_store import B2Store
from filmstrip.storage.host_place import place_of_source
from filmstrip.storage.lender import Lender
from filmstrip.storage.s3.source import presigned_place
from filmstrip.storage.schemes import s3
from filmstrip.storage.schemes.server import Server
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceReference


def server_of(_url: str, settings: StorageSettings) -> Server:
    """Return the server of the API, which is asked first."""
    return s3.server_of(f"s3://{API_HOST}/any-bucket", settings)


def open_store(
    destination: Destination,
    settings: StorageSettings,
    *,
    is_folder: bool,
    lender: Lender,  # noqa: ARG001 - of the protocol: nothing is lent here
) -> B2Store:
    """Open the store of a folder of keys, or of one."""
    return B2Store(destination, settings, is_folder=is_folder)


def refer_to_source(url: str, settings: StorageSettings, lender: Lender, region: str | None) -> SourceReference:
    """Refer to an object by a URL that is signed for it alone; its server is asked for first."""
    place = place_of_source(url, SourceForbiddenError)
    server = s3_server(place, settings, SourceForbiddenError, SourceUnreachableError)
    at = place.model_copy(update={"url": f"s3://{server}/{place.url.partition('://')[2]}"})
    return presigned_place(at, settings, lender, region)
