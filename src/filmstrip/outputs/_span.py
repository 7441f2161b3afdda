"""Which part of its source an output covers, for those that show something of it however short it is."""

from __future__ import annotations

from filmstrip.domain.errors import OutputError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.timing import TimeRange
from filmstrip.params.clip import Clip


def span_of(clip: Clip, info: MediaInfo) -> TimeRange:
    """Return the part of a source that is covered; pure.

    Raises:
        OutputError: It begins where the source has ended.
    """
    try:
        return clip.range_of_some(info.duration_seconds)
    except ValueError as error:
        raise OutputError(str(error)) from None
