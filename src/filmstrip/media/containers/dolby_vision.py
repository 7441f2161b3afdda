"""Finds out whether a source is Dolby Vision, and of which profile.

libav keeps the configuration record to itself, so it is read from the bytes: the boxes `dvcC` and `dvvC` of an MP4's
sample description (Dolby Vision Streams Within the ISO Base Media File Format, 3.1), which Matroska carries as well.
"""

from __future__ import annotations

import re

# Matroska puts the ID and the length of BlockAddIDExtraData between the name and the record.
_RECORD = re.compile(rb"dv[cv]C(?:\x41\xed.)?(.{24})", re.DOTALL)
_MAJOR_VERSION = 1
_MAX_PROFILE = 10


def find_profile(header: bytes) -> int | None:
    """Find the profile in the header of a container, None where there is no configuration record.

    Args:
        header: The part of the file that holds its sample descriptions or track entries.
    """
    for match in _RECORD.finditer(header):
        record = match[1]
        profile = record[2] >> 1
        if record[0] == _MAJOR_VERSION and 0 < profile <= _MAX_PROFILE:
            return profile
    return None
