"""What went wrong with an S3 server? What obstore raises, told in our words."""

from __future__ import annotations

import re

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

from filmstrip.domain.errors import (
    BucketNotFoundError,
    DestinationForbiddenError,
    DestinationRefusedError,
    DestinationUnreachableError,
    FilmstripError,
)
from filmstrip.storage.s3_address import S3Address

S3Failure = (BaseError, FileNotFoundError, OSError, ValueError)
"""What obstore may raise."""

_CODE = re.compile(r"<Code>(\w{1,64})</Code>")  # Amazon S3 API, "REST error responses"
_STATUS = re.compile(r"status:? \"?(\d{3})\b|status code:? (\d{3})\b", re.IGNORECASE)
_REGION = re.compile(r"<Region>([\w-]{1,40})</Region>")
_HINTS = {
    "AccessControlListNotSupported": "the bucket has ACLs switched off: leave out `permissions`, or allow ACLs there",
    "InvalidStorageClass": "`storage_class` is not one that this server knows",
    "AuthorizationHeaderMalformed": "the bucket is in another region: set `region`",
    "PermanentRedirect": "the bucket is in another region: use that region's host, or set `region`",
    "SignatureDoesNotMatch": "`secret` does not belong to `key`",
    "InvalidAccessKeyId": "`key` is not known there",
    "AccessDenied": "`key` may not write there",
    "RequestTimeTooSkewed": "the clock of this service is wrong",
}


def destination_error(failure: BaseException, address: S3Address) -> FilmstripError:
    """Choose the error for a failure; its message quotes the server's error code, never the failure's own text."""
    text = str(failure)
    code = _first(_CODE, text)
    status = int(_first(_STATUS, text) or 0)
    place = f'The destination "{address.label}"'
    if code == "NoSuchBucket" or (isinstance(failure, FileNotFoundError) and code is None):
        return BucketNotFoundError(f'{place}: there is no bucket "{address.bucket}"')
    reason = _reason(code, status, text)
    if isinstance(failure, PermissionDeniedError | UnauthenticatedError) or status in {401, 403}:
        return DestinationForbiddenError(f"{place} refuses these credentials{reason}")
    if code in _HINTS or 400 <= status < 500:  # noqa: PLR2004 - the client errors of HTTP
        return DestinationRefusedError(f"{place} refuses the object{reason}")
    return DestinationUnreachableError(f"{place} does not answer, or not as an S3 server does{reason}")


def _reason(code: str | None, status: int, text: str) -> str:
    told = code or (f"status {status}" if status else None)
    region = _first(_REGION, text)
    hints = [hint for hint in (_HINTS.get(code or ""), region and f'the server names the region "{region}"') if hint]
    return (f" ({told})" if told else "") + (": " + "; ".join(hints) if hints else "")


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return next((group for group in match.groups() if group), None) if match else None
