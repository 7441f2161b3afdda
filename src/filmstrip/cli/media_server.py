"""How do commands that work on media begin? With what takes longest: loading libav, in the process of the children."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filmstrip.media.fork_server import ForkServer
from filmstrip.outputs.registry import CHILD


@contextmanager
def media_server() -> Iterator[ForkServer]:
    """Start the server of child processes, and go on while it loads."""
    with ForkServer(CHILD) as server:
        server.start()
        yield server
