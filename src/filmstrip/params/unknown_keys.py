"""Which keys of a query mean nothing where they stand: each is warned of, by its full name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from filmstrip.domain.artifact import Warned
from filmstrip.domain.schemes import scheme_of
from filmstrip.params.destination import Destination
from filmstrip.params.format_parameters import FormatParameters
from filmstrip.params.json_text import parse_json
from filmstrip.params.parameters import Parameters, without_absent
from filmstrip.params.published import Place, told
from filmstrip.params.stitch import StitchItem
from filmstrip.params.values import is_printable_text, shown

_MOST_WARNINGS = 100
_LONGEST_NAME = 80


def unknown_keys(
    document: dict[str, Any], known: frozenset[str], formats: Iterable[FormatParameters]
) -> Iterator[Warned]:
    """Yield a warning for each key that means nothing where it stands; of very many, how many more there are.

    Args:
        document: A query that was parsed without a mistake.
        known: Its parameters but for the outputs.
        formats: The outputs that were parsed from it, in their order.
    """
    return _shortened(_all_in(document, known, formats))


def _shortened(warnings: Iterator[Warned]) -> Iterator[Warned]:
    """Let the first warnings through, and say how many more there are: the status repeats them in each answer."""
    yield from islice(warnings, _MOST_WARNINGS)
    further = sum(1 for _ in warnings)
    if further:
        yield Warned(f"{further} more keys are not known here and were ignored")


@dataclass(frozen=True, slots=True)
class _Keys:
    """An object of a query, by the place where it stands, and the keys that are parameters there."""

    place: Place
    path: str
    document: Any
    known: frozenset[str]

    def unknown(self) -> Iterator[Warned]:
        """Yield a warning for each further key that has a value."""
        present = without_absent(self.document)
        values = present if isinstance(present, dict) else {}
        for key in sorted(set(values) - self.known):
            sentence = told(self.place, key, values[key])
            if sentence is not None:
                yield Warned(f"{self.path}{_named(key)} {sentence}")


def _all_in(document: dict[str, Any], known: frozenset[str], formats: Iterable[FormatParameters]) -> Iterator[Warned]:
    yield from _Keys(Place.QUERY, "", document, known | {"format"}).unknown()
    yield from _unknown_in_stitch(document.get("stitch"))
    entries = document["format"] if isinstance(document["format"], list) else [document["format"]]
    for index, (entry, parsed) in enumerate(zip(entries, formats, strict=True)):
        path = f"format[{index}]."
        yield from _Keys(Place.FORMAT, path, entry, type(parsed).wire_names() | {"output"}).unknown()
        yield from _unknown_in_destinations(path, entry.get("destination"))
        yield from _idle_in_destinations(path, parsed)
        for name, value in parsed:
            if isinstance(value, Parameters):
                yield from _Keys(Place.NESTED, f"{path}{name}.", entry[name], type(value).wire_names()).unknown()


def _unknown_in_stitch(value: object) -> Iterator[Warned]:
    items = parse_json(value) if isinstance(value, str) and value else value
    for index, item in enumerate(items if isinstance(items, list) else [items]):
        yield from _Keys(Place.NESTED, f"stitch[{index}].", item, StitchItem.wire_names()).unknown()


def _unknown_in_destinations(path: str, value: object) -> Iterator[Warned]:
    is_list = isinstance(value, list)
    for number, place in enumerate(value if isinstance(value, list) else [value]):
        name = f"{path}destination[{number}]." if is_list else f"{path}destination."
        yield from _Keys(Place.DESTINATION, name, place, Destination.wire_names()).unknown()


def _idle_in_destinations(path: str, output: FormatParameters) -> Iterator[Warned]:
    """Yield a warning for each field that means nothing with the kind of its destination."""
    several = len(output.destination) > 1
    for number, place in enumerate(output.destination):
        scheme = scheme_of(place.url)
        options = scheme.options if scheme else frozenset()
        for name in sorted(place.model_fields_set - options - _OF_ANY_DESTINATION):
            field = f"{path}destination{f'[{number}]' if several else ''}.{name}"
            yield Warned(f"{field} has no effect with {place.url.partition('://')[0].lower()}:// and was ignored")


_OF_ANY_DESTINATION = {"url", "key", "secret", "permissions", "storage_class"}
"""Fields that mean something everywhere, or are refused where they mean nothing."""


def _named(key: str) -> str:
    """Return a key as a warning shows it: as it is, or quoted and cut if it is no plain name."""
    return key if len(key) <= _LONGEST_NAME and is_printable_text(key) else shown(key)
