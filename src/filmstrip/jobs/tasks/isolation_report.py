"""Tries at the start what media processes are kept from on this system, and tells it in the log."""

from __future__ import annotations

from pathlib import Path

import structlog

from filmstrip.domain.errors import FilmstripError
from filmstrip.jobs.making.media_child import MediaChild

_log = structlog.get_logger()


async def report_isolation(child: MediaChild, folder: Path) -> None:
    """Try it in a child process that works in `folder`, and write into the log what holds.

    Raises:
        MediaProcessError: What the setting `isolation` requires does not hold, or could not be tried.
    """
    try:
        trial = await child.try_walls(folder)
    except FilmstripError as error:
        if child.media.isolation == "required":
            raise
        _log.warning("isolation_not_tried", error=str(error))
        return
    tell = _log.warning if trial.lacks else _log.info
    tell("isolation", keeps_from=trial.holds, does_not_keep_from=trial.lacks, landlock_version=trial.landlock)
