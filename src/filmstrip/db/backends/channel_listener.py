"""Listens to PostgreSQL's notifications (manual, NOTIFY): what a process does now, others know within milliseconds.

Nothing may depend on them. Whoever connects again has missed some, PgBouncer hands none on, and a connection that died
silently is noticed after half a minute; those who listen look by themselves as well, every now and then.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg
import structlog

CHANNEL = "filmstrip"

_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0
_log = structlog.get_logger()


class ChannelListener:
    """A thread with a connection of its own."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]], on_ring: Callable[[str], object]) -> None:
        """Begin to listen.

        Args:
            connect: Connects, with a transaction for each statement.
            on_ring: Is told each word, and "" when some may have been missed.
        """
        self._connect = connect
        self._on_ring = on_ring
        self._stopping = threading.Event()
        self._stop, self._stopper = os.pipe()
        self._thread = threading.Thread(target=self._keep_listening, name="listener", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hear no more; it blocks until what is being told is over."""
        self._stopping.set()
        os.close(self._stopper)
        self._thread.join()
        os.close(self._stop)

    def _keep_listening(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            try:
                with closing(self._connect()) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    pause = _FIRST_PAUSE_SECONDS
                    self._on_ring("")
                    self._listen(connection)
            except (psycopg.Error, OSError) as error:
                _log.warning("not_listening", reason=str(error).partition("\n")[0])
            self._stopping.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        while not self._stopping.is_set():
            select.select([connection.fileno(), self._stop], [], [])
            for notification in connection.notifies(timeout=0):
                self._on_ring(notification.payload)
