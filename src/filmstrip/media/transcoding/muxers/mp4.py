"""MP4 (ISO/IEC 14496-12 and -14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

from filmstrip.domain.errors import OutputInvalidError
from filmstrip.media.containers.mp4_boxes import is_faststart
from filmstrip.media.transcoding.muxers._base import Muxer
from filmstrip.media.transcoding.muxers._mp4_length import complete_length


class Mp4Muxer(Muxer):
    """An MP4 file whose index comes first, so that it plays while it is still loading."""

    name: ClassVar[str] = "mp4"
    content_type: ClassVar[str] = "video/mp4"
    video_codecs: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "h264": ("avc1",),
        # ISO/IEC 14496-15, 8.3.2: with hvc1, all parameter sets are in the sample description. Apple plays no other.
        "hevc": ("hvc1", "hev1"),
        "av1": ("av01",),
    }
    audio_codecs: ClassVar[tuple[str, ...]] = ("aac",)

    def arguments(self) -> Sequence[str]:
        """Write the arguments for the container."""
        return (
            # The index first: players begin before the whole file is loaded.
            *("-movflags", "+faststart"),
            *("-f", "mp4"),
        )

    def complete(self, path: Path) -> Fraction | None:
        """Let decoding times last as long as the presentation: ffmpeg counts them only.

        They say little where pictures stay for different times, and ffmpeg believes whatever a source says of the
        length of its last one.
        """
        return complete_length(path) if is_faststart(path) else None

    def check(self, path: Path) -> None:
        """Check that the index comes first."""
        if not is_faststart(path):
            raise OutputInvalidError("The result's index does not lie before its samples")


MUXER = Mp4Muxer()
