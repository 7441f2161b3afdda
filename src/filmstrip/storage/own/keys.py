"""The law of the names of temporary results.

    <hour in which it expires>/<unguessable folder of one output>/<name>

The hour is part of the key, so what has expired is known without any record: a crash cannot make it stay.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from filmstrip.domain.errors import DestinationRefusedError
from filmstrip.domain.manifest_kind import MANIFEST_FILES
from filmstrip.domain.picture import ImageFormat
from filmstrip.storage.object_name import checked_name

TEMPORARY_URL_PATH = "/storage/"
"""Begins the path of a temporary object's URL; what follows is its key."""

_HOUR = "%Y%m%d%H"
_HOURS = re.compile(r"\d{10}")
_KEY = re.compile(r"(?P<hour>\d{10})/[0-9a-f]{32}/.+")
_CONTENT_TYPES = {
    # What Python's table lacks or tells otherwise than the formats' own specifications.
    ".m4s": "video/iso.segment",  # ISO/IEC 23009-1, annex C
    ".ts": "video/mp2t",  # RFC 3555
    **{file.extension: file.content_type for file in MANIFEST_FILES},
    # Newer ones of these only some machines know.
    **{f".{extension}": each.content_type for each in ImageFormat for extension in each.extensions},
}


def folder_of(token: str, output_index: int, expires_at: datetime) -> str:
    """Return the folder of one output; the token cannot be read from it."""
    # A truncated hour would take the object away early.
    last_hour = (expires_at + timedelta(hours=1)).strftime(_HOUR)
    secret = hashlib.sha256(f"temporary store|{token}|{output_index}".encode()).hexdigest()[:32]
    return f"{last_hour}/{secret}"


def checked_key(key: str, now: datetime) -> str | None:
    """Return a key that may name an object at a moment; None if it is none, or if what it names has expired."""
    match = _KEY.fullmatch(key)
    if match is None or match["hour"] <= now.astimezone(UTC).strftime(_HOUR):
        return None
    try:
        return checked_name(key)
    except DestinationRefusedError:
        return None


def has_expired(folder: str, now: datetime) -> bool:
    """Check whether a folder is that of an hour which is over."""
    return _HOURS.fullmatch(folder) is not None and folder <= now.astimezone(UTC).strftime(_HOUR)


def content_type_of(key: str) -> str:
    """Return the MIME type with which an object is served."""
    guessed, _encoding = mimetypes.guess_type(key)
    return _CONTENT_TYPES.get(PurePosixPath(key).suffix.lower()) or guessed or "application/octet-stream"
