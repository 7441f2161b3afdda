"""A path or URL of the command line as the URL of a query."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from filmstrip.domain.errors import FilmstripError
from filmstrip.domain.schemes import is_local, is_upload


def place_url(place: str, *, is_folder: bool = False) -> str:
    """Write a place as a URL: one that has a scheme as it is, anything else as a path of this machine.

    Args:
        place: What was typed.
        is_folder: Whether it is meant as a folder, so that its URL ends in a slash.
    """
    if "://" in place:
        return place if place.endswith("/") or not is_folder else f"{place}/"
    if "\0" in place or not place:
        raise FilmstripError("A path has at least one character, and no NUL among them")
    # Not resolved: a symbolic link is followed when it is read, and its name is what its user sees.
    url = Path(os.path.abspath(place)).as_uri()  # noqa: PTH100 - Path.absolute() keeps "..", which a URL may not have
    return f"{url}/" if is_folder else url


def source_url(place: str) -> str:
    """Write a source as a URL, as `place_url`; an upload stays what it is, unless a file has that name.

    Raises:
        FilmstripError: It is standard input, which cannot be read more than once, or another pipe.
    """
    if place == "-" or ("://" not in place and _is_pipe(place)):
        raise FilmstripError(
            f'"{place}" is a pipe, and a source is read in more than one place: save it to a file first'
        )
    return place if is_upload(place) and not os.path.lexists(place) else place_url(place)


def _is_pipe(place: str) -> bool:
    try:
        return stat.S_ISFIFO(Path(place).stat().st_mode)
    except (OSError, ValueError):
        return False


def holds_credentials(place: str) -> bool:
    """Check whether a place may hold a secret, such as a key or a signature: any on a server may."""
    return "://" in place and not is_local(place)
