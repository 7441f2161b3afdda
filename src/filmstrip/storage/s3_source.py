"""How is an `s3://` source read? By a URL that is signed for this one object and can be fetched like any other."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import obstore
from pydantic import ValidationError

from filmstrip.domain.errors import SourceForbiddenError
from filmstrip.params.destination import Destination
from filmstrip.storage.s3_address import S3Address
from filmstrip.storage.s3_client import account_of, make_s3_client
from filmstrip.storage.settings import StorageSettings

_SIGNATURE_LASTS = timedelta(hours=24)


def presigned_url(url: str, settings: StorageSettings) -> str:
    """Make the http URL of `s3://[KEY:SECRET@]HOST[:PORT]/BUCKET/KEY`, signed for a day if there is a key.

    Raises:
        SourceForbiddenError: It is not such a URL.
    """
    try:
        place = Destination.model_validate({"url": url})
    except ValidationError:
        raise SourceForbiddenError("The source is not of the form s3://[KEY:SECRET@]HOST/BUCKET/KEY") from None
    address = S3Address.parse(place.url, settings.plain_http_hosts, SourceForbiddenError)
    account = account_of(place, address)
    if account is None:
        return f"{address.endpoint}/{address.bucket}/{quote(address.key)}"
    try:
        return obstore.sign(make_s3_client(address, account, settings), "GET", address.key, _SIGNATURE_LASTS)
    except TypeError:
        # obstore's word for a key that it cannot write as a path
        raise SourceForbiddenError(f'"{address.label}" has empty, "." or ".." parts in its key') from None
