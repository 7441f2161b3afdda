"""Completes the places of a whole query by what the shell says about S3, before the query is read."""

from __future__ import annotations

import json
from typing import Any

from filmstrip.cli.s3_places import S3Flags, S3Manners, manners_for
from filmstrip.settings.settings import Settings


def with_manners(text: str, settings: Settings, typed: S3Flags) -> tuple[str, Settings, S3Manners]:
    """Complete the S3 places of a query; a text that is no query stays as it is, for the parser to judge.

    Args:
        text: JSON text, `{"query": {...}}`.
        settings: Name hosts, which are no buckets.
        typed: What was typed about S3.

    Returns:
        The text, the settings with the endpoint among the hosts that are spoken to by http, and who lends credentials.

    Raises:
        FilmstripError: As from `s3_places.read_manners`.
    """
    try:
        document = json.loads(text)
        query = document["query"]
        entries = query["format"] if isinstance(query["format"], list) else [query["format"]]
        places = [place for entry in entries for place in _places(entry)]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return text, settings, S3Manners()
    urls = [query.get("source"), *(place.get("url") if isinstance(place, dict) else place for place in places)]
    manners, settings = manners_for([url for url in urls if isinstance(url, str)], settings, typed)
    if isinstance(query.get("source"), str):
        query["source"] = manners.spelled_out(query["source"])
    for entry in entries:
        if entry.get("destination"):
            completed = [_completed(place, manners) for place in _places(entry)]
            entry["destination"] = completed if isinstance(entry["destination"], list) else completed[0]
    return json.dumps(document), settings, manners


def _places(entry: dict[str, Any]) -> list[Any]:
    destination = entry.get("destination") or []
    return destination if isinstance(destination, list) else [destination]


def _completed(place: Any, manners: S3Manners) -> Any:
    if isinstance(place, str):
        place = {"url": place}
    return manners.destination(place) if isinstance(place, dict) else place
