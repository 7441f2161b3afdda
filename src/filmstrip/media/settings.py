"""The limits and programs that media work is done with."""

from __future__ import annotations

from dataclasses import dataclass

from filmstrip.isolation.limits import ProcessLimits


@dataclass(frozen=True, slots=True)
class MediaSettings(ProcessLimits):
    """Settings of media work.

    Attributes:
        ffmpeg_path: The ffmpeg program; if it is not set, the one that comes with imageio-ffmpeg.
        threads: Threads that one output may use for decoding and encoding; 0 for one per usable core.
        max_pixels: Largest picture that is decoded, in pixels.
        max_output_seconds: Longest part of a source that one output covers. Of a source with fewer than 8 bytes for
            each second that it claims to last, it is an hour.
    """

    ffmpeg_path: str | None = None
    threads: int = 0
    max_pixels: int = 8192 * 8192
    max_output_seconds: float = 12 * 3600.0
