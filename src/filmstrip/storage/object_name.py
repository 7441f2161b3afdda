"""The names of objects where they are joined: a prefix that a client chose, and names below it."""

from __future__ import annotations

from filmstrip.domain.errors import DestinationRefusedError
from filmstrip.domain.object_name import fault_of_name, fault_of_path
from filmstrip.params.values import shown


def checked_name(name: str) -> str:
    """Return the name if it leads down from where it is joined.

    Raises:
        DestinationRefusedError: It is empty, absolute, has empty, "." or ".." parts, or characters that servers and
            file systems read differently.
    """
    return _without(fault_of_path(name), name)


def joined_name(prefix: str, name: str) -> str:
    """Join the path that a client chose and a name below it; "" leaves the prefix as it is.

    Raises:
        DestinationRefusedError: The result is not a name, or longer than S3 allows.
    """
    path = "/".join(part for part in (prefix.strip("/"), name) if part)
    return _without(fault_of_name(path), path)


def _without(fault: str | None, name: str) -> str:
    if fault is not None:
        raise DestinationRefusedError(f"{shown(name)} cannot name an object: it {fault}")
    return name
