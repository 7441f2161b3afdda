"""Makes an upload of others, one behind the other (tus 1.0, Concatenation)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from filmstrip.db.upload_records import NewUpload, Upload
from filmstrip.domain.errors import UploadError
from filmstrip.uploads.holdings import Holdings, none_there
from filmstrip.uploads.writing import WritingLimits

PARTIAL = "partial"
"""Marks an upload that is a part of another one (tus 1.0, Upload-Concat)."""

_COPY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Joining:
    """How uploads become one.

    Attributes:
        held: The uploads.
        limits: What bounds the result.
        demand_size: Refuses a length that is too large.
        create: Makes an upload without bytes.
    """

    held: Holdings
    limits: WritingLimits
    demand_size: Callable[[int | None], None]
    create: Callable[[NewUpload], Upload]

    def join(self, new: NewUpload, parts: Sequence[str]) -> Upload:
        """Make an upload of its parts; these are gone afterwards, and only if all of them is there.

        Raises:
            UploadNotFoundError: One of them is not there, or is not of the same API key.
            UploadLockedError: A request writes to one of them, or joins it.
            UploadError: One of them is not whole, or is no part.
            UploadTooLargeError: It would be too large.
            DiskFullError: There is no room for both.
        """
        with ExitStack() as locks:
            found = [self._locked_part(identity, locks) for identity in parts]
            self.demand_size(sum(part.offset for part in found))
            made = self.create(replace(new, length=None))
            try:
                whole = self._copied(made, found)
            except BaseException:
                self.held.forget(made.identity)
                raise
            for part in found:
                self.held.forget(part.identity)
        return whole

    def _locked_part(self, identity: str, locks: ExitStack) -> Upload:
        self.held.demand(identity)
        locks.enter_context(self.held.locked(identity))
        found = self.held.demand(identity)
        if found.concat != PARTIAL or not found.is_complete:
            raise UploadError(f"Upload-Concat: {identity} is not a part that is complete")
        return found

    def _copied(self, made: Upload, parts: Sequence[Upload]) -> Upload:
        """Copy all parts into an upload, and return it when it has exactly their bytes."""
        if any(part.key_id != made.key_id for part in parts):
            raise none_there()
        present = replace(made, length=sum(part.offset for part in parts))
        # Their own bytes are counted still, which are gone in a moment.
        with self.held.writing(present, self.held.lock(made.identity), self.limits) as writing:
            for part in parts:
                for data in self.held.store.read(part.identity, _COPY_BYTES):
                    writing.write(data)
        if not writing.upload.is_complete:
            raise UploadError(f"Upload-Concat: {writing.upload.offset} of {present.length} bytes are there")
        return writing.upload
