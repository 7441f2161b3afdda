"""The region that an answer of an S3 server names."""

from __future__ import annotations

import re
from collections.abc import Mapping

_REGION = re.compile(r"[a-z0-9-]{1,40}")
_IN_XML = re.compile(r"<Region>([a-z0-9-]{1,40})</Region>")  # Amazon S3 API, "REST error responses"


def told_region(headers: Mapping[str, str], text: str = "") -> str | None:
    """Return the region that an answer names, None if it names none; it is a plain word, whatever was sent."""
    named = headers.get("x-amz-bucket-region", "").strip()
    if _REGION.fullmatch(named):
        return named
    match = _IN_XML.search(text)
    return match[1] if match else None
