"""Which outputs are there? Every module of this package that defines an `Output`, found by looking."""

from __future__ import annotations

import importlib.util
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from filmstrip import outputs
from filmstrip.outputs._base import Output
from filmstrip.params.query import Query
from filmstrip.params.query import parse_query as parse_with

CHILD = "filmstrip.outputs._child"
"""The module that child processes run (`media.fork_server`)."""


@cache
def output_types() -> Mapping[str, type[Output]]:
    """All outputs by the name that clients use, in alphabetical order."""
    base: type = Output  # mypy: an abstract class is a fine root to search from
    _import_all(lambda name: not name.startswith("_"))
    return MappingProxyType({kind.output_name: kind for kind in sorted(_concrete(base), key=lambda k: k.output_name)})


def load_renderers() -> None:
    """Load what outputs render with, libav and all; else it is loaded when it is first needed."""
    _import_all(lambda name: name.startswith("_render_"))


def output_modules() -> tuple[str, ...]:
    """Name the modules that define outputs, without loading them."""
    names = (module.name for module in pkgutil.iter_modules(outputs.__path__))
    return tuple(f"{outputs.__name__}.{name}" for name in names if not name.startswith("_"))


def renderer_of(kind: type[Output]) -> str | None:
    """Name the module that renders a kind of output, without loading it; None where it has none of its own."""
    package, _, module = kind.__module__.rpartition(".")
    name = f"{package}._render_{module}"
    return name if importlib.util.find_spec(name) else None


def _import_all(is_wanted: Callable[[str], bool]) -> None:
    for module in pkgutil.iter_modules(outputs.__path__):
        if is_wanted(module.name):
            importlib.import_module(f"{outputs.__name__}.{module.name}")


def _concrete(base: type[Output]) -> list[type[Output]]:
    found = [base] if "output_name" in vars(base) else []
    return found + [kind for child in base.__subclasses__() for kind in _concrete(child)]


def parse_query(text: str, *, max_outputs: int | None = None) -> Query[Output]:
    """Parse a query with all known outputs.

    Args:
        text: JSON text, `{"query": {...}}`.
        max_outputs: How many outputs are allowed, None for any number.

    Raises:
        QueryError: With every mistake of the query.
    """
    return parse_with(text, output_types(), max_outputs=max_outputs)
