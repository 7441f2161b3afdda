"""`gs://BUCKET/PATH`: Google Cloud Storage, by its interoperable S3 interface and an HMAC key."""

from __future__ import annotations

from filmstrip.domain.errors import SourceForbiddenError
from filmstrip.domain.schemes import s3_form
from filmstrip.params.destination import Destination
from filmstrip.storage.host_place import place_of_source
from filmstrip.storage.lender import Lender
from filmstrip.storage.s3.s3_store import S3Store
from filmstrip.storage.s3.source import presigned_place
from filmstrip.storage.schemes import s3
from filmstrip.storage.schemes.server import Server
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceReference


def server_of(_url: str, settings: StorageSettings) -> Server:
    """Return the server of all buckets."""
    return s3.server_of(s3_form("gs://any-bucket"), settings)


def open_store(destination: Destination, settings: StorageSettings, *, is_folder: bool, lender: Lender) -> S3Store:
    """Open the store of a folder of keys, or of one."""
    return s3.open_store(_at_server(destination), settings, is_folder=is_folder, lender=lender)


def refer_to_source(url: str, settings: StorageSettings, lender: Lender, region: str | None) -> SourceReference:
    """Refer to an object by a URL that is signed for it alone."""
    return presigned_place(_at_server(place_of_source(url, SourceForbiddenError)), settings, lender, region)


def _at_server(place: Destination) -> Destination:
    """Write the place as one of S3: its server stands before the bucket."""
    return place.model_copy(update={"url": s3_form(place.url)})
