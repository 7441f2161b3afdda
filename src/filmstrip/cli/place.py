"""How does a path or URL on the command line become the URL of a query?"""

from __future__ import annotations

import os
from pathlib import Path


def place_url(place: str, *, is_folder: bool = False) -> str:
    """Write a place as a URL: one that has a scheme as it is, anything else as a path of this machine.

    Args:
        place: What was typed.
        is_folder: Whether it is meant as a folder, so that its URL ends in a slash.
    """
    if "://" in place:
        return place if place.endswith("/") or not is_folder else f"{place}/"
    # Not resolved: a symbolic link is followed when it is read, and its name is what its user sees.
    url = Path(os.path.abspath(place)).as_uri()  # noqa: PTH100 - Path.absolute() keeps "..", which a URL may not have
    return f"{url}/" if is_folder else url


def holds_credentials(place: str) -> bool:
    """Check whether a place may name a key or a secret, or leads where a key may be needed."""
    scheme, separator, rest = place.partition("://")
    return bool(separator) and (scheme.lower() == "s3" or "@" in rest.partition("/")[0])
