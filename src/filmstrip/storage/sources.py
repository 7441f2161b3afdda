"""Opens what the client gave us to read, `http(s)://`, `s3://` or `file://`: the door to sources."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from filmstrip.domain.errors import SourceForbiddenError, SourceNotFoundError, SourceUnreadableError
from filmstrip.domain.progress import ProgressListener
from filmstrip.storage.file_errors import other_kind, reason_of
from filmstrip.storage.lender import NOBODY, Lender
from filmstrip.storage.local import allowed_path
from filmstrip.storage.settings import StorageSettings
from filmstrip.storage.source_reference import SourceFacts, SourceReference, SourceVersion
from filmstrip.storage.whole_file import write_whole

# What speaks to servers is loaded by the caller that does: a file of this machine is read without.
if TYPE_CHECKING:
    from filmstrip.storage.http.source_ranges import SourceRanges

AnySource = str | SourceReference
"""The URL of a client, or what `refer_to_source` made of it."""


def check_source(source: AnySource, settings: StorageSettings) -> SourceFacts:
    """Ask for one byte of a source, which shows whether it is there, how large, and how it can be read.

    Raises:
        SourceError: It cannot be read.
        HostNotAllowedError: The operator does not allow its host or folder.
    """
    reference = refer_to_source(source, settings)
    if _is_local(reference):
        size_bytes = _readable_file(reference, settings).stat().st_size
        return SourceFacts(SourceVersion(size_bytes), supports_ranges=True)
    from filmstrip.storage.http.remote_source import check_remote  # noqa: PLC0415 - as above

    return check_remote(reference, settings)


def find_source(
    url: str, settings: StorageSettings, version: SourceVersion | None = None, lender: Lender = NOBODY
) -> tuple[SourceReference, SourceFacts]:
    """Refer to a client's source in its present state, and ask for one byte of it.

    An S3 server that names another region is asked once more, signed for that.

    Args:
        url: The client's URL.
        settings: What the operator allows.
        version: The state in which it has to be, None for any.
        lender: Whose credentials sign if the URL has none.

    Raises:
        SourceError: It cannot be read.
        HostNotAllowedError: The operator does not allow its host or folder.
        CredentialsError: What is lent cannot be read.
    """
    reference = refer_to_source(url, settings, version, lender)
    try:
        facts = check_source(reference, settings)
    except SourceForbiddenError as error:
        if error.region is None or not url.lower().startswith("s3://"):
            raise
        reference = refer_to_source(url, settings, version, lender, error.region)
        facts = replace(check_source(reference, settings), region=error.region)
    return replace(reference, version=facts.version), facts


def refer_to_source(
    source: AnySource,
    settings: StorageSettings,
    version: SourceVersion | None = None,
    lender: Lender = NOBODY,
    region: str | None = None,
) -> SourceReference:
    """Make the reference by which another process opens the source without its credentials.

    Args:
        source: The client's URL; the key and the secret of an `s3://` URL become a signature for this one object that
            is good for some hours.
        settings: For the hosts that are spoken to by http.
        version: The state in which it is expected to be.
        lender: Whose credentials sign if the URL has none.
        region: Region that the server named, which wins over any other.
    """
    if isinstance(source, SourceReference):
        return source
    if source.lower().startswith("s3://"):
        from filmstrip.storage.s3.source import presigned_source  # noqa: PLC0415 - as above

        return replace(presigned_source(source, settings, lender, region), version=version)
    if not source.lower().startswith(("http://", "https://", "file://")):
        raise SourceForbiddenError(f'"{source}" cannot be read: a source is an http://, https:// or s3:// URL')
    return SourceReference(source, version)


def open_source(source: AnySource, settings: StorageSettings) -> Path | SourceRanges:
    """Open a source for random access: the path of a local file, else byte ranges that are to be closed.

    Raises:
        RangesNotSupportedError: It can only be copied (`copy_source`).
        SourceError: It cannot be read, or is not in the state that the reference names.
        HostNotAllowedError: The operator does not allow its host or folder.
    """
    reference = refer_to_source(source, settings)
    if _is_local(reference):
        return _readable_file(reference, settings)
    from filmstrip.storage.http.remote_source import open_remote  # noqa: PLC0415 - as above

    return open_remote(reference, settings)


def copy_source(source: AnySource, settings: StorageSettings, path: Path, on_progress: ProgressListener) -> None:
    """Copy a whole source to `path`: whole or not at all.

    Raises:
        SourceError: It cannot be fetched whole, also not when asked again.
        DiskFullError: The disk has not enough space; that is known before anything is copied if the size is.
        HostNotAllowedError: The operator does not allow its host or folder.
    """
    reference = refer_to_source(source, settings)
    if _is_local(reference):
        _copy_file(_readable_file(reference, settings), path, on_progress)
        return
    from filmstrip.storage.http.remote_source import copy_remote  # noqa: PLC0415 - as above

    copy_remote(reference, settings, path, on_progress)


def _copy_file(original: Path, path: Path, on_progress: ProgressListener) -> None:
    write_whole(path, original)
    on_progress(1.0)


def _is_local(reference: SourceReference) -> bool:
    return reference.url.lower().startswith("file://")


def _readable_file(reference: SourceReference, settings: StorageSettings) -> Path:
    path = allowed_path(reference.url, settings.local_roots)
    try:
        kind = other_kind(path)
        if kind is not None:
            raise SourceUnreadableError(f'"{path}" is {kind}; a source is a file, as it is read in more than one place')
        with path.open("rb"):
            return path
    except FileNotFoundError:
        raise SourceNotFoundError(f'There is no file "{path}"') from None
    except OSError as error:
        raise SourceForbiddenError(f'"{path}" cannot be read: {reason_of(error)}') from None
