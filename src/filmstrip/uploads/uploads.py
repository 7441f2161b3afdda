"""All uploads: what is written down of each in the database, and its bytes in a store.

What the database says is there, is on the disk: bytes are made safe first, then counted, and only then told of.

    bytes come ──> store.write ──> store.make_safe ──> rows.note ─────────> the client is told the offset
                        │ killed here                        │ killed here
                        └── behind the offset: forgotten     └── the client asks (HEAD) and goes on from there
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from filmstrip.db.upload_records import NewUpload, Upload
from filmstrip.domain.errors import (
    SourceForbiddenError,
    SourceNotFoundError,
    UploadError,
    UploadLockedError,
    UploadNotFoundError,
    UploadOffsetError,
    UploadTooLargeError,
)
from filmstrip.domain.progress import ProgressListener
from filmstrip.domain.schemes import UPLOAD_SCHEME
from filmstrip.uploads.byte_store import ByteStore
from filmstrip.uploads.holdings import IDENTITY, Holdings, none_there
from filmstrip.uploads.joining import PARTIAL, Joining
from filmstrip.uploads.rows import Rows
from filmstrip.uploads.settings import UploadSettings
from filmstrip.uploads.writing import UploadWriting, WritingLimits

SCHEME = UPLOAD_SCHEME
"""How the URL of a source begins that is an upload; its identity follows."""

_LOCKED_SECONDS = 30.0
"""For how long a request that brings nothing has an upload alone, beyond the time after which it is ended."""


class Uploads:
    """The uploads of all clients. The methods block: callers on an event loop use worker threads."""

    def __init__(self, rows: Rows, store: ByteStore, settings: UploadSettings) -> None:
        """Join the parts."""
        self._rows = rows
        self._store = store
        self.settings = settings
        self._life = timedelta(hours=settings.upload_hours)
        span = timedelta(seconds=settings.upload_idle_seconds + _LOCKED_SECONDS)
        self._held = Holdings(rows, store, span)
        self._joining = Joining(self._held, self._limits(settings.max_upload_bytes), self._demand_size, self.create)

    def begin(self) -> None:
        """Let all uploads be resumed; those of the service before are not written to any more."""
        self._rows.unlock_all()

    def demand_task(self, token: str) -> None:
        """Make sure that a task exists to which something may be uploaded.

        Raises:
            UploadNotFoundError: There is none, or its key is revoked.
        """
        if not IDENTITY.fullmatch(token):
            raise UploadNotFoundError("There is no such task: create_task tells where to upload")
        self._rows.demand_task(token)

    def create(self, new: NewUpload) -> Upload:
        """Make an upload without bytes.

        Raises:
            UploadNotFoundError: There is no such task.
            UploadTooLargeError: It would be too large, or its API key would have too much.
            LimitExceededError: Its API key has too many.
        """
        self.demand_task(new.task_token)
        self._demand_size(new.length)
        made = self._rows.create(new, life=self._life, most=self.settings.max_uploads)
        if self._rows.bytes_of_key(made.key_id) > self.settings.max_key_bytes:
            self._rows.delete(made.identity)
            raise UploadTooLargeError(
                f"The uploads of this API key would have more than {self.settings.max_upload_gb_per_key} GiB together "
                "(max_upload_gb_per_key): remove some, or wait until some expire"
            )
        return made

    def find(self, task_token: str, identity: str) -> Upload:
        """Read an upload, by what its address names.

        Raises:
            UploadNotFoundError: There is none.
        """
        found = self._held.demand(identity)
        if found.task_token != task_token:
            raise none_there()
        return found

    def write(self, task_token: str, identity: str, offset: int, length: int | None = None) -> UploadWriting:
        """Begin to append to an upload, as the only one who does; the caller ends it.

        Args:
            task_token: Of its address.
            identity: Of its address.
            offset: From where on the client sends.
            length: How many bytes there will be, if the client knows that only now.

        Raises:
            UploadNotFoundError: There is none.
            UploadLockedError: Another request writes to it.
            UploadOffsetError: It is at another offset.
            UploadTooLargeError: It would be too large.
            UploadError: It is made of others.
            DiskFullError: There is no room.
        """
        self.find(task_token, identity)
        writer = self._held.lock(identity)
        try:
            return self._writing(self._with_length(self.find(task_token, identity), offset, length), writer)
        except BaseException:
            self._rows.unlock(identity, writer)
            raise

    def write_whole(self, task_token: str) -> UploadWriting:
        """Begin an upload that is sent in one go: if it ends otherwise than by `end_as_whole`, nothing of it stays.

        Raises:
            UploadNotFoundError: There is no such task.
            UploadTooLargeError: Its API key has too much.
            LimitExceededError: Its API key has too many.
            DiskFullError: There is no room.
        """
        made = self.create(NewUpload(task_token, None))
        try:
            writing = self.write(task_token, made.identity, 0)
        except BaseException:
            self._held.forget(made.identity)
            raise
        writing.forget_unless_whole = partial(self._held.forget, made.identity)
        return writing

    def _writing(self, present: Upload, writer: str) -> UploadWriting:
        room = self.settings.max_key_bytes - self._rows.bytes_of_key(present.key_id)
        # What it will have is counted already.
        room += max(present.offset, present.length or 0)
        limits = self._limits(min(self.settings.max_upload_bytes, room))
        return self._held.writing(present, writer, limits)

    def _limits(self, most_bytes: int) -> WritingLimits:
        return WritingLimits(most_bytes, self._life, self._held.span)

    def _with_length(self, present: Upload, offset: int, length: int | None) -> Upload:
        if present.concat is not None and present.concat != PARTIAL:
            raise UploadError("This upload is made of others: nothing can be added to it")
        if offset != present.offset:
            raise UploadOffsetError(f"The upload is at byte {present.offset}, not {offset}: go on from there")
        if length is None or length == present.length:
            return present
        if present.length is not None or length < offset:
            raise UploadError(f"Upload-Length: {length} is not the length of this upload")
        self._demand_size(length)
        return replace(present, length=length)

    def join(self, new: NewUpload, parts: Sequence[str]) -> Upload:
        """Make an upload of others, one behind the other; these are gone afterwards, and only if all of them is there.

        Raises:
            UploadNotFoundError: One of them is not there, or is not of the same API key.
            UploadLockedError: A request writes to one of them, or joins it.
            UploadError: One of them is not whole, or is no part.
            UploadTooLargeError: It would be too large.
            DiskFullError: There is no room for both.
        """
        return self._joining.join(new, parts)

    def remove(self, task_token: str, identity: str) -> None:
        """Forget an upload and its bytes.

        Raises:
            UploadNotFoundError: There is none.
            UploadLockedError: A request writes to it, or a task needs it.
        """
        self.find(task_token, identity)
        writer = self._held.lock(identity)
        if not self._held.forget(identity):
            self._rows.unlock(identity, writer)
            raise UploadLockedError("A task has this upload as its source: it is removed when that has ended")

    def check_source(self, url: str, key_id: int | None) -> str:
        """Return the identity of the upload that a source's URL names, if a task of an API key may use it.

        Raises:
            SourceNotFoundError: There is none that is this key's.
            SourceForbiddenError: It is not whole yet, or only a part.
        """
        identity = _identity_in(url)
        found = self._held.present(identity)
        if found is None or found.key_id != key_id:
            raise SourceNotFoundError(f'There is no upload "{identity[:40]}" of this API key, or it has expired')
        if found.concat == PARTIAL:
            raise SourceForbiddenError(f'The upload "{identity}" is only a part of another one')
        if not found.is_complete:
            of_all = "" if found.length is None else f" of {found.length}"
            raise SourceForbiddenError(
                f'The upload "{identity}" is not complete: {found.offset}{of_all} bytes have arrived'
            )
        return identity

    def hand_out(self, url: str, path: Path, on_progress: ProgressListener) -> None:
        """Make the upload that a source's URL names readable at a path that does not exist yet, in a folder that does.

        Args:
            url: The URL.
            path: Where its bytes are to be read.
            on_progress: Told the finished fraction, if they have to be copied; what it raises ends that.

        Raises:
            SourceNotFoundError: It is gone, in whole or in part.
            DiskFullError: There is no room for a copy.
        """
        found = self._held.present(_identity_in(url))
        if found is None or not found.is_complete or not found.offset:
            raise SourceNotFoundError("The upload is gone, or some of its bytes are")
        try:
            self._store.hand_out(found.identity, path, on_progress)
        except FileNotFoundError:
            raise SourceNotFoundError("The upload is gone") from None

    def sweep(self) -> None:
        """Forget what has expired, and bytes that belong to no upload, as a killed service may leave."""
        self._held.sweep()

    def _demand_size(self, length: int | None) -> None:
        if length is not None and length > self.settings.max_upload_bytes:
            raise UploadTooLargeError(
                f"Upload-Length: {length} bytes are too many; at most {self.settings.max_upload_bytes} are allowed "
                "(max_upload_gb)"
            )


def _identity_in(url: str) -> str:
    return url[len(SCHEME) :].strip("/").lower()
