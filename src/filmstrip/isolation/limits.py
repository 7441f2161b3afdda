"""The limits that a process takes on itself before it does work that may go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """What a media process may use, and what it is kept from.

    Attributes:
        memory_limit_mb: Address space of a media process in MiB.
        cpu_limit_seconds: CPU time of a media process and what it starts. Small work gets less: two minutes, five
            seconds for each picture, and by the pixels of the source a second for each million that is encoded (50 for
            H.265 and VP9, 20 for AV1, 5 for VP8) and each five million that are decoded, and by its sound a second for
            each four, but no more than ten seconds for each kilobyte of the source.
        file_limit_mb: Largest file that a media process may write, in MiB.
        stall_seconds: A media process that reports nothing for so long is ended, unless its source arrives meanwhile.
        isolation: What media work is kept from, as well as these limits: files of others, the network, programs, other
            processes. "best" is as much as the system can, which `filmstrip doctor` tells; with "required" nothing is
            done if something of it does not hold.
    """

    memory_limit_mb: int = 8192
    cpu_limit_seconds: int = 24 * 3600
    file_limit_mb: int = 512 * 1024
    stall_seconds: float = 120.0
    isolation: Literal["best", "required"] = "best"
