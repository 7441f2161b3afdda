"""The names that an object may have: the tail of a path that can only lead down."""

from __future__ import annotations

import re

from filmstrip.domain.errors import DestinationRefusedError

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")
MAX_KEY_BYTES = 1024
"""The longest key of an S3 object (Amazon S3 User Guide, "Naming Amazon S3 objects")."""


def checked_name(name: str) -> str:
    """Return the name if it leads down from where it is joined.

    Raises:
        DestinationRefusedError: It is empty, absolute, has empty, "." or ".." parts, or characters that servers and
            file systems read differently.
    """
    if _FORBIDDEN.search(name) or any(part in {"", ".", ".."} for part in name.split("/")):
        raise DestinationRefusedError(
            f'"{name!r}" cannot name an object: names are relative paths without ".", ".." or empty parts, '
            "backslashes and control characters"
        )
    return name


def joined_name(prefix: str, name: str) -> str:
    """Join the path that a client chose and a name below it; "" leaves the prefix as it is.

    Raises:
        DestinationRefusedError: The result is not a name, or longer than S3 allows.
    """
    path = "/".join(part for part in (prefix.strip("/"), name) if part)
    if len(checked_name(path).encode()) > MAX_KEY_BYTES:
        raise DestinationRefusedError(f'"{path[:60]}…" is longer than {MAX_KEY_BYTES} bytes')
    return path
