"""Reads an `azblob://` source by a URL that is signed for this one blob and can be fetched like any other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from filmstrip.domain.errors import DestinationRefusedError, SourceForbiddenError
from filmstrip.storage.azure.address import AzureAddress
from filmstrip.storage.azure.client import check_secret
from filmstrip.storage.host_place import place_of_source
from filmstrip.storage.object_name import checked_name
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceReference

_SIGNATURE_LASTS = timedelta(hours=24)


def signed_source(url: str, settings: StorageSettings) -> SourceReference:
    """Refer to `azblob://ACCOUNT:KEY@CONTAINER/PATH` by an http URL, signed for a day.

    Raises:
        SourceForbiddenError: It is not such a URL.
    """
    place = place_of_source(url, SourceForbiddenError)
    address = AzureAddress.parse(place, settings, SourceForbiddenError)
    secret = place.secret.get_secret_value() if place.secret is not None else ""
    check_secret(secret, address, SourceForbiddenError)
    try:
        checked_name(address.key)
    except DestinationRefusedError as refusal:
        raise SourceForbiddenError(str(refusal)) from None
    return SourceReference(address.signed_url(address.key, secret, datetime.now(UTC) + _SIGNATURE_LASTS))
