"""What a container itself says of its tracks: the codec's own name, encryption, a disabled track.

libav keeps to itself what it has no decoder for, so it is read from the bytes: sample descriptions of an MP4 (ISO/IEC
14496-12, 8.5.2), track entries of Matroska (RFC 9559, 5.1.4.1), stream formats of an AVI.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from filmstrip.domain.container_kind import ContainerKind, Layout
from filmstrip.media.containers.ebml import element, elements, track_entries
from filmstrip.media.source.header_bytes import child_box, child_boxes, find_movie_box, read_header
from filmstrip.media.source.media_source import MediaSource

_WAY_TO_DESCRIPTIONS = (b"mdia", b"minf", b"stbl", b"stsd")
_STSD_FIELDS_BYTES = 8
# ISO/IEC 14496-12, 8.12: protected video and sound; those of FairPlay and of audio books.
_PROTECTED = {b"encv", b"enca", b"drmi", b"drms", b"aavd"}

_CODEC_ID, _FLAG_ENABLED, _CONTENT_ENCODINGS, _CONTENT_ENCODING = 0x86, 0xB9, 0x6D80, 0x6240
_CONTENT_ENCODING_TYPE, _CONTENT_ENCRYPTION, _IS_ENCRYPTION = 0x5033, 0x5035, 1

_AVI_STREAM = re.compile(rb"strh.{4}(vids|auds|mids|txts).*?strf.{4}(.{2}).{14}(.{4})?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TrackLabel:
    """What a container says of a track.

    Attributes:
        codec: The container's own name of the codec, such as "apac" or "V_PRORES"; empty where it is not known.
        is_encrypted: Whether its samples need a key.
        is_enabled: Whether it is meant to be played.
    """

    codec: str = ""
    is_encrypted: bool = False
    is_enabled: bool = True


def read_track_labels(source: MediaSource, kind: ContainerKind) -> dict[int, TrackLabel]:
    """Read what a container says of its tracks, by the numbers of their streams; nothing for other formats.

    Args:
        source: The bytes.
        kind: What the container is.
    """
    if kind.layout is Layout.ISO_BOXES:
        return dict(enumerate(_of_movie(source)))
    if kind.layout is Layout.EBML_ELEMENTS:
        return dict(enumerate(_of_segment(read_header(source))))
    return dict(enumerate(_of_avi(read_header(source)))) if kind.layout is Layout.RIFF_CHUNKS else {}


def _of_movie(source: MediaSource) -> Iterator[TrackLabel]:
    for start, end in _tracks(source):
        yield _of_entries([name for name, _, _ in _entries(source, start, end)])


def sample_entries(source: MediaSource, track: int) -> Iterator[tuple[bytes, int, int]]:
    """List the sample entries of a track of an MP4 (ISO/IEC 14496-12, 8.5.2): type, and where its payload lies."""
    for number, (start, end) in enumerate(_tracks(source)):
        if number == track:
            yield from _entries(source, start, end)


def _tracks(source: MediaSource) -> Iterator[tuple[int, int]]:
    movie = find_movie_box(source)
    if movie is not None:
        for kind, start, end in child_boxes(source, movie.payload, movie.end):
            if kind == b"trak":
                yield start, end


def _entries(source: MediaSource, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    found: tuple[int, int] | None = (start, end)
    for wanted in _WAY_TO_DESCRIPTIONS:
        found = None if found is None else child_box(source, *found, wanted)
    if found is not None:
        yield from child_boxes(source, found[0] + _STSD_FIELDS_BYTES, found[1])


def _of_entries(names: list[bytes]) -> TrackLabel:
    # What begins in the clear may go on encrypted.
    return TrackLabel(_printable(names[0]) if names else "", is_encrypted=any(name in _PROTECTED for name in names))


def _of_segment(header: bytes) -> Iterator[TrackLabel]:
    for entry in track_entries(header):
        fields = dict(elements(entry))
        encodings = [data for key, data in elements(fields.get(_CONTENT_ENCODINGS, b"")) if key == _CONTENT_ENCODING]
        yield TrackLabel(
            _printable(fields.get(_CODEC_ID, b"")),
            is_encrypted=any(_is_encryption(encoding) for encoding in encodings),
            is_enabled=fields.get(_FLAG_ENABLED, b"\1") not in (b"", b"\0"),
        )


def _is_encryption(encoding: bytes) -> bool:
    kind = element(encoding, _CONTENT_ENCODING_TYPE)
    return int.from_bytes(kind, "big") == _IS_ENCRYPTION or bool(element(encoding, _CONTENT_ENCRYPTION))


def _of_avi(header: bytes) -> Iterator[TrackLabel]:
    for kind, number, four in _AVI_STREAM.findall(header[: header.find(b"movi")]):
        yield TrackLabel(_printable(four) if kind == b"vids" else f"0x{int.from_bytes(number, 'little'):04x}")


def _printable(name: bytes) -> str:
    return "".join(chr(byte) for byte in name if 0x20 < byte < 0x7F)  # noqa: PLR2004 - what ASCII can show


def source_codec(label: TrackLabel | None) -> str:
    """Name a codec that libav has no decoder for, as the end of a sentence: what is known of it."""
    return f'as "{label.codec}"' if label is not None and label.codec else "in an unknown way"
