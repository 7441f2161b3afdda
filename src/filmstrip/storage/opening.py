"""Opens the store that a destination means: the door to destinations."""

from __future__ import annotations

from filmstrip.params.destination import Destination
from filmstrip.storage._base import Store
from filmstrip.storage.lender import NOBODY, Lender
from filmstrip.storage.schemes.registry import stores_of
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
    return stores_of(destination).open_store(destination, settings, is_folder=is_folder, lender=lender)
