"""Entries of `format` whose destination tells more than where files go, rewritten to say it plainly.

JSON in and JSON out, so that the process that is not told the destination reads the same as the one that is.
"""

from __future__ import annotations

import re
from typing import Any

from filmstrip.domain.picture import EXTENSION_PATTERN
from filmstrip.params.parameters import without_absent

Entry = dict[str, Any]

_PICTURE_NAME = re.compile(rf"(.*/)?(?P<name>[^/]+\.(?P<extension>{EXTENSION_PATTERN}))", re.IGNORECASE)
_CHOOSES_A_MOMENT = ("time", "frame_number")


def names_a_picture(url: str) -> bool:
    """Return whether a destination ends in a picture's file name."""
    return _PICTURE_NAME.fullmatch(url) is not None


def said_plainly(entry: Entry) -> Entry:
    """Rewrite an entry whose destination says what is made.

    A `thumbnail` with an interval and a folder means `thumbnails`; `thumbnails` with `sprite` and a picture's name for
    their destination name the sprite, and everything else goes beside it.
    """
    return _with_sprite_name(_as_thumbnails(entry))


def _as_thumbnails(entry: Entry) -> Entry:
    present = _present(entry)
    urls = _urls(entry)
    is_meant = (
        _word(present.get("output")) == "thumbnail"
        and "interval" in present
        and not any(name in present for name in _CHOOSES_A_MOMENT)
        and urls
        and all(url.endswith("/") for url in urls)
    )
    return {**entry, "output": "thumbnails"} if is_meant else entry


def _with_sprite_name(entry: Entry) -> Entry:
    present = _present(entry)
    if _word(present.get("output")) != "thumbnails" or _word(present.get("sprite")) not in ("1", "true"):
        return entry
    matches = [_PICTURE_NAME.fullmatch(url) for url in _urls(entry)]
    names = {match["name"] if match else None for match in matches}
    if len(names) != 1 or matches[0] is None:
        return entry
    given = {"image_format": matches[0]["extension"].lower()} | present
    return {**given, "sprite_name": matches[0]["name"], "destination": _in_folders(entry["destination"])}


def _in_folders(destination: Any) -> Any:
    """Cut the file's name off each URL of a destination."""
    if isinstance(destination, list):
        return [_in_folders(each) for each in destination]
    if isinstance(destination, dict):
        return {**destination, "url": _in_folders(destination["url"])}
    return destination.rpartition("/")[0] + "/"


def _urls(entry: Entry) -> list[str]:
    """Collect the URLs of a destination in any of its forms; what is no destination has none."""
    destination = entry.get("destination")
    places = destination if isinstance(destination, list) else [destination]
    urls = [place.get("url") if isinstance(place, dict) else place for place in places]
    return [str(url) for url in urls] if all(isinstance(url, str) for url in urls) else []


def _present(entry: Entry) -> Entry:
    present = without_absent(entry)
    return present if isinstance(present, dict) else {}


def _word(value: object) -> str:
    return str(value).strip().lower()
