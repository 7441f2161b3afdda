"""libvpx: VP8."""

from __future__ import annotations

from typing import ClassVar

from filmstrip.media.transcoding.encoders._libvpx import VpxEncoder


class Vp8(VpxEncoder):
    """VP8 (RFC 6386)."""

    names: ClassVar[tuple[str, ...]] = ("libvpx",)
    codec: ClassVar[str] = "vp8"
    # What libvpx calls the range of its constrained quality.
    qualities: ClassVar[tuple[int, int]] = (4, 63)
    # RFC 6386, 5: 4:2:0 alone, and no word on its range.
    pixel_formats: ClassVar[tuple[str, ...]] = ("yuv420p",)
    # Measured: as near to the source as x264 is at 23.
    default_quality: ClassVar[int] = 20
    # There is no quality without a ceiling; it is high enough for any size.
    unlimited: ClassVar[str] = "200M"
    # Measured: "best" encodes 750,000 pixels of noise a second.
    effort: ClassVar[int] = 5

    def threading(self) -> list[str]:
        """Write nothing: its threads each take rows of their own by themselves."""
        return []


ENCODER = Vp8()
