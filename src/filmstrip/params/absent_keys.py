"""What an output gets if the client leaves a key out, and the operator has set something for that case."""

from __future__ import annotations

import json
from collections.abc import Mapping

from filmstrip.params.format_parameters import FormatT


def fill_in(query_text: str, output_types: Mapping[str, type[FormatT]], values: Mapping[str, object]) -> str:
    """Complete the text of a query that was parsed without mistakes, so that it means the same wherever it is read.

    Args:
        query_text: `Query.text`.
        output_types: The known outputs by their name in `output`.
        values: What is filled in, by the key; outputs that do not know the key are left alone.
    """
    wrapper = json.loads(query_text)
    entries = wrapper["query"]["format"]
    for entry in entries if isinstance(entries, list) else [entries]:
        output_type = output_types.get(str(entry["output"]).strip().lower())
        known = frozenset() if output_type is None else output_type.wire_names()
        absent = {key: value for key, value in values.items() if key in known and entry.get(key) in (None, "")}
        entry.update(absent)
    return json.dumps(wrapper)
