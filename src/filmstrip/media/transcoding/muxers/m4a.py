"""MP4 with sound alone, as Apple's players name it: M4A."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from filmstrip.media.transcoding.muxers.mp4 import Mp4Muxer


class M4aMuxer(Mp4Muxer):
    """An MP4 file of sound, its index first, its brand `M4A `, and its tags where Apple's players look for them.

    What the encoder adds in front of the sound and behind it is told by the edit list (ISO/IEC 14496-12, 8.6.6).
    """

    name: ClassVar[str] = "m4a"
    content_type: ClassVar[str] = "audio/mp4"
    video_codecs: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    lost_tags: ClassVar[tuple[str, ...]] = ("performer", "publisher")
    holds_cover: ClassVar[bool] = True

    def arguments(self) -> Sequence[str]:
        """Write the arguments for the container."""
        return ("-movflags", "+faststart", "-f", "ipod")


MUXER = M4aMuxer()
