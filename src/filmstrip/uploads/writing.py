"""One request that appends to an upload: what it brings is written, made safe and counted, a stretch at a time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from types import TracebackType
from typing import Protocol, Self

from filmstrip.db.upload_records import Upload
from filmstrip.domain.errors import UploadDamagedError, UploadError, UploadLockedError, UploadTooLargeError
from filmstrip.uploads.byte_store import ByteStore

CHECKSUMS = ("sha1", "sha256", "md5")
"""By which a client may have its bytes checked (tus 1.0, Tus-Checksum-Algorithm)."""

_GIVEN_UP = "This request was given up, and another one sends the upload"
_NOTED_BYTES = 8 << 20
_NOTED_SECONDS = 10.0


class Notes(Protocol):
    """Where it is written down how far an upload is (`db.uploads`)."""

    def note(self, present: Upload, writer: str, *, life: timedelta, span: timedelta) -> bool:
        """Write down how far an upload is; return whether the request still has it alone."""

    def unlock(self, identity: str, writer: str) -> None:
        """Let others write to an upload."""


@dataclass(frozen=True, slots=True)
class WritingLimits:
    """What bounds a request that writes to an upload.

    Attributes:
        most_bytes: How many bytes an upload may have.
        life: How long it is kept after something came.
        span: For how long the request has it alone after it wrote something down.
    """

    most_bytes: int
    life: timedelta
    span: timedelta


class Checksum:
    """What the bytes of a request are to be checked by."""

    def __init__(self, told: str) -> None:
        """Read it as it is sent, such as "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=" (tus 1.0, Upload-Checksum).

        Raises:
            UploadError: It is not of a known kind, or not Base64.
        """
        kind, _, digest = told.partition(" ")
        if kind.lower() not in CHECKSUMS:
            raise UploadError(f"Upload-Checksum: {kind[:40]!a} is not a known kind; {', '.join(CHECKSUMS)} are")
        try:
            self._expected = base64.b64decode(digest.strip(), validate=True)
        except (binascii.Error, ValueError):
            raise UploadError("Upload-Checksum: what follows the kind is not Base64") from None
        self._hash = hashlib.new(kind.lower(), usedforsecurity=False)

    def add(self, data: bytes) -> None:
        """Take the next bytes into account."""
        self._hash.update(data)

    @property
    def is_met(self) -> bool:
        """Whether the bytes are those that the client meant."""
        return hmac.compare_digest(self._hash.digest(), self._expected)


class UploadWriting:
    """Appends to one upload; as a context manager, it ends well unless its block raises. The methods block."""

    def __init__(self, notes: Notes, store: ByteStore, present: Upload, writer: str, limits: WritingLimits) -> None:
        """Begin at the upload's offset.

        Args:
            notes: Where it is written down.
            store: Where the bytes go.
            present: The upload, locked for `writer`.
            writer: This request.
            limits: How large the upload may become, and how long it is kept.
        """
        self._notes, self._writer = notes, writer
        self._life, self._span, self._most = limits.life, limits.span, limits.most_bytes
        self.upload = present
        self.checksum: Checksum | None = None
        self.forget_unless_whole: Callable[[], object] | None = None
        self._written = present.offset
        self._noted_at = time.monotonic()
        self._bytes = store.append(present.identity, present.offset)

    @property
    def room(self) -> int | None:
        """How many bytes may follow what was written; None for as many as the service allows."""
        return None if self.upload.length is None else self.upload.length - self._written

    def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            UploadTooLargeError: They are more than there may be; none of them is kept.
            UploadLockedError: This request took so long that another one has the upload.
            DiskFullError: There is no room.
        """
        self._keep()
        if self.room is not None and len(data) > self.room:
            raise UploadTooLargeError(f"More bytes came than the {self.upload.length} of Upload-Length")
        if self._written + len(data) > self._most:
            raise UploadTooLargeError(f"More bytes came than may be uploaded here ({self._most})")
        self._bytes.write(data)
        self._written += len(data)
        if self.checksum is not None:
            # Until it is met, nothing counts.
            self.checksum.add(data)
        elif self._written - self.upload.offset >= _NOTED_BYTES:
            self._note()

    def _keep(self) -> None:
        """Make sure, now and then, that no other request has the upload: its bytes must not be written over."""
        if time.monotonic() - self._noted_at < _NOTED_SECONDS:
            return
        if self.checksum is None:
            self._note()
        elif not self._is_noted(self.upload):
            raise UploadLockedError(_GIVEN_UP)
        self._noted_at = time.monotonic()

    def end(self, *, is_whole: bool = True) -> Upload:
        """End the request, and return how far the upload is now.

        Args:
            is_whole: Whether all came that was to come; else, what came counts unless it was to be checked.

        Raises:
            UploadDamagedError: The checksum is another one; none of the bytes is kept.
            DiskFullError: There is no room.
        """
        if self.checksum is None or (is_whole and self.checksum.is_met):
            self._note()
        elif is_whole:
            raise UploadDamagedError("The bytes are not those of which Upload-Checksum was made: send them again")
        return self.upload

    def end_as_whole(self) -> Upload:
        """End the request and the upload: what came is all of it.

        Raises:
            DiskFullError: There is no room.
        """
        self.upload = replace(self.upload, length=self._written)
        return self.end()

    def close(self) -> None:
        """Let others write to the upload; what was not counted is forgotten, which gives a full disk its room back."""
        try:
            # Whoever took too long must not cut off what another request has written since.
            is_over = self._written == self.upload.offset or not self._is_noted(self.upload)
            self._bytes.close(forget_unsafe=not is_over)
        finally:
            self._notes.unlock(self.upload.identity, self._writer)
            if self.forget_unless_whole is not None and not self.upload.is_complete:
                self.forget_unless_whole()

    def _note(self) -> None:
        present = replace(self.upload, offset=self._bytes.make_safe())
        if not self._is_noted(present):
            raise UploadLockedError(_GIVEN_UP)
        self.upload, self._noted_at = present, time.monotonic()

    def _is_noted(self, present: Upload) -> bool:
        return self._notes.note(present, self._writer, life=self._life, span=self._span)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the request, and let others write."""
        try:
            if error is None:
                self.end()
        finally:
            with suppress(UploadError):
                self.close()
