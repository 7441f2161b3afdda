"""Thumbnails in HLS for hls.js, Shaka and others: an I-frame playlist of JPEG pictures.

Apple's authoring specification calls it an I-frame image sequence with the codec `mjpg`. It is an I-frame playlist
(RFC 8216, 4.3.3.6) over one fragmented MP4 file, with a byte range for each picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from filmstrip.domain.geometry import FrameSize
from filmstrip.domain.manifest_kind import JPEG_TRACK
from filmstrip.domain.timing import TimeRange
from filmstrip.manifest import jpeg_fragments
from filmstrip.manifest.hls_syntax import quoted, tag, target_duration
from filmstrip.manifest.material import Material
from filmstrip.manifest.picture import check_url_reference
from filmstrip.manifest.seconds import decimal_seconds, touching_durations
from filmstrip.manifest.sprite_series import peak_bits_per_second


@dataclass(frozen=True, slots=True)
class JpegTrack:
    """A fragmented MP4 file with one JPEG picture a fragment.

    Attributes:
        name: URL reference of the file, best a bare name in the playlist's own folder.
        size: Width and height of the pictures.
        init_bytes: Length of the init segment.
        spans: When each picture is shown: touching each other, from 0.
        fragment_bytes: Length of each fragment, `moof` and `mdat` together.
    """

    name: str
    size: FrameSize
    init_bytes: int
    spans: Sequence[TimeRange]
    fragment_bytes: Sequence[int]

    def __post_init__(self) -> None:
        check_url_reference(self.name)
        if not self.spans or len(self.spans) != len(self.fragment_bytes):
            raise ValueError(f"{len(self.spans)} spans do not fit {len(self.fragment_bytes)} fragments")


def write(material: Material) -> str:
    """Write the I-frame playlist of finished thumbnails."""
    return mjpg_playlist(_track(material))


def stream_entry(material: Material, uri: str) -> str:
    """Write the line of the multivariant playlist that names it."""
    return mjpg_stream_entry(_track(material), uri)


def pack(material: Material) -> Iterator[bytes]:
    """Yield the file of its pictures: the init segment, then each fragment in two parts."""
    yield jpeg_fragments.init_segment(material.tile)
    for index, (span, jpeg) in enumerate(zip(material.spans(), material.jpegs(), strict=True)):
        yield jpeg_fragments.fragment_header(index, span, len(jpeg))
        yield jpeg


def _track(material: Material) -> JpegTrack:
    spans = material.spans()
    fragments = [
        len(jpeg_fragments.fragment_header(index, span, size)) + size
        for index, (span, size) in enumerate(zip(spans, material.jpeg_sizes(), strict=True))
    ]
    init_bytes = len(jpeg_fragments.init_segment(material.tile))
    return JpegTrack(material.reference(JPEG_TRACK), material.tile, init_bytes, spans, fragments)


def mjpg_playlist(track: JpegTrack) -> str:
    """Write the I-frame playlist."""
    uri = quoted(track.name)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{target_duration(span.duration for span in track.spans)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-I-FRAMES-ONLY",
        tag("EXT-X-MAP", {"URI": uri, "BYTERANGE": quoted(f"{track.init_bytes}@0")}),
        *_fragment_lines(track),
        "#EXT-X-ENDLIST",
    ]
    return "\n".join(lines) + "\n"


def mjpg_stream_entry(track: JpegTrack, uri: str) -> str:
    """Write the line of the multivariant playlist that names the I-frame playlist.

    Args:
        track: What the I-frame playlist holds.
        uri: URL reference of that playlist, from the multivariant playlist.
    """
    check_url_reference(uri)
    durations = [span.duration for span in track.spans]
    average = Fraction(8 * sum(track.fragment_bytes)) / sum(durations)
    return tag(
        "EXT-X-I-FRAME-STREAM-INF",
        {
            "BANDWIDTH": str(peak_bits_per_second(track.fragment_bytes, durations)),
            "AVERAGE-BANDWIDTH": str(max(1, round(average))),
            "RESOLUTION": str(track.size),
            "CODECS": quoted("mjpg"),
            "URI": quoted(uri),
        },
    )


def _fragment_lines(track: JpegTrack) -> Iterator[str]:
    offset = track.init_bytes
    durations = touching_durations(span.end for span in track.spans)
    for duration, length in zip(durations, track.fragment_bytes, strict=True):
        yield f"#EXTINF:{decimal_seconds(duration)},"
        yield f"#EXT-X-BYTERANGE:{length}@{offset}"
        yield track.name
        offset += length
