"""The format of a picture whose file is named on the command line: the one that its name ends in."""

from __future__ import annotations

import json

from filmstrip.params.customs import names_a_picture

_OUTPUTS = {"thumbnail", "contact_sheet"}


def with_named_formats(text: str) -> str:
    """Give each one-picture output of a query the format of its file's name, if the query names none.

    A text that is no query stays as it is, for the parser to judge.
    """
    try:
        document = json.loads(text)
        entries = document["query"]["format"]
        for entry in entries if isinstance(entries, list) else [entries]:
            name = _file_name(entry.get("destination"))
            if entry.get("output") in _OUTPUTS and not entry.get("image_format") and name and names_a_picture(name):
                entry["image_format"] = name.rpartition(".")[2].lower()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return text
    return json.dumps(document)


def _file_name(destination: object) -> str | None:
    """Return where the file goes, None if there is no such place or more than one."""
    places = destination if isinstance(destination, list) else [destination]
    urls = [place.get("url") if isinstance(place, dict) else place for place in places]
    return urls[0] if len(urls) == 1 and isinstance(urls[0], str) else None
