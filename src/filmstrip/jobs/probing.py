"""Probing a source in a child process, once more if the child was killed."""

from __future__ import annotations

from pathlib import Path

from filmstrip.domain.errors import MediaProcessKilledError, SourceUnreadableError
from filmstrip.domain.media_info import MediaInfo
from filmstrip.jobs.log import note
from filmstrip.jobs.media_child import MediaChild
from filmstrip.outputs._messages import ReadableSource
from filmstrip.storage.shown_source import shown_source

_NAMELESS = "The source cannot "


async def probe_again(child: MediaChild, source: ReadableSource, folder: Path, url: str) -> MediaInfo:
    """Find out what a source holds; a child that is killed is followed by one more.

    Args:
        child: Starts the processes, which do not know whose source it is.
        source: The source as they open it.
        folder: Where they work.
        url: The client's URL, by which the source is named in errors.

    Raises:
        SourceError: It cannot be read, or is no media.
        MediaProcessError: Both children died of it.
    """
    try:
        try:
            return await child.probe(source, folder)
        except MediaProcessKilledError as death:
            note("warning", "media_process_killed", error=str(death))
            return await child.probe(source, folder)
    except SourceUnreadableError as error:
        if not str(error).startswith(_NAMELESS):
            raise
        named = f'The source "{shown_source(url)}" cannot {str(error).removeprefix(_NAMELESS)}'
        raise SourceUnreadableError(named) from None
