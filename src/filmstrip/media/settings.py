"""The limits and programs that media work is done with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """Settings of the media floor.

    Attributes:
        ffmpeg_path: The ffmpeg program; None takes the one that comes with imageio-ffmpeg.
        threads: Threads that one output may use for decoding and encoding; 0 for one per core.
        memory_limit_mb: Address space of a media process in MiB.
        cpu_limit_seconds: CPU time of a media process and what it starts. Small work gets less: two minutes, five
            seconds for each picture, and by the pixels of the source a second for each million that is encoded and each
            five million that are decoded, but no more than ten seconds for each kilobyte of the source.
        file_limit_mb: Largest file that a media process may write, in MiB.
        stall_seconds: A media process that reports nothing for so long is ended, unless its source arrives meanwhile.
        max_pixels: Largest picture that is decoded, in pixels.
        max_output_seconds: Longest part of a source that one output covers. Of a source with fewer than 8 bytes for
            each second that it claims to last, it is an hour.
        isolation: What media work is kept from besides these limits: files of others, the network, programs, other
            processes. "best" is as much as the system can, which `filmstrip doctor` tells; with "required" nothing is
            done where something of it does not hold.
    """

    ffmpeg_path: str | None = None
    threads: int = 0
    memory_limit_mb: int = 8192
    cpu_limit_seconds: int = 24 * 3600
    file_limit_mb: int = 512 * 1024
    stall_seconds: float = 120.0
    max_pixels: int = 8192 * 8192
    max_output_seconds: float = 12 * 3600.0
    isolation: Literal["best", "required"] = "best"
