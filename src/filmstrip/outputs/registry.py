"""Which outputs are there? Each is a module of this package with the output's name, found by looking."""

from __future__ import annotations

import importlib.util
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache

from filmstrip import outputs
from filmstrip.outputs._base import Output
from filmstrip.params.parameters import Parameters, build_parsers
from filmstrip.params.query import Query
from filmstrip.params.query import parse_query as parse_with

_THIS = __name__.rpartition(".")[2]
CHILD = "filmstrip.outputs._child"
"""The module that child processes run (`media.fork_server`)."""


class _OutputTypes(Mapping[str, type[Output]]):
    """Outputs by their names; each is loaded when it is looked up, as one command seldom needs another one's."""

    def __init__(self) -> None:
        names = (module.name for module in pkgutil.iter_modules(outputs.__path__))
        self._names = tuple(sorted(name for name in names if not name.startswith("_") and name != _THIS))

    def __getitem__(self, name: str) -> type[Output]:
        # What is asked for may come from a client: nothing else is ever loaded.
        if name not in self._names:
            raise KeyError(name)
        return _output_in(f"{outputs.__name__}.{name}")

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
    for module in pkgutil.iter_modules(outputs.__path__):
        if module.name.startswith("_render_"):
            importlib.import_module(f"{outputs.__name__}.{module.name}")


def modules_of(kind: type[Output]) -> tuple[str, ...]:
    """Name the modules that define and render a kind of output, without loading them."""
    package, _, module = kind.__module__.rpartition(".")
    renderer = f"{package}._render_{module}"
    return (kind.__module__, renderer) if importlib.util.find_spec(renderer) else (kind.__module__,)


@cache
def _output_in(module: str) -> type[Output]:
    name = module.rpartition(".")[2]
    loaded = vars(importlib.import_module(module)).values()
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
