"""Names on servers where a file appears by a rename: of what is not whole yet, and how many are listed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from filmstrip.storage.whole_file import PARTIAL_PREFIX

MOST_LISTED = 200_000
"""How many names of a folder are listed: what a server tells need not end."""
DEEPEST_LISTED = 8
"""How many folders deep they may lie: links may lead in a circle."""


def new_partial(path: str) -> str:
    """Return a new path beside another one: two that write the same file at a time do not write into each other's."""
    folder, slash, _name = path.rpartition("/")
    return f"{folder}{slash}{PARTIAL_PREFIX}{secrets.token_hex(8)}"


def is_partial(name: str) -> bool:
    """Check whether a name is that of a file that is not whole."""
    return name.startswith(PARTIAL_PREFIX)


def folders_of(path: str) -> Iterator[str]:
    """Yield the folders that a path lies in, the outermost first."""
    parts = path.split("/")[:-1]
    yield from (folder for count in range(1, len(parts) + 1) if (folder := "/".join(parts[:count])))
