"""How the durable engine writes down arguments, results and errors: as JSON, so that no stored byte is ever code."""

from __future__ import annotations

import json
from typing import Any

from dbos import Serializer

from filmstrip.domain.errors import FilmstripError, error_named

_ERROR = "__error__"


class JournalFormat(Serializer):
    """JSON; errors by their class name and sentence."""

    def serialize(self, data: Any) -> str:
        """Write a value of plain types, or an error."""
        if isinstance(data, BaseException):
            data = {_ERROR: [type(data).__name__, str(data)]}
        return json.dumps(data)

    def deserialize(self, serialized_data: str) -> Any:
        """Read it back; an error that is none of ours comes back as a `FilmstripError` with its sentence."""
        data = json.loads(serialized_data)
        if isinstance(data, dict) and data.keys() == {_ERROR}:
            name, message = data[_ERROR]
            return error_named(name, message) if message else FilmstripError(name)
        return data

    def name(self) -> str:
        """Return what is kept beside each value, so that it is read by the format that wrote it."""
        return "filmstrip_json"
