"""What an output makes: files, where they went, and the facts that the client is told about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

MetaValue = str | int | float | bool | None | tuple[str, ...]


class MediaKind(StrEnum):
    """Which of the status's lists an output belongs to."""

    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class FrameStamp:
    """Which frame of the source a picture shows.

    Attributes:
        requested_seconds: The target, in presentation time of the source.
        actual_seconds: Presentation time of the frame that was taken.
        is_keyframe: Whether that frame is a random-access picture.
        is_substitute: Whether the right frame could not be decoded and the nearest good one stands in.
    """

    requested_seconds: Fraction
    actual_seconds: Fraction
    is_keyframe: bool
    is_substitute: bool = False


SCRATCH_PREFIX = ".piece-"
"""Begins the names of files that are no result, but what one is made of; and of what is noted beside them."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A finished file of an output.

    Attributes:
        name: Its name relative to the output's destination, with forward slashes; "" if the destination
            itself names the file.
        content_type: MIME type, as served.
        size_bytes: Length of the file.
        frames: The frames that it shows: one for a picture of one moment, one for each tile of a sprite.
        source_bytes_read: How many bytes of the source were read for it.
        duration_seconds: For video and audio: its measured length.
        urls_expire_at: Until when the addresses inside it are good, as `YYYY-MM-DD HH:MM:SS` UTC; None if they last.
    """

    name: str
    content_type: str
    size_bytes: int
    frames: tuple[FrameStamp, ...] = ()
    source_bytes_read: int = 0
    duration_seconds: Fraction | None = None
    urls_expire_at: str | None = None

    @property
    def is_scratch(self) -> bool:
        """Whether it is no result, and at no destination."""
        return self.name.startswith(SCRATCH_PREFIX)


@dataclass(frozen=True, slots=True)
class Location:
    """Where a store keeps an object, as the status tells it.

    Attributes:
        kind: Name of the store: "amazon_s3", "custom_s3" or "local".
        url: Where it can be fetched, if it may be.
        key: Object key or path, without a leading slash.
        bucket: Bucket name, None for stores without buckets.
        scheme: "http" or "https" of a custom endpoint, else None.
        host: Host of a custom endpoint, without port, else None.
        port: Port of a custom endpoint if it is not the scheme's own, else None.
        expires_at: When a temporary object disappears, as `YYYY-MM-DD HH:MM:SS` UTC, else None.
    """

    kind: str
    url: str
    key: str
    bucket: str | None = None
    scheme: str | None = None
    host: str | None = None
    port: int | None = None
    expires_at: str | None = None


@dataclass(frozen=True, slots=True)
class OutputResult:
    """What is told of a finished output.

    Attributes:
        kind: Which list of the status it goes to.
        output_format: Its name in the status, such as "mp4".
        main_name: The artifact whose URL is the output's URL; "" if the destination itself names the file.
        names: All artifacts, in the order in which they were put.
        size_bytes: All artifacts together.
        duration_seconds: Length of a video or audio output, else None.
        bitrate_kbps: Average of a video or audio output, else None.
        storage_format: `storage.format` of the status: "mp4", "image".
        meta: Facts about the content, by their names on the wire.
    """

    kind: MediaKind
    output_format: str
    main_name: str
    names: tuple[str, ...]
    size_bytes: int
    storage_format: str
    duration_seconds: Fraction | None = None
    bitrate_kbps: int | None = None
    meta: Mapping[str, MetaValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Warned:
    """A compromise, told to the client without failing the task.

    Attributes:
        message: One sentence.
        details: More about it, or None.
        tag: System tag of the output that it is about, None for the whole task.
    """

    message: str
    details: str | None = None
    tag: str | None = None
