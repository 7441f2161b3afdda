"""How does a toy server get its servers of media processes in milliseconds? As forks of itself, made while it can.

The service starts them as programs, since it holds secrets and has threads (`isolation.fork_server`). A toy server
holds none, and has one thread before its engine starts.
"""

import os
import socket
from functools import partial

from filmstrip.isolation import forking
from filmstrip.isolation.fork_server import _ENVIRONMENT, _OWN_ENVIRONMENT, ForkServer
from filmstrip.isolation.own_fork import OwnFork, fork_self


class EarlyFork:
    """A fork that becomes the server of a module's children as soon as it gets the socket with their orders."""

    def __init__(self, module: str) -> None:
        self._handover, theirs = socket.socketpair()
        with theirs:
            self._process = fork_self(partial(_serve, module), theirs.fileno(), (*_ENVIRONMENT, *_OWN_ENVIRONMENT))

    def begin(self, orders: socket.socket) -> OwnFork:
        with self._handover:
            socket.send_fds(self._handover, [b"!"], [orders.fileno()])
        return self._process


def fork_early(*modules: str) -> None:
    """Let the first server of each module be a fork of this process; this process must have one thread."""
    early = {module: EarlyFork(module) for module in modules}
    begin = ForkServer._begin

    def begin_early(server: ForkServer, orders: socket.socket) -> object:
        fork = early.pop(server._program[0], None)
        return fork.begin(orders) if fork else begin(server, orders)

    ForkServer._begin = begin_early  # type: ignore[assignment, method-assign]


def _serve(module: str) -> None:
    with socket.socket(fileno=os.dup(0)) as handover:
        _, descriptors, _, _ = socket.recv_fds(handover, 1, 1)
    # None comes if the toy server ended before it needed this one.
    for orders in descriptors:
        os.dup2(orders, 0)
        os.close(orders)
        forking.serve(module)
