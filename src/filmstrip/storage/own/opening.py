"""Opens folders of the operator's bucket, whose client is loaded only where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filmstrip.storage.settings import StorageSettings

if TYPE_CHECKING:
    from filmstrip.storage.own.bucket import OwnBucket

RESULTS = "results"
UPLOADS = "uploads"
PIECES = "pieces"
TRIALS = "trials"

OWN_HOST = "the temporary store"
"""What the bucket's host is called to clients."""


def open_own(settings: StorageSettings, folder: str) -> OwnBucket | None:
    """Open a folder of the operator's bucket; None if the settings name no bucket.

    Raises:
        CredentialsError: What signs cannot be read.
    """
    if settings.temporary_url is None:
        return None
    from filmstrip.storage.own.bucket import OwnBucket  # noqa: PLC0415 - commands that need none do not load its client

    return OwnBucket(settings, settings.temporary_url, folder)
