"""The largest sheet of tiles that Roku shows.

Its developer documentation says it under "Trick mode", "HLS and DASH".
"""

from __future__ import annotations

_LONGEST_SIDE = 1080
_LONGEST_SIDE_OF_SMALL_DEVICES = 720

ROKU_REASON = (
    f"Roku documents at most {_LONGEST_SIDE} pixels a side for a sheet of tiles, {_LONGEST_SIDE_OF_SMALL_DEVICES} on "
    "its small devices, where a larger one may not be shown; fewer columns and rows, or smaller tiles, make it fit"
)
"""What happens to a sheet that is larger."""


def is_too_large_for_roku(width: int, height: int) -> bool:
    """Check a sheet by its sides in pixels."""
    return max(width, height) > _LONGEST_SIDE
