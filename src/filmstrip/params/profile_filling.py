"""A query made of stored profiles: with the client's source, and its values in the paths of destinations."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from filmstrip.domain.errors import Mistake, QueryError
from filmstrip.params.profile import PLACEHOLDER, JsonObject, entries_of, parse_object, path_start
from filmstrip.params.values import is_printable_text, shown

_LONGEST_VALUE = 500


@dataclass(frozen=True)
class Filling:
    """What a client adds to profiles.

    Attributes:
        source: URL of the source, None if it names none.
        stitch: Sources that are shown one after the other, None if it names none.
        transfer_method: A stored destination, below which relative destinations of the profiles lie; None without one.
        value_of: Returns the value of a placeholder by its name, None if the client gives none.
        subtitles: Those that every output takes, None without any.
    """

    source: str | None = None
    stitch: Any = None
    transfer_method: Any = field(default=None, repr=False)
    value_of: Callable[[str], str | None] = field(default=lambda _name: None)
    subtitles: Any = None


def parse_variables(text: str | None) -> dict[str, str]:
    """Parse the field `output_path_variables`: a JSON object of texts and numbers.

    Raises:
        QueryError: It is none.
    """
    variables = {} if text is None else parse_object(text, "output_path_variables")
    mistakes = [
        Mistake(
            f"output_path_variables.{name}",
            f"{shown(value)} is not a text of 1 to {_LONGEST_VALUE} characters without @ and %2F, and not ~",
        )
        for name, value in variables.items()
        if not _is_value(value)
    ]
    if mistakes:
        raise QueryError(mistakes)
    return {name: str(value) for name, value in variables.items()}


def fill_profiles(profiles: Mapping[str, JsonObject], filling: Filling, uuid: str) -> str:
    """Make the text of a query of profiles.

    Args:
        profiles: By their names, in the order of the request.
        filling: What the client adds.
        uuid: Value of the placeholder `{uuid}`, unless the client gives one; `{index}` counts the outputs from 0.

    Raises:
        QueryError: The profiles differ where they may not, or a placeholder has no value.
    """
    mistakes: list[Mistake] = []
    query = _merged(profiles, mistakes)
    entries = [(name, copy.deepcopy(entry)) for name, profile in profiles.items() for entry in entries_of(profile)]
    for index, (name, entry) in enumerate(entries):
        if not isinstance(entry, dict):
            continue
        values = {"uuid": uuid, "index": str(index)}
        places = _Places(f"format[{index}].destination", name, values, filling, mistakes)
        if entry.get("destination"):
            entry["destination"] = places.filled(entry["destination"])
        if filling.subtitles is not None:
            entry.setdefault("subtitles", filling.subtitles)
    if mistakes:
        raise QueryError(mistakes)
    sources = {"source": filling.source, "stitch": filling.stitch}
    present = {name: value for name, value in sources.items() if value is not None}
    return json.dumps({"query": {**query, **present, "format": [entry for _name, entry in entries]}})


@dataclass
class _Places:
    """Fills the destinations of one output."""

    path: str
    profile: str
    values: Mapping[str, str]
    filling: Filling
    mistakes: list[Mistake]

    def filled(self, destination: Any) -> Any:
        """Return a destination, or a list of them, with values in place of placeholders and a URL that is whole."""
        if isinstance(destination, list):
            return [self.filled(each) for each in destination]
        if isinstance(destination, str):
            destination = {"url": destination}
        if not isinstance(destination, dict) or not isinstance(destination.get("url"), str):
            return destination
        url, start = destination["url"], path_start(destination["url"])
        filled = url[: start or 0] + PLACEHOLDER.sub(self._value, url[start or 0 :])
        return {**destination, "url": filled} if start is not None else self._below(destination, filled)

    def _below(self, destination: JsonObject, path: str) -> JsonObject:
        method = self.filling.transfer_method
        base = {"url": method} if isinstance(method, str) else method
        if base is None:
            self.mistakes.append(Mistake(self.path, f"{shown(path)} needs a transfer_method, below which it lies"))
            return destination
        return {**base, **destination, "url": f"{base['url'].rstrip('/')}/{path.lstrip('/')}"}

    def _value(self, placeholder: re.Match[str]) -> str:
        value = self.filling.value_of(placeholder[1]) or self.values.get(placeholder[1])
        if value is None:
            problem = f"has no {shown(placeholder[1])}, which the profile {shown(self.profile)} needs"
            self.mistakes.append(Mistake("output_path_variables", problem))
        return value or ""


def _merged(profiles: Mapping[str, JsonObject], mistakes: list[Mistake]) -> JsonObject:
    """Join what profiles say of the whole task."""
    query: JsonObject = {}
    for identity, profile in profiles.items():
        for name, value in profile.items():
            if name != "format" and query.setdefault(name, value) != value:
                problem = f"{shown(identity)} has another {name} than the profiles before it: start two tasks"
                mistakes.append(Mistake("profiles", problem))
    return query


def _is_value(value: object) -> bool:
    is_simple = isinstance(value, str | int | float) and not isinstance(value, bool)
    text = str(value)
    # Behind an @, a URL may go on with another host; an escaped slash, or a home, may begin a path that is not below.
    leads_elsewhere = "@" in text or "%2f" in text.lower() or text == "~" or text.startswith("~/")
    return is_simple and 0 < len(text) <= _LONGEST_VALUE and not leads_elsewhere and is_printable_text(text)
