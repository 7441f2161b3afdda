"""Opens the store that a destination means, `s3://` or `file://`: the door to destinations."""

from __future__ import annotations

from filmstrip.domain.errors import DestinationRefusedError
from filmstrip.params.destination import Destination
from filmstrip.storage._base import Store
from filmstrip.storage.lender import NOBODY, Lender
from filmstrip.storage.local import LocalStore, allowed_path
from filmstrip.storage.settings import StorageSettings


def open_store(
    destination: Destination, settings: StorageSettings, *, is_folder: bool, lender: Lender = NOBODY
) -> Store:
    """Open the store of one output's destination; the caller closes it.

    Args:
        destination: Where the client wants the files.
        settings: What the operator allows.
        is_folder: Whether the destination's URL names a folder; else the one file, whose name is then "".
        lender: Whose credentials sign if the destination has none.

    Raises:
        DestinationRefusedError: The URL does not fit.
        HostNotAllowedError: The operator does not allow the host or the folder.
        CredentialsError: What is lent cannot be read.
    """
    scheme = destination.url.partition("://")[0].lower()
    if scheme == "s3":
        from filmstrip.storage.s3.s3_store import S3Store  # noqa: PLC0415 - a folder needs no client of S3

        return S3Store(destination, settings, is_folder=is_folder, lender=lender)
    if scheme == "file":
        if destination.url.endswith("/") and not is_folder:
            raise DestinationRefusedError(f'"{destination.url}" names a folder, and this output is one file')
        return LocalStore(allowed_path(destination.url, settings.local_roots), is_folder=is_folder)
    raise DestinationRefusedError(f'"{scheme}" is not a kind of destination; s3:// and file:// are')
