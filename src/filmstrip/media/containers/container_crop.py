"""The edges of the pictures that a container says not to show.

libav keeps what it reads of it to itself, so it is read from the bytes: the clean aperture of an MP4's sample
description (ISO/IEC 14496-12, 12.1.4) and Matroska's PixelCrop elements (RFC 9559, 5.1.4.1.28).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction

from filmstrip.domain.container_kind import ContainerKind, Layout
from filmstrip.domain.geometry import FrameSize, Margins
from filmstrip.media.containers.ebml import element, elements, track_entries
from filmstrip.media.source.iso_boxes import boxes_in

_WAY_TO_DESCRIPTIONS = (b"mdia", b"minf", b"stbl", b"stsd")
# What stands before the first child: version, flags and a count in `stsd`, a visual sample entry's fields (12.1.3).
_STSD_FIELDS_BYTES, _ENTRY_FIELDS_BYTES = 8, 78
_APERTURE = struct.Struct(">IIIIiIiI")

_VIDEO = 0xE0
_CROP_LEFT, _CROP_TOP, _CROP_RIGHT, _CROP_BOTTOM = 0x54CC, 0x54BB, 0x54DD, 0x54AA


def find_margins(header: bytes, kind: ContainerKind, stream_index: int, coded: FrameSize) -> Margins | None:
    """Find what is to be cut off the pictures of a stream; None for nothing.

    Args:
        header: The part of the file that holds its sample descriptions or track entries, from its first byte on.
        kind: What the container is.
        stream_index: Number of the stream, which is that of the track.
        coded: The size of the decoded pictures.
    """
    if kind.layout is Layout.ISO_BOXES:
        margins = _of_movie(header, stream_index, coded)
    elif kind.layout is Layout.EBML_ELEMENTS:
        margins = _of_segment(header, stream_index)
    else:
        return None
    return margins if margins is not None and margins.leave_something_of(coded) else None


def _of_movie(header: bytes, track: int, coded: FrameSize) -> Margins | None:
    movie = next((children for kind, children in _boxes(header) if kind == b"moov"), b"")
    tracks = [children for kind, children in _boxes(movie) if kind == b"trak"]
    inner = tracks[track] if track < len(tracks) else b""
    for wanted in _WAY_TO_DESCRIPTIONS:
        inner = next((children for kind, children in _boxes(inner) if kind == wanted), b"")
    entry = next((children for _, children in _boxes(inner[_STSD_FIELDS_BYTES:])), b"")
    aperture = next((data for kind, data in _boxes(entry[_ENTRY_FIELDS_BYTES:]) if kind == b"clap"), b"")
    return None if len(aperture) < _APERTURE.size else _of_aperture(_APERTURE.unpack_from(aperture), coded)


def _of_aperture(values: tuple[int, ...], coded: FrameSize) -> Margins | None:
    """Turn width, height and the offsets of the middle, a fraction each, into margins."""
    if 0 in values[1::2]:
        return None
    width, height, across, down = (Fraction(*values[at : at + 2]) for at in range(0, 8, 2))
    left, top = (coded.width - width) / 2 + across, (coded.height - height) / 2 + down
    right, bottom = coded.width - width - left, coded.height - height - top
    return Margins(*(round(side) for side in (left, top, right, bottom)))


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Walk boxes side by side: type and payload."""
    for box in boxes_in(data):
        yield box.kind, data[box.payload : box.end]


def _of_segment(header: bytes, track: int) -> Margins | None:
    entries = track_entries(header)
    entry = entries[track] if track < len(entries) else b""
    video = dict(elements(element(entry, _VIDEO)))
    sides = (video.get(key, b"") for key in (_CROP_LEFT, _CROP_TOP, _CROP_RIGHT, _CROP_BOTTOM))
    margins = Margins(*(int.from_bytes(side, "big") for side in sides))
    return None if margins == Margins() else margins
