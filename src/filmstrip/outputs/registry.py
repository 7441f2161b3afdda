"""The outputs that there are: each is a package of this one with the output's name, found by looking."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from filmstrip import outputs
from filmstrip.outputs._base import Output
from filmstrip.params.parameters import Parameters, build_parsers
from filmstrip.params.query import Query
from filmstrip.params.query import parse_query as parse_with

CHILD = "filmstrip.outputs.child.child"
"""The module that child processes run (`isolation.fork_server`)."""


class _OutputTypes(Mapping[str, type[Output]]):
    """Outputs by their names; each is loaded when it is looked up, as one command seldom needs another one's."""

    def __init__(self) -> None:
        self._names = tuple(sorted(_packages_with("output")))

    def __getitem__(self, name: str) -> type[Output]:
        # What is asked for may come from a client: nothing else is ever loaded.
        if name not in self._names:
            raise KeyError(name)
        return _output_named(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@cache
def output_types() -> Mapping[str, type[Output]]:
    """All outputs by the name that clients use, in alphabetical order."""
    return _OutputTypes()


def load_outputs() -> None:
    """Load what parses queries and plans, and build its parsers; else that is done when it is first needed."""
    for name in output_types():
        output_types()[name]
    build_parsers(Parameters)


def load_renderers() -> None:
    """Load what outputs render with, libav and all; else it is loaded when it is first needed."""
    for name in _packages_with("render"):
        importlib.import_module(f"{outputs.__name__}.{name}.render")


def modules_of(kind: type[Output]) -> tuple[str, ...]:
    """Name the modules that define and render a kind of output, without loading them."""
    renderer = f"{kind.__module__.rpartition('.')[0]}.render"
    return (kind.__module__, renderer) if importlib.util.find_spec(renderer) else (kind.__module__,)


def _packages_with(module: str) -> Iterator[str]:
    """Name the packages of this one that have a module of some name; nothing is loaded."""
    return (path.parent.name for place in outputs.__path__ for path in Path(place).glob(f"*/{module}.py"))


@cache
def _output_named(name: str) -> type[Output]:
    loaded = vars(importlib.import_module(f"{outputs.__name__}.{name}.output")).values()
    return next(kind for kind in loaded if isinstance(kind, type) and vars(kind).get("output_name") == name)


def parse_query(text: str, *, max_outputs: int | None = None) -> Query[Output]:
    """Parse a query with all known outputs.

    Args:
        text: JSON text, `{"query": {...}}`.
        max_outputs: How many outputs are allowed, None for any number.

    Raises:
        QueryError: With every mistake of the query.
    """
    return parse_with(text, output_types(), max_outputs=max_outputs)
