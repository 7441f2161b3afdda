"""Is the job of the first issue done as it should be? What every client must find in the end."""

from __future__ import annotations

import urllib.request
from typing import Any

import boto3

from filmstrip.testing.seaweedfs import S3Server

# The last cue ends after the source of 65 s: what ends with it leaves some players without a picture there.
TRACK = """WEBVTT

00:00:00.000 --> 00:00:30.000
thumb_0001.png#xywh=0,0,320,240

00:00:30.000 --> 00:01:00.000
thumb_0002.png#xywh=0,0,320,240

00:01:00.000 --> 00:01:06.000
thumb_0003.png#xywh=0,0,320,240
"""
NAMES = ["thumb_0001.png", "thumb_0002.png", "thumb_0003.png", "thumbnails.vtt"]
CONTENT_TYPES = {"mp4": "video/mp4", "png": "image/png", "vtt": "text/vtt"}


def check_status(status: dict[str, Any], s3: S3Server, bucket: str) -> None:
    """See whether the status tells of the mp4 and the thumbnails, in the forms that clients read."""
    assert (status["status"], status["error"], status["error_description"]) == ("completed", 0, None)
    assert (status["percent"], float(status["duration"])) == (100, 65)
    (video,), (image,) = status["videos"], status["images"]
    root = f"{s3.url}/{bucket}/test"
    assert (video["url"], video["tag"], video["error"]) == (f"{root}/bbb.mp4", "video-0-0-0", False)
    assert (image["url"], image["tag"], image["error"]) == (f"{root}/thumb/bbb/thumbnails.vtt", "image-0-0-0", False)
    assert abs(float(video["duration"]) - 60) < 0.2
    assert (video["meta"]["width"], video["meta"]["height"], video["meta"]["codec"]) == (320, 240, "h264")
    assert isinstance(video["bitrate"], int)
    assert image["storage"]["names"] == NAMES
    assert (video["storage"]["key"], image["storage"]["key"]) == ("test/bbb.mp4", "test/thumb/bbb")
    assert image["storage"]["type"] == video["storage"]["type"] == "custom_s3"


def check_bucket(s3: S3Server, bucket: str) -> None:
    """See whether exactly the expected objects are there, with their types, readable for anyone."""
    client = boto3.client(
        "s3",
        endpoint_url=s3.url,
        aws_access_key_id=s3.key,
        aws_secret_access_key=s3.secret,
        region_name="us-east-1",
    )
    keys = {item["Key"] for item in client.list_objects_v2(Bucket=bucket)["Contents"]}
    assert keys == {"test/bbb.mp4", *(f"test/thumb/bbb/{name}" for name in NAMES)}
    for key in keys:
        with urllib.request.urlopen(f"{s3.url}/{bucket}/{key}", timeout=10) as answer:
            assert answer.headers["Content-Type"].partition(";")[0] == CONTENT_TYPES[key.rpartition(".")[2]]
            if key.endswith(".vtt"):
                assert answer.read().decode() == TRACK
