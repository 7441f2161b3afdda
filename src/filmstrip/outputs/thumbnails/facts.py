"""What the client is told of finished thumbnails: the `meta` of the status."""

from __future__ import annotations

from collections.abc import Sequence

from filmstrip.domain.artifact import Artifact, MetaValue
from filmstrip.domain.media_info import MediaInfo
from filmstrip.domain.timing import IntervalGrid
from filmstrip.outputs.thumbnails.layout import ThumbnailSet


def series_facts(first: ThumbnailSet, info: MediaInfo, artifacts: Sequence[Artifact]) -> dict[str, MetaValue]:
    """Describe a series by its first size."""
    tiles = first.tiles
    facts: dict[str, MetaValue] = {
        "width": tiles.tile.width,
        "height": tiles.tile.height,
        "count": tiles.count,
        "format": first.image_format.wire_name,
        "size": sum(artifact.size_bytes for artifact in artifacts),
        "source_size": info.size_bytes,
        "bytes_read": sum(artifact.source_bytes_read for artifact in artifacts) or info.size_bytes,
    }
    if isinstance(first.moments, IntervalGrid):
        facts["interval"] = float(first.moments.interval)
    if first.is_tiled:
        facts |= {"sprite": 1, "columns": tiles.columns, "rows": tiles.rows, "sprites": tiles.sprite_count}
    expiries = [artifact.urls_expire_at for artifact in artifacts if artifact.urls_expire_at is not None]
    if expiries:
        facts["url_expires"] = min(expiries)
    return facts
