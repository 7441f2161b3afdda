"""What becomes of each attribute that Qencode publishes, and of what is added: one table for docs and people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from filmstrip.outputs.registry import output_types
from filmstrip.params.destination import Destination
from filmstrip.params.format_parameters import FormatParameters
from filmstrip.params.published import PUBLISHED, SUPPORTED, Answer, Place
from filmstrip.params.query import TaskParameters

ADDED = "added here"
"""Said of what Qencode does not have."""


@dataclass(frozen=True, slots=True)
class Row:
    """An attribute and what becomes of it.

    Attributes:
        place: Where it stands.
        name: Its name.
        answer: What becomes of it, or `ADDED`.
        outputs: The outputs that it is for, "all", or "none here".
        note: What to do instead, or why.
    """

    place: Place
    name: str
    answer: str
    outputs: str = "all"
    note: str = ""


def rows() -> Iterator[Row]:
    """Yield all attributes, place by place, in alphabetical order."""
    for place in SUPPORTED:
        yield from sorted((*_made(place), *_not_made(place)), key=lambda row: row.name)


def _made(place: Place) -> Iterator[Row]:
    listed = {attribute.name for attribute in PUBLISHED if attribute.place is place}
    for name in (_parameters(place) | SUPPORTED[place]) - listed:
        answer = Answer.SUPPORTED.value if name in SUPPORTED[place] else ADDED
        yield Row(place, name, answer, _outputs_with(name) if place is Place.FORMAT else "all")


def _not_made(place: Place) -> Iterator[Row]:
    for attribute in PUBLISHED:
        if attribute.place is place:
            kinds = output_types().items()
            here = sorted(name for name, kind in kinds if attribute.outputs.include(name, kind.wire_names()))
            outputs = "all" if attribute.outputs.are_all else ", ".join(here) or "none here"
            yield Row(place, attribute.name, attribute.answer.value, outputs, f"It {attribute.reason}")


def _parameters(place: Place) -> frozenset[str]:
    if place is Place.QUERY:
        return TaskParameters.wire_names()
    if place is Place.DESTINATION:
        return Destination.wire_names()
    return frozenset[str]().union(*(kind.wire_names() for kind in output_types().values()))


def _outputs_with(name: str) -> str:
    if name in FormatParameters.wire_names() or name == "output":
        return "all"
    return ", ".join(output for output, kind in output_types().items() if name in kind.wire_names())
