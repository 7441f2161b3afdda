"""One entry of `format`, as the process that works on it gets it: its own JSON, without the destination."""

from __future__ import annotations

import json
from collections.abc import Mapping

from filmstrip.domain.errors import Mistake, QueryError
from filmstrip.params.customs import said_plainly
from filmstrip.params.format_parameters import FormatT


def entries_without_destination(query_text: str) -> tuple[str, ...]:
    """Cut the entries out of the text of a query that was parsed without mistakes, in their order.

    Args:
        query_text: `Query.text`.
    """
    entries = json.loads(query_text)["query"]["format"]
    plain = map(said_plainly, entries if isinstance(entries, list) else [entries])
    return tuple(json.dumps({key: value for key, value in entry.items() if key != "destination"}) for entry in plain)


def parse_entry(text: str, output_types: Mapping[str, type[FormatT]]) -> FormatT:
    """Parse an entry that was cut out.

    Raises:
        QueryError: Its output is not known.
        pydantic.ValidationError: It has mistakes.
    """
    entry = json.loads(text)
    name = str(entry.get("output")).strip().lower()
    if name not in output_types:
        raise QueryError([Mistake("output", f"{name!r} is not known")])
    return output_types[name].model_validate(entry)
