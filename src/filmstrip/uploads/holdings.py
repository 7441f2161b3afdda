"""What is held of uploads: what is written down of each, and its bytes, taken together."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice

from filmstrip.db.upload_records import Upload
from filmstrip.domain.errors import UploadLockedError, UploadNotFoundError
from filmstrip.uploads.byte_store import ByteStore
from filmstrip.uploads.rows import Rows
from filmstrip.uploads.writing import UploadWriting, WritingLimits

IDENTITY = re.compile("[0-9a-f]{32}")
"""What names an upload, or a task."""

_TAKEN = "Another request sends this upload: end that, or wait until it is given up"
_NONE = "There is no such upload, or it has expired: begin a new one"
_LOOKED_UP = 500


@dataclass(frozen=True, slots=True)
class Holdings:
    """The uploads that there are.

    Attributes:
        rows: What is written down.
        store: The bytes.
        span: For how long a request has an upload alone.
    """

    rows: Rows
    store: ByteStore
    span: timedelta

    def present(self, identity: str) -> Upload | None:
        """Read an upload as far as it is really there: a power cut may take bytes away that were told to be safe."""
        found = self.rows.find(identity) if IDENTITY.fullmatch(identity) else None
        return None if found is None else replace(found, offset=min(found.offset, self.store.size(identity)))

    def demand(self, identity: str) -> Upload:
        """Read an upload that has to be there.

        Raises:
            UploadNotFoundError: There is none.
        """
        found = self.present(identity)
        if found is None:
            raise none_there()
        return found

    def lock(self, identity: str) -> str:
        """Lock an upload for a request; return what names that.

        Raises:
            UploadLockedError: Another request has it.
        """
        writer = secrets.token_hex(16)
        if not self.rows.lock(identity, writer, self.span):
            raise UploadLockedError(_TAKEN)
        return writer

    @contextmanager
    def locked(self, identity: str) -> Iterator[None]:
        """Lock an upload until the block ends.

        Raises:
            UploadLockedError: Another request has it.
        """
        writer = self.lock(identity)
        try:
            yield
        finally:
            self.rows.unlock(identity, writer)

    def writing(self, present: Upload, writer: str, limits: WritingLimits) -> UploadWriting:
        """Begin to append to an upload that is locked."""
        return UploadWriting(self.rows, self.store, present, writer, limits)

    def forget(self, identity: str) -> bool:
        """Forget an upload and its bytes, unless a task needs it; return whether it is forgotten."""
        if not self.rows.delete(identity):
            return False
        self.store.remove(identity)
        return True

    def sweep(self) -> None:
        """Forget what has expired, and bytes that belong to no upload, as a killed service may leave."""
        for identity in self.rows.forget_expired():
            with suppress(OSError):
                self.store.remove(identity)
        there = self.store.identities()
        while some := list(islice(there, _LOOKED_UP)):
            for identity in set(some) - self.rows.existing(some):
                with suppress(OSError):
                    self.store.remove(identity)


def none_there() -> UploadNotFoundError:
    """Return the error of an upload that is not there, or not for this client."""
    return UploadNotFoundError(_NONE)
