"""Attempts to get over the walls, by a process that has raised them: what holds on this system."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trial:
    """How the attempts went.

    Attributes:
        landlock: Version of the kernel's Landlock, 0 for none.
        holds: What a media process is kept from, in words.
        lacks: What it is not kept from.
    """

    landlock: int
    holds: tuple[str, ...]
    lacks: tuple[str, ...]


def try_walls(landlock: int) -> Trial:
    """Try what a process behind its walls must not be able to do; each attempt is harmless if it succeeds.

    Args:
        landlock: The version of Landlock that holds.
    """
    refused = {words: _is_refused(attempt) for words, attempt in _ATTEMPTS.items()}
    return Trial(
        landlock,
        tuple(words for words, held in refused.items() if held),
        tuple(words for words, held in refused.items() if not held),
    )


def _is_refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def _connect() -> None:
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
        with socket.socket(family, socket.SOCK_STREAM):
            pass


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _change_attributes() -> None:
    descriptor = os.open(".", os.O_RDONLY)
    try:
        os.fchmod(descriptor, os.fstat(descriptor).st_mode & 0o7777)
    finally:
        os.close(descriptor)


_ATTEMPTS: Mapping[str, Callable[[], object]] = {
    "files of others": lambda: os.listdir("/"),  # noqa: PTH208 - what is in it does not matter
    "the network": _connect,
    "other processes": lambda: os.kill(os.getppid(), 0),
    "programs": _fork,
    "attributes of files": _change_attributes,
}
