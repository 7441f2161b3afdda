"""The headers of tus 1.0: what a request says by them, and what we answer."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import ClassVar

from filmstrip.api.errors import ApiError
from filmstrip.db.upload_records import Upload
from filmstrip.domain.errors import (
    DiskFullError,
    FilmstripError,
    LimitExceededError,
    UploadDamagedError,
    UploadError,
    UploadLockedError,
    UploadNotFoundError,
    UploadOffsetError,
    UploadTooLargeError,
)
from filmstrip.uploads.joining import PARTIAL
from filmstrip.uploads.writing import CHECKSUMS

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,creation-defer-length,expiration,termination,checksum,concatenation"
OFFSET_STREAM = "application/offset+octet-stream"
"""The type of a body that is appended to an upload."""

PATH = "upload_file"

_NUMBER = re.compile(r"[0-9]{1,18}")
_IDENTITY = re.compile("[0-9a-f]{32}")
_FINAL = re.compile(r"final;(.*)", re.DOTALL)
_MOST_PARTS = 1000
_LONGEST_METADATA = 4096

STATUS: Mapping[type[FilmstripError], int] = {
    UploadNotFoundError: 404,
    UploadOffsetError: 409,
    UploadTooLargeError: 413,
    UploadLockedError: 423,
    LimitExceededError: 429,
    UploadDamagedError: 460,
    DiskFullError: 507,
    UploadError: 400,
}
"""HTTP statuses of errors, by which tus clients judge; 460 is tus's own for a wrong checksum."""


class TusError(ApiError):
    """The request is not as tus 1.0 wants it."""

    http_status: ClassVar[int] = 400


class TusVersionError(TusError):
    """The client speaks another version of tus."""

    http_status = 412


class BodyTypeError(TusError):
    """The body is not bytes for an upload."""

    http_status = 415


class CutOffError(TusError):
    """The connection broke off, or brought nothing for too long; what came is kept.

    Browsers' tus client tries again after 423, which says that something else has the upload, and not after 408.
    """

    http_status = 423


def number(headers: Mapping[str, str], name: str) -> int | None:
    """Read a number of bytes, None if there is none.

    Raises:
        TusError: It is no such number.
    """
    text = headers.get(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise TusError(f"{name}: {text[:40]!a} is not a number of bytes")
    return int(text)


def demand_version(headers: Mapping[str, str]) -> None:
    """See to it that the client speaks our version.

    Raises:
        TusVersionError: It does not say so.
    """
    told = headers.get("Tus-Resumable", "")
    if told != VERSION:
        raise TusVersionError(f"Tus-Resumable: {told[:40]!a} is not {VERSION}, the version that is spoken here")


@dataclass(frozen=True, slots=True)
class Creation:
    """What the request for a new upload says.

    Attributes:
        length: How many bytes it will have, None if that is told later.
        metadata: What it is, as sent.
        concat: "partial" for a part, the whole header for an upload that is made of parts, None for one by itself.
        parts: The identities of those parts.
    """

    length: int | None
    metadata: str
    concat: str | None
    parts: tuple[str, ...] = ()


def creation(headers: Mapping[str, str]) -> Creation:
    """Read the headers of a request for a new upload (tus 1.0, Creation and Concatenation).

    Raises:
        TusError: A header is missing or has no sense.
    """
    length, metadata = number(headers, "Upload-Length"), _metadata(headers.get("Upload-Metadata", ""))
    concat = headers.get("Upload-Concat", "").strip()
    final = _FINAL.fullmatch(concat)
    if final is not None:
        if length is not None:
            raise TusError("Upload-Length: an upload that is made of others has theirs")
        return Creation(None, metadata, concat, _parts(final[1]))
    if concat not in ("", PARTIAL):
        raise TusError(f'Upload-Concat: {concat[:40]!a} is neither "partial" nor "final;" with the addresses of parts')
    deferred = headers.get("Upload-Defer-Length")
    if deferred not in (None, "1"):
        raise TusError(f"Upload-Defer-Length: {deferred[:40]!a} is not 1")
    if (length is None) == (deferred is None):
        raise TusError("Upload-Length: is required, or Upload-Defer-Length 1 in its place")
    return Creation(length, metadata, concat or None)


def _parts(text: str) -> tuple[str, ...]:
    parts = text.split()
    if not 1 <= len(parts) <= _MOST_PARTS:
        raise TusError(f"Upload-Concat: names {len(parts)} parts; 1 to {_MOST_PARTS} are allowed")
    identities = tuple(part.rstrip("/").rsplit("/", 1)[-1] for part in parts)
    if not all(_IDENTITY.fullmatch(identity) for identity in identities):
        raise TusError("Upload-Concat: what follows final; are not the addresses of uploads")
    if len(set(identities)) != len(identities):
        raise TusError("Upload-Concat: names a part twice")
    return identities


def _metadata(text: str) -> str:
    """Check metadata: pairs of a name and a Base64 value, separated by commas."""
    if len(text) > _LONGEST_METADATA:
        raise TusError(f"Upload-Metadata: has {len(text)} characters; at most {_LONGEST_METADATA} are allowed")
    for pair in text.split(",") if text.strip() else ():
        name, _, value = pair.strip().partition(" ")
        try:
            base64.b64decode(value.strip(), validate=True)
        except (binascii.Error, ValueError):
            raise TusError(f"Upload-Metadata: the value of {name[:40]!a} is not Base64") from None
        if not name or not name.isascii():
            raise TusError("Upload-Metadata: a value has no name of ASCII characters")
    return text.strip()


def expiry(moment: datetime) -> str:
    """Write when an upload is forgotten, as an HTTP date (RFC 9110, 5.6.7)."""
    return format_datetime(moment, usegmt=True)


def state(upload: Upload) -> dict[str, str]:
    """Write how far an upload is, for the answer to HEAD."""
    told = {"Upload-Offset": str(upload.offset), "Upload-Expires": expiry(upload.expires_at)}
    told |= {"Upload-Defer-Length": "1"} if upload.length is None else {"Upload-Length": str(upload.length)}
    told |= {"Upload-Metadata": upload.metadata} if upload.metadata else {}
    return told | ({"Upload-Concat": upload.concat} if upload.concat else {})


def abilities(most_bytes: int) -> dict[str, str]:
    """Write what we can do, for the answer to OPTIONS."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(most_bytes),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
    }


def status_of(error: FilmstripError) -> int:
    """Return the HTTP status for an error."""
    if isinstance(error, ApiError):
        # Elsewhere a mistake is an answer like any other.
        return error.http_status if error.http_status != HTTPStatus.OK else HTTPStatus.BAD_REQUEST
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)
