"""libvpx: VP9."""

from __future__ import annotations

from typing import ClassVar

from filmstrip.media.transcoding.encoders._libvpx import VpxEncoder


class Vp9(VpxEncoder):
    """VP9 (VP9 Bitstream & Decoding Process Specification)."""

    names: ClassVar[tuple[str, ...]] = ("libvpx-vp9",)
    codec: ClassVar[str] = "vp9"
    qualities: ClassVar[tuple[int, int]] = (0, 63)
    default_quality: ClassVar[int] = 32
    unlimited: ClassVar[str] = "0"
    # Measured: "best" encodes 70,000 pixels of noise a second.
    effort: ClassVar[int] = 50

    def threading(self) -> list[str]:
        """Let threads work on rows: there are few tiles, one for 256 pixels of width, which would leave most idle."""
        return ["-row-mt:v", "1"]


ENCODER = Vp9()
