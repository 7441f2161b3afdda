"""Reads an `s3://` source by a URL that is signed for this one object and can be fetched like any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import obstore
from pydantic import ValidationError

from filmstrip.domain.errors import SourceForbiddenError
from filmstrip.params.destination import Destination
from filmstrip.storage.lender import Lender, loan_for
from filmstrip.storage.s3.address import S3Address
from filmstrip.storage.s3.client import account_of, make_s3_client
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceReference

_SIGNATURE_LASTS = timedelta(hours=24)


def presigned_source(url: str, settings: StorageSettings, lender: Lender, region: str | None = None) -> SourceReference:
    """Refer to `s3://[KEY:SECRET@]HOST[:PORT]/BUCKET/KEY` by an http URL, signed for a day if there is a key.

    Args:
        url: The client's URL.
        settings: For the hosts that are spoken to by http.
        lender: Whose credentials sign if the URL has none.
        region: Region that the server named, None for the one that the URL tells.

    Raises:
        SourceForbiddenError: It is not such a URL.
        CredentialsError: What is lent cannot be read.
    """
    try:
        place = Destination.model_validate({"url": url})
    except ValidationError:
        raise SourceForbiddenError("The source is not of the form s3://[KEY:SECRET@]HOST/BUCKET/KEY") from None
    return presigned_place(place, settings, lender, region)


def presigned_place(
    place: Destination, settings: StorageSettings, lender: Lender, region: str | None = None
) -> SourceReference:
    """Refer to a place by an http URL, as `presigned_source`."""
    loan = loan_for(place, lender)
    settings = loan.allowed_by(settings) if loan else settings
    address = S3Address.at(place.url, settings, SourceForbiddenError)
    account = account_of(place, address, loan)
    # Where the operator's rule says that the server is reached, whoever's store it is.
    host = address.lent_place or (loan.host if loan else None)
    if region is not None and account is not None:
        address, account = address.in_region(region), replace(account, region=region)
    if account is None:
        return SourceReference(f"{address.bucket_url}/{quote(address.key)}", host=host)
    try:
        signed = obstore.sign(make_s3_client(address, account, settings), "GET", address.key, _SIGNATURE_LASTS)
    except TypeError:
        # obstore's word for a key that it cannot write as a path
        raise SourceForbiddenError(f'"{address.label}" has empty, "." or ".." parts in its key') from None
    return SourceReference(signed, host=host)
