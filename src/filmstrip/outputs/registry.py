"""The outputs that there are: each is a package of this one with the output's name, found by looking."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import cast

from filmstrip import outputs
from filmstrip.outputs._base import Output
from filmstrip.outputs._rendering import JointRenderer, Renderer
from filmstrip.params.parameters import Parameters, build_parsers
from filmstrip.params.query import Query
from filmstrip.params.query import parse_query as parse_with

CHILD = "filmstrip.outputs.child.child"
"""The module that child processes run (`isolation.fork_server`)."""


class _OutputTypes(Mapping[str, type[Output]]):
    """Outputs by their names; each is loaded when it is looked up, as one command seldom needs another one's."""

    def __init__(self) -> None:
        # Nothing is loaded for it.
        places = (path for folder in outputs.__path__ for path in Path(folder).glob("*/output.py"))
        self._names = tuple(sorted(path.parent.name for path in places))

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
    for name in output_types():
        renderer(name)


def renderer(name: str) -> Renderer[Output]:
    """Return what makes the files of outputs of a name, with libav and all: it is for child processes.

    Raises:
        KeyError: There is no such output.
    """
    if name not in output_types():
        raise KeyError(name)
    return cast("Renderer[Output]", importlib.import_module(_module(name, "render")))


def joint_renderer(names: Iterable[str]) -> JointRenderer[Output]:
    """Return what makes files of outputs of these names together: the one `render_together` that all of them have.

    Raises:
        TypeError: They have none in common.
    """
    first, *others = [renderer(name) for name in names]
    if not isinstance(first, JointRenderer):
        raise TypeError("Outputs without render_together are made alone")
    if any(getattr(other, "render_together", None) is not first.render_together for other in others):
        raise TypeError("Outputs with different functions render_together are not made together")
    return first


def modules_of(name: str) -> tuple[str, ...]:
    """Name the modules that define and render outputs of a name, without loading them."""
    return (_module(name, "output"), _module(name, "render"))


def _module(name: str, half: str) -> str:
    return f"{outputs.__name__}.{name}.{half}"


@cache
def _output_named(name: str) -> type[Output]:
    loaded = vars(importlib.import_module(_module(name, "output"))).values()
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
