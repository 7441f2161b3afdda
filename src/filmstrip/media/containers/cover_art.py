"""The cover of a recording: a picture file that its container holds beside the sound."""

from __future__ import annotations

from dataclasses import dataclass

import av.error
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from filmstrip.media.containers.opening import open_container
from filmstrip.media.source.media_source import MediaSource

_MOST_BYTES = 16 << 20
"""The longest picture that FLAC can hold is 16 MiB less one byte (RFC 9639, 8.1)."""
_FORMATS = {"mjpeg": "jpg", "png": "png"}


@dataclass(frozen=True, slots=True)
class Cover:
    """A cover.

    Attributes:
        data: The picture file.
        extension: "jpg" or "png".
    """

    data: bytes
    extension: str


def read_cover(source: MediaSource, max_pixels: int) -> Cover | None:
    """Read the cover of a source; None if there is none that is whole, JPEG or PNG, and of a size that can be shown."""
    with open_container(source) as container:
        for stream in container.streams.video:
            is_cover = bool(stream.disposition & Disposition.attached_pic)
            if is_cover and stream.codec_context is not None and stream.codec_context.name in _FORMATS:
                return _read(container, stream, max_pixels)
    return None


def _read(container: InputContainer, stream: VideoStream, max_pixels: int) -> Cover | None:
    context = stream.codec_context
    if context.width * context.height > max_pixels:
        return None
    packet = next((each for each in container.demux(stream) if each.size), None)
    if packet is None or packet.size >= _MOST_BYTES:
        return None
    try:
        # What the picture itself says of its size may be more than what its container says.
        context.options = {"err_detect": "explode", "max_pixels": str(max_pixels)}
        frames = [*packet.decode(), *context.decode(None)]
    except av.error.FFmpegError:
        return None
    return Cover(bytes(packet), _FORMATS[context.name]) if frames else None
