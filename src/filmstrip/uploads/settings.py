"""Settings of uploads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

_GIB = 1 << 30

AtLeastOne = Annotated[int, Field(ge=1, le=10**6, description="a whole number from 1 to 1000000")]


@dataclass(frozen=True, slots=True)
class UploadSettings:
    """Settings of uploads.

    Attributes:
        upload_root: Folder of the files that clients upload.
        max_upload_gb: Largest file that can be uploaded, in GiB.
        max_upload_gb_per_key: How much the uploads of one API key may have together, in GiB.
        upload_hours: How long an upload is kept after the last byte of it came; one that a task still needs is kept
            longer.
        max_uploads: Most uploads of one API key at a time, finished ones included.
        upload_idle_seconds: How long an upload under way may bring nothing before its connection is closed; the client
            may go on from there.
    """

    upload_root: Path
    max_upload_gb: AtLeastOne = 50
    max_upload_gb_per_key: AtLeastOne = 200
    upload_hours: AtLeastOne = 24
    max_uploads: AtLeastOne = 1000
    upload_idle_seconds: float = 60.0

    @property
    def max_upload_bytes(self) -> int:
        """Largest file that can be uploaded, in bytes."""
        return self.max_upload_gb * _GIB

    @property
    def max_key_bytes(self) -> int:
        """How much the uploads of one API key may have together, in bytes."""
        return self.max_upload_gb_per_key * _GIB
