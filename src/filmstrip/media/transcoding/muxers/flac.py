"""FLAC files (RFC 9639)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from filmstrip.domain.errors import OutputInvalidError
from filmstrip.media.transcoding.muxers._base import Muxer

_STREAM_INFO = slice(8, 8 + 34)
_SAMPLES, _MD5 = slice(13, 18), slice(18, 34)
_SAMPLE_BITS = (1 << 36) - 1


class FlacMuxer(Muxer):
    """A FLAC file that tells how many samples it has, and their checksum."""

    name: ClassVar[str] = "flac"
    content_type: ClassVar[str] = "audio/flac"
    audio_codecs: ClassVar[tuple[str, ...]] = ("flac",)
    holds_cover: ClassVar[bool] = True

    def arguments(self) -> Sequence[str]:
        """Write the arguments for the container."""
        return ("-f", "flac")

    def check(self, path: Path) -> None:
        """Check that the stream information (8.2), which is completed at the very end, is complete."""
        with path.open("rb") as file:
            head = file.read(_STREAM_INFO.stop)
        info = head[_STREAM_INFO]
        has_samples = bool(int.from_bytes(info[_SAMPLES], "big") & _SAMPLE_BITS)
        if not head.startswith(b"fLaC") or not has_samples or not any(info[_MD5]):
            raise OutputInvalidError("The result does not tell how many samples it has, or their checksum")


MUXER = FlacMuxer()
