"""The uploads of the service, in the store that the settings name."""

from __future__ import annotations

from pathlib import Path

from filmstrip.db.database import Database
from filmstrip.jobs.rules.free_disk import demand_free_disk
from filmstrip.settings.settings import Settings
from filmstrip.storage.own.opening import UPLOADS, open_own
from filmstrip.uploads.bucket_store import BucketStore
from filmstrip.uploads.folder_store import FolderStore
from filmstrip.uploads.uploads import Uploads


def open_uploads(settings: Settings, database: Database) -> Uploads:
    """Join the rows and the store of uploads: the service's own bucket if it has one, else a folder."""

    def demand_disk(folder: Path) -> None:
        demand_free_disk(folder, settings.jobs.free_disk_mb)

    root, bucket = settings.uploads.upload_root, open_own(settings.storage, UPLOADS)
    store = FolderStore(root, demand_disk) if bucket is None else BucketStore(bucket, root, demand_disk)
    return Uploads(database.uploads, store, settings.uploads)
