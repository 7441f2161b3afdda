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
    with ForkServer(CHILD) as server, pytest.MonkeyPatch.context() as patch:
        server.start()

        def give(*_modules: str, holds_secrets: bool) -> nullcontext[ForkServer]:
            del holds_secrets  # it is no fork of this process
            return nullcontext(server)

        patch.setattr(media_server, "media_server", give)
        yield
