"""Which executor this process is."""

from __future__ import annotations

import importlib.metadata
import os
import secrets
import socket

from filmstrip.db.executor_records import Executor
from filmstrip.jobs.settings import JobSettings

_ID_BYTES = 16
_LOCK_BYTES = 8

LOCAL = "local"
"""The only executor of a database that one service has: it takes up what the one before it left."""


def this_executor(settings: JobSettings, key_fingerprint: str) -> Executor:
    """Describe one start of this process.

    Args:
        settings: Its name, and how it shows that it lives.
        key_fingerprint: Of its secret key.
    """
    host = socket.gethostname()
    return Executor(
        id=secrets.token_hex(_ID_BYTES),
        name=settings.executor_name or f"{host}-{os.getpid()}",
        host=host,
        version=importlib.metadata.version("filmstrip"),
        key_fingerprint=key_fingerprint,
        lock_number=_number() if settings.liveness == "lock" else None,
    )


def _number() -> int:
    return int.from_bytes(secrets.token_bytes(_LOCK_BYTES), signed=True)
