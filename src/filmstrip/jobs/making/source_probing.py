"""Finds out what the source of a query holds, by child processes: of stitched ones each, and of all as one."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.stitching import StitchedPart, stitched
from filmstrip.jobs.making.media_child import MediaChild
from filmstrip.jobs.making.named_source import naming_one, naming_source
from filmstrip.media.source.media_source import LocalFile
from filmstrip.outputs._base import Output
from filmstrip.outputs.child.messages import ReadableSource
from filmstrip.params.query import Query
from filmstrip.storage.joined_file import JoinedFile, PlacedFile


async def probe_sources(query: Query[Output], source: ReadableSource, child: MediaChild, folder: Path) -> MediaInfo:
    """Find out what the source of a query holds.

    Args:
        query: What names it.
        source: The source; of several that are stitched, the file that they are joined in.
        child: Starts the processes.
        folder: Where they work.

    Raises:
        SourceError: It, or one of several, cannot be read, or is no media.
        OutputError: Several cannot be shown one after the other.
        MediaProcessError: A process died of it.
    """
    if not query.stitch:
        with naming_source(query.source):
            return await child.probe(source, folder)
    if not isinstance(source, LocalFile):
        raise TypeError("Sources that are stitched are in one file of this machine")
    found: dict[str, tuple[MediaInfo, PlacedFile]] = {}
    for named, part in zip(query.sources, JoinedFile(source.path).parts(), strict=True):
        with naming_one(named), naming_source(named.url):
            info = await child.probe(LocalFile(source.path, (part.first_byte, part.end_byte)), folder)
        found[named.url] = info, part
    return stitched([_stretch(index, query, *found[item.url]) for index, item in enumerate(query.stitch)])


def _stretch(index: int, query: Query[Output], info: MediaInfo, part: PlacedFile) -> StitchedPart:
    item = query.stitch[index]
    return StitchedPart(
        f"stitch[{index}]",
        info,
        part.first_byte,
        part.end_byte,
        item.start_time or Fraction(0),
        item.duration,
    )
