"""The part of the source that a request names for all its outputs at once."""

from __future__ import annotations

import json
from collections.abc import Mapping

from filmstrip.params.json_text import JsonTextError, parse_json
from filmstrip.params.profile import entries_of


def with_clip(text: str, clip: Mapping[str, str], accepts: Mapping[str, frozenset[str]]) -> str:
    """Give the outputs of a query the part of the source that is meant for all of them.

    Args:
        text: JSON text of a query, `{"query": {...}}`.
        clip: `start_time`, `duration` or both, as the client wrote them.
        accepts: Which of the two outputs know, by their names; their own values win.
    """
    if not clip:
        return text
    try:
        wrapper = parse_json(text)
    except JsonTextError:
        return text  # whoever parses it says what is wrong
    inside = wrapper.get("query") if isinstance(wrapper, dict) else None
    for entry in entries_of(inside) if isinstance(inside, dict) else ():
        known = accepts.get(str(entry.get("output")).strip().lower(), frozenset()) if isinstance(entry, dict) else ()
        for name in known:
            if name in clip and entry.get(name) in (None, ""):
                entry[name] = clip[name]
    return json.dumps(wrapper)
