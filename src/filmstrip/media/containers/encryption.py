"""Finds encrypted sources: without its key nothing of it can be shown, however well its header reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from av.container import InputContainer
from av.stream import Stream

from filmstrip.domain.container_kind import ContainerKind, Layout
from filmstrip.domain.errors import SourceUnreadableError
from filmstrip.media.containers.kinds import kind_of
from filmstrip.media.containers.program_times import transport_packets
from filmstrip.media.containers.programs import read_kinds
from filmstrip.media.containers.track_labels import TrackLabel
from filmstrip.media.source.header_bytes import read_bytes, size_of
from filmstrip.media.source.media_source import MediaSource

_WINDOW_BYTES = 1 << 20
# H.264, AAC, AC-3 and E-AC-3 (Apple, MPEG-2 Stream Encryption Format for HTTP Live Streaming, 2.4).
_SAMPLE_ENCRYPTED = {0xDB, 0xCF, 0xC1, 0xC2}
# Content encryption objects of ASF: plain, extended and advanced (ASF specification, 3.14 to 3.16).
_ASF_OBJECTS = (
    bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"),
    bytes.fromhex("14e68a292226174cb935dae07ee9289c"),
    bytes.fromhex("338505438169e6499b74ad12cb86d58c"),
)
_SCRAMBLED_PES = re.compile(rb"\x00\x00\x01[\xe0-\xef]..([\x80-\xbf])", re.DOTALL)
_SCRAMBLING_BITS = 0x30


def refuse_encrypted(
    source: MediaSource, kind: ContainerKind, video: Stream | None, labels: Mapping[int, TrackLabel]
) -> None:
    """Refuse a source whose video is encrypted.

    Args:
        source: The bytes.
        kind: What the container is.
        video: The stream that would be shown, None if libav finds none.
        labels: What the container says of its tracks.

    Raises:
        SourceUnreadableError: It is encrypted.
    """
    label = labels.get(video.index, TrackLabel()) if video is not None else TrackLabel()
    if label.is_encrypted or _is_encrypted(source, kind.layout, video):
        raise SourceUnreadableError(
            "The source's video is encrypted, and cannot be shown without its key: send it without DRM"
        )


def label_samples(container: InputContainer, source: MediaSource) -> dict[int, TrackLabel]:
    """Label the streams of an HLS segment whose samples are encrypted one by one (`SAMPLE-AES`), by their numbers.

    Their types in the tables are those of no other stream; libav takes them for what they would be in the clear.
    """
    if kind_of(container).layout is not Layout.TRANSPORT_PACKETS:
        return {}
    pids = {pid for pid, kind in read_kinds(source).items() if kind in _SAMPLE_ENCRYPTED}
    return {stream.index: TrackLabel(is_encrypted=True) for stream in container.streams if stream.id in pids}


def _is_encrypted(source: MediaSource, layout: Layout, video: Stream | None) -> bool:
    if layout is Layout.ASF_OBJECTS:
        header = read_bytes(source, 0, _WINDOW_BYTES)
        return any(name in header for name in _ASF_OBJECTS)
    if layout is Layout.TRANSPORT_PACKETS:
        return _is_scrambled_transport(source, None if video is None else video.id)
    return layout is Layout.PROGRAM_PACKS and _is_scrambled_program(source)


def _is_scrambled_transport(source: MediaSource, pid: int | None) -> bool:
    """Look at the scrambling bits (ISO/IEC 13818-1, 2.4.3.3) of a stream's packets, or of all."""
    seen: Counter[bool] = Counter()
    for window in _windows(source):
        for packet in transport_packets(window):
            has_payload = bool(packet[3] & 0x10)
            if has_payload and pid in (None, (packet[1] & 0x1F) << 8 | packet[2]):
                seen[bool(packet[3] & 0xC0)] += 1
    return seen[True] > seen[False]


def _is_scrambled_program(source: MediaSource) -> bool:
    """Look at the scrambling bits of packets (2.4.3.7), which discs set."""
    flags = [bool(bits[0] & _SCRAMBLING_BITS) for window in _windows(source) for bits in _SCRAMBLED_PES.findall(window)]
    return sum(flags) * 2 > len(flags)


def _windows(source: MediaSource) -> Iterator[bytes]:
    """Read the beginning and the middle: menus and trailers may be in the clear."""
    middle = size_of(source) // 2
    yield read_bytes(source, 0, _WINDOW_BYTES)
    if middle > _WINDOW_BYTES:
        yield read_bytes(source, middle, middle + _WINDOW_BYTES)
