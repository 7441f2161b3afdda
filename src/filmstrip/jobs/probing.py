"""Probing a source in a child process, once more if the child was killed."""

from __future__ import annotations

from pathlib import Path

from filmstrip.domain.errors import MediaProcessKilledError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.jobs.log import note
from filmstrip.jobs.media_child import MediaChild
from filmstrip.outputs._messages import ReadableSource


async def probe_again(child: MediaChild, source: ReadableSource, folder: Path) -> MediaInfo:
    """Find out what a source holds; a child that is killed is followed by one more.

    Raises:
        SourceError: It cannot be read, or is no media.
        MediaProcessError: Both children died of it.
    """
    try:
        return await child.probe(source, folder)
    except MediaProcessKilledError as death:
        note("warning", "media_process_killed", error=str(death))
        return await child.probe(source, folder)
