"""The query of a task as it may be shown as long as the task is kept: what is known of it, and no secret."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from filmstrip.outputs._base import Output
from filmstrip.params.destination import Destination
from filmstrip.params.query import Query, TaskParameters
from filmstrip.params.stitch import StitchItem
from filmstrip.storage.shown_source import shown_source

_MOST_CHARACTERS = 16_384
"""It is kept as long as its task: of very many outputs the first ones are shown, and how many there are."""

_SECRET = frozenset({"key", "secret"})


def shown_query(query: Query[Output]) -> str:
    """Write a query without secrets: keys that are not known are left out, and of each URL what may be a credential.

    Returns:
        JSON text as `start_encode2` takes it, but for `outputs`, the number of outputs if not all are in it.
    """
    document: dict[str, Any] = json.loads(query.text)["query"]
    shown = {name: _shown(document[name]) for name in document if name in TaskParameters.wire_names()}
    entries = document["format"] if isinstance(document["format"], list) else [document["format"]]
    shown["format"] = shown_entries = []
    left = _MOST_CHARACTERS - len(json.dumps(shown))
    for entry, output in zip(entries, query.formats, strict=True):
        names = type(output).wire_names() | {"output"}
        shown_entry = {name: _shown(value) for name, value in entry.items() if name in names and name != "destination"}
        shown_entry |= _places(entry.get("destination"), output.destination)
        left -= len(json.dumps(shown_entry))
        if left < 0:
            shown["outputs"] = len(entries)
            break
        shown_entries.append(shown_entry)
    return json.dumps({"query": shown})


def _places(told: Any, places: Sequence[Destination]) -> dict[str, Any]:
    """Show destinations: where they are, and with which attributes; nothing if there are none, in whatever words."""
    if not places:
        return {}
    wholes = [place.model_dump(mode="json", exclude_none=True, exclude=set(_SECRET)) for place in places]
    shown = [{**whole, "url": shown_source(whole["url"])} for whole in wholes]
    return {"destination": shown if isinstance(told, list) else shown[0]}


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return [_shown(each) for each in value]
    if isinstance(value, dict):
        return {name: _shown(each) for name, each in value.items() if name in StitchItem.wire_names()}
    return shown_source(value) if isinstance(value, str) and "://" in value else value
