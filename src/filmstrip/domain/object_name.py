"""Which names an object may have: the tail of a path that can only lead down, and no longer than S3 allows."""

from __future__ import annotations

import re

MAX_BYTES = 1024
"""The longest key of an S3 object in UTF-8 (Amazon S3 User Guide, "Naming Amazon S3 objects")."""

_READ_DIFFERENTLY = re.compile(r"[\x00-\x1f\x7f\\]")
_LEADS_NOWHERE = frozenset({"", ".", ".."})


def fault_of_steps(path: str) -> str | None:
    """Return why a path does not lead down step by step, to follow "it"; None if it does."""
    if any(part in _LEADS_NOWHERE for part in path.split("/")):
        return 'has an empty part, "." or ".." in its path'
    return None


def fault_of_path(path: str) -> str | None:
    """Return why a path may lead elsewhere than one would read, to follow "it"; None if it does not."""
    if _READ_DIFFERENTLY.search(path):
        return "has a backslash or a control character in its path, which servers and file systems read differently"
    return fault_of_steps(path)


def fault_of_name(name: str) -> str | None:
    """Return why no object can have a name, to follow "it"; None if one can."""
    if len(name.encode(errors="surrogateescape")) > MAX_BYTES:
        return f"has a path that is longer than {MAX_BYTES} bytes"
    return fault_of_path(name)
