"""What went wrong with an S3 server: what obstore raises and what servers answer, told in our words."""

from __future__ import annotations

import re
from http import HTTPStatus

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

from filmstrip.domain.errors import (
    BucketNotFoundError,
    DestinationForbiddenError,
    DestinationRefusedError,
    DestinationUnreachableError,
    FilmstripError,
)
from filmstrip.storage.s3.object_address import ObjectAddress
from filmstrip.storage.s3.signature import S3Account
from filmstrip.storage.told_region import told_region
from filmstrip.storage.trouble import trouble_in

S3Failure = (BaseError, OSError, ValueError)
"""What obstore may raise."""

_CODE = re.compile(r"<Code>(\w{1,64})</Code>")  # Amazon S3 API, "REST error responses"
_STATUS = re.compile(r"status code: (\d{3})\b")  # as obstore tells it
_BAD_CERTIFICATE = re.compile(r"invalid peer certificate: (\w+)")
_HINTS = {
    "AccessControlListNotSupported": "the bucket has ACLs switched off: leave out `permissions`, or allow ACLs there",
    "InvalidStorageClass": "`storage_class` is not one that this server knows",
    "InvalidArgument": "look at `storage_class`, `cache_control` and `permissions`",
    "AuthorizationHeaderMalformed": "the bucket is in another region: set `region`",
    "PermanentRedirect": "the bucket is in another region: use that region's host, or set `region`",
    "SignatureDoesNotMatch": "`secret` does not belong to `key`",
    "InvalidAccessKeyId": "`key` is not known there",
    "AccessDenied": "`key` may not write there, or may not set `permissions`",
    "RequestTimeTooSkewed": "the clock of this service is wrong",
    "ExpiredToken": "the credentials are temporary, and their time is over",
    "InvalidToken": "the session token does not belong to the key",
}
_HINTS_OF_AZURE = {
    # Azure Blob Storage, "Blob service error codes" and "Common REST API error codes"
    "AuthenticationFailed": "`secret` is not a key of the account `key`, or the clock of this service is wrong",
    "AuthorizationFailure": "the account does not let this service in, or not with this token",
    "AuthorizationPermissionMismatch": "the token may not write there",
    "AuthorizationProtocolMismatch": "the token is for https alone",
    "InvalidHeaderValue": "look at `storage_class` and `cache_control`",
    "InvalidBlobTier": "`storage_class` is not a tier of this account",
    "InvalidResourceName": "the name of the container or of the file is not allowed there",
}
_HINTS |= _HINTS_OF_AZURE
# Ceph "QuotaExceeded", MinIO "XMinioStorageFull" and "XMinioAdminBucketQuotaExceeded", NooBaa "ObjectQuotaExceeded";
# Azure, which publishes none, says it by the status alone or in such words.
_FULL = re.compile(r"\w*(?:Quota|Capacity)Exceeded|\w*StorageFull|InsufficientStorage")
_NO_BUCKET = {"NoSuchBucket", "ContainerNotFound"}
_OF_CREDENTIALS = {"SignatureDoesNotMatch", "InvalidAccessKeyId", "AccessDenied"}
# Amazon answers these by 400.
_FORBIDDEN = {"ExpiredToken", "InvalidToken", "TokenRefreshRequired"}
_LATER = {"NoSuchUpload", "SlowDown", "RequestTimeout", "ServerBusy", "OperationTimedOut"}
_LATER_STATUSES = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


def destination_error(failure: BaseException, address: ObjectAddress, account: S3Account | None) -> FilmstripError:
    """Choose the error for what obstore raised.

    Args:
        failure: What it raised.
        address: Where it comes from.
        account: Who signed, None if the request was not signed.
    """
    text = str(failure)
    status = int(_first(_STATUS, text) or 0)
    if isinstance(failure, FileNotFoundError):
        status = HTTPStatus.NOT_FOUND
    elif isinstance(failure, PermissionDeniedError | UnauthenticatedError):
        status = HTTPStatus.FORBIDDEN
    if status:
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN} and account is None:
            return DestinationForbiddenError(
                f'The destination "{address.label}" takes nothing without credentials, and none were given: set `key` '
                "and `secret`, or in a shell AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
            )
        return refusal_error(text, status, address, account)
    if match := _BAD_CERTIFICATE.search(text):
        return DestinationForbiddenError(
            f'The certificate of "{address.host}" is not trusted ({match[1]}); the operator of this service can name '
            "the authority that signed it by the setting ca_file"
        )
    return unreachable_error(address, trouble_in(text))


def panic_error(panic: BaseException, address: ObjectAddress) -> FilmstripError:
    """Make the error for a client library that gives up on what it was told; its own words may hold a secret."""
    return DestinationRefusedError(
        f'The destination "{address.label}" cannot be used: one of its values makes no request ({type(panic).__name__})'
    )


def unreachable_error(address: ObjectAddress, trouble: str | None = None) -> FilmstripError:
    """Make the error for a server that gives no answer, with what is the matter if that is known."""
    reason = f" ({trouble})" if trouble else ""
    return DestinationUnreachableError(f'The destination "{address.label}" cannot be reached{reason}')


def refusal_error(text: str, status: int, address: ObjectAddress, account: S3Account | None = None) -> FilmstripError:
    """Choose the error for an answer that is not a success.

    Args:
        text: Holds the XML of the answer; the message quotes the error code out of it and nothing else.
        status: HTTP status.
        address: Where it comes from.
        account: As for `destination_error`.
    """
    error = _refusal(text, status, address, is_lent=account is not None and account.is_lent)
    error.region = told_region({}, text)
    return error


def _refusal(text: str, status: int, address: ObjectAddress, *, is_lent: bool) -> FilmstripError:
    code = _first(_CODE, text)
    place = f'The destination "{address.label}"'
    reason = _reason(code, status, text, is_lent=is_lent)
    if status == HTTPStatus.INSUFFICIENT_STORAGE or _FULL.fullmatch(code or ""):
        return DestinationRefusedError(f"{place} has no room for the object: its disk or a quota is full{reason}")
    if code in _LATER or status in _LATER_STATUSES or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return DestinationUnreachableError(f"{place} cannot take the object now{reason}")
    if code in _NO_BUCKET or (status == HTTPStatus.NOT_FOUND and code is None):
        return BucketNotFoundError(f'{place}: there is no {address.bucket_kind} "{address.bucket}"')
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN} or code in _FORBIDDEN:
        whose = "the credentials of this service's operator" if is_lent else "these credentials"
        return DestinationForbiddenError(f"{place} refuses {whose}{reason}")
    return DestinationRefusedError(f"{place} refuses the object{reason}")


def _reason(code: str | None, status: int, text: str, *, is_lent: bool) -> str:
    region = told_region({}, text)
    hint = None if is_lent and code in _OF_CREDENTIALS else _HINTS.get(code or "")
    hints = [hint for hint in (hint, region and f'the server names the region "{region}"') if hint]
    return f" ({code or f'status {status}'})" + (": " + "; ".join(hints) if hints else "")


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match[1] if match else None
