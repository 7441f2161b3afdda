"""One server of media processes for many commands that are run in the process of the tests.

Each command starts one of its own, which takes longer than what small commands do with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest

from filmstrip.cli import media_server
from filmstrip.isolation.fork_server import ForkServer
from filmstrip.outputs.registry import CHILD


@contextmanager
def shared_media_server() -> Iterator[None]:
    """Let commands in the block have their children forked by the same server."""
    with running_media_server() as server, used_by_commands(server):
        yield


@contextmanager
def running_media_server() -> Iterator[ForkServer]:
    """Run a server of media processes until the block ends."""
    with ForkServer(CHILD) as server:
        server.start()
        yield server


@contextmanager
def used_by_commands(server: ForkServer) -> Iterator[None]:
    """Let commands in the block have their children forked by a server, and start none."""

    def give(*_modules: str, holds_secrets: bool) -> nullcontext[ForkServer]:
        del holds_secrets  # it is no fork of this process
        return nullcontext(server)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(media_server, "media_server", give)
        yield
