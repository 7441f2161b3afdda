"""Thumbnails in HLS for Roku, Shaka and others: the image media playlist.

As in "HLS Image Media Playlist" 0.4 (Disney, Roku, WarnerMedia), in the form that players read right: EXT-X-TILES
before each image with all three attributes, as its DURATION times the tiles of a last sprite that is not full; the
tile's resolution in both playlists, not the sprite's; CODECS "jpeg", as Shaka shows nothing for "mjpg" here.
"""

from __future__ import annotations

from collections.abc import Iterator

from filmstrip.domain.picture import format_of_type
from filmstrip.manifest.hls_syntax import quoted, tag, target_duration
from filmstrip.manifest.material import Material
from filmstrip.manifest.picture import check_url_reference
from filmstrip.manifest.seconds import decimal_seconds, touching_durations
from filmstrip.manifest.sprite_series import SpriteSeries


def write(material: Material) -> str:
    """Write the image media playlist of finished thumbnails."""
    return image_playlist(material.series())


def stream_entry(material: Material, uri: str) -> str:
    """Write the line of the multivariant playlist that names it."""
    return image_stream_entry(material.series(), uri)


def image_playlist(series: SpriteSeries) -> str:
    """Write the image media playlist of a series."""
    durations = [series.covered_seconds(index) for index in range(len(series.sprites))]
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{target_duration(durations)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-IMAGES-ONLY",
        *_image_lines(series),
        "#EXT-X-ENDLIST",
    ]
    return "\n".join(lines) + "\n"


def image_stream_entry(series: SpriteSeries, uri: str) -> str:
    """Write the line of the multivariant playlist that names the image media playlist.

    Args:
        series: What the image media playlist holds.
        uri: URL reference of that playlist, from the multivariant playlist.
    """
    check_url_reference(uri)
    return tag(
        "EXT-X-IMAGE-STREAM-INF",
        {
            "BANDWIDTH": str(series.peak_bits_per_second),
            "RESOLUTION": str(series.grid.tile),
            "CODECS": quoted(format_of_type(series.content_type).kind.hls_codec),
            "URI": quoted(uri),
        },
    )


def _image_lines(series: SpriteSeries) -> Iterator[str]:
    tiles = tag(
        "EXT-X-TILES",
        {
            "RESOLUTION": str(series.grid.tile),
            "LAYOUT": f"{series.grid.columns}x{series.grid.rows}",
            "DURATION": decimal_seconds(series.interval),
        },
    )
    ends = (series.full_seconds * index + series.covered_seconds(index) for index in range(len(series.sprites)))
    for sprite, duration in zip(series.sprites, touching_durations(ends), strict=True):
        yield f"#EXTINF:{decimal_seconds(duration)},"
        yield tiles
        yield sprite.name
