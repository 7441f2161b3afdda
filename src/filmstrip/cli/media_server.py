"""The process of the children for commands that work on media: a fork of this one if that is safe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filmstrip.isolation.fork_server import ForkServer
from filmstrip.outputs._base import Output
from filmstrip.outputs.child import messages as _messages  # noqa: F401 - both sides need it, so it is loaded before they part
from filmstrip.outputs.registry import CHILD, modules_of
from filmstrip.params.query import Query


@contextmanager
def media_server(*modules: str, holds_secrets: bool) -> Iterator[ForkServer]:
    """Start the server of child processes, and go on while it loads.

    Args:
        modules: What the children of this command need in addition to what reads a source.
        holds_secrets: Whether credentials are in the memory of this process: then nothing of it is handed on.
    """
    with ForkServer(CHILD, preloaded=(CHILD, *modules), may_fork_self=not holds_secrets) as server:
        server.start()
        yield server


def modules_for(query: Query[Output]) -> tuple[str, ...]:
    """Name the modules that parse a query and make its outputs: behind its walls a child can load nothing more."""
    return tuple(sorted({name for output in query.formats for name in modules_of(output.output_name)}))
