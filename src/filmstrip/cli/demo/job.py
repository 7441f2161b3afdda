"""The demo's job: an mp4 clip and interval thumbnails, as Qencode's documentation shows them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from filmstrip.domain.geometry import FrameSize

SIZE = FrameSize(320, 240)
INTERVAL_SECONDS = 30
CLIP_SECONDS = 60
MP4_KEY = "test/bbb.mp4"
FOLDER_KEY = "test/thumb/bbb/"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where the results go.

    Attributes:
        host: Host and port of the S3 server.
        name: Name of the bucket.
        key: Access key.
        secret: Secret key.
    """

    host: str
    name: str
    key: str
    secret: str

    def destination(self, object_key: str) -> dict[str, str]:
        """Write the `destination` of an output, as a client sends it."""
        return {
            "url": f"s3://{self.host}/{self.name}/{object_key}",
            "key": self.key,
            "secret": self.secret,
            "permissions": "public-read",
        }


def query(source_url: str, bucket: Bucket) -> str:
    """Write the job's query as JSON text."""
    mp4 = {
        "output": "mp4",
        "destination": bucket.destination(MP4_KEY),
        "file_extension": "mp4",
        "size": str(SIZE),
        "duration": CLIP_SECONDS,
    }
    thumbnails = {
        "output": "thumbnails",
        "destination": bucket.destination(FOLDER_KEY),
        "interval": INTERVAL_SECONDS,
        "width": SIZE.width,
        "height": SIZE.height,
    }
    return json.dumps({"query": {"source": source_url, "format": [mp4, thumbnails]}}, indent=2)
