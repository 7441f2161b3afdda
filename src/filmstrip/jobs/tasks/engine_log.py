"""What the durable engine logs goes through the service's own handlers; that its database is away, once a minute."""

from __future__ import annotations

import logging
import threading
import time

_PAUSE_SECONDS = 60.0
_OF_DATABASE = ("OperationalError", "InterfaceError")
_LOGGER = "dbos"


class SeldomAway(logging.Filter):
    """Lets what many threads say each second of a database that does not answer pass once in a while, in one line."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._told_at = -_PAUSE_SECONDS

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a record pass, or not."""
        text = record.getMessage()
        if not any(name in text for name in _OF_DATABASE):
            return True
        with self._lock:
            is_due = time.monotonic() - self._told_at >= _PAUSE_SECONDS
            if is_due:
                self._told_at = time.monotonic()
        record.msg, record.args, record.exc_info = text.splitlines()[0], (), None
        return is_due


def take_logs() -> None:
    """Let DBOS log through the service's own handlers: it sets up its own where it finds none."""
    logger = logging.getLogger(_LOGGER)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    if not any(isinstance(each, SeldomAway) for each in logger.filters):
        logger.addFilter(SeldomAway())
    logger.propagate = True
