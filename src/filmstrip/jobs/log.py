"""Where jobs note what happened: in the service's log; on the command line, which has none, nowhere."""

from __future__ import annotations

import sys
from typing import Any


def note(level: str, event: str, **facts: Any) -> None:
    """Write an event to the log, if anybody has set one up.

    Args:
        level: "warning" or "error".
        event: What happened, in one word.
        facts: What is known about it.
    """
    # Loading it takes a tenth of a second, and unconfigured it writes to standard output, which holds results there.
    structlog = sys.modules.get("structlog")
    if structlog is not None:
        structlog.get_logger().log(_LEVELS[level], event, **facts)


_LEVELS = {"warning": 30, "error": 40}
