"""Reads a stream picture by picture: packets that hold one field of a frame each are put together.

Whoever asks for the frame of a moment must not be given the packet of a second field: the frame comes out of the
decoder with the time of the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.media.containers.approach import VideoPacket
from filmstrip.media.containers.field_flags import FieldFlagReader, FieldFlags
from filmstrip.media.containers.opening import read_packets


def read_pictures(container: InputContainer, stream: AvVideoStream) -> Iterator[VideoPacket]:
    """Read on from where a container stands, one packet for each picture; the last one may be empty."""
    packets = read_packets(container.demux(stream))
    if stream.codec_context.name != "h264":
        return packets
    reader = FieldFlagReader(stream.codec_context.extradata or b"")
    return _join_fields(packets, reader) if reader.may_find_fields else packets


def _join_fields(packets: Iterable[VideoPacket], reader: FieldFlagReader) -> Iterator[VideoPacket]:
    first: tuple[VideoPacket, FieldFlags] | None = None
    for packet in packets:
        flags = reader.read(bytes(packet)) if packet.size else None
        if first is not None and flags is not None and flags.completes(first[1]):
            # What an edit list hides is marked so, and a new packet could not be.
            yield from (first[0], packet) if first[0].is_discard else (_join(first[0], packet),)
            first = None
            continue
        if first is not None:
            yield first[0]
        first = None if flags is None else (packet, flags)
        if flags is None:
            yield packet
    if first is not None:
        yield first[0]


def _join(first: VideoPacket, second: VideoPacket) -> VideoPacket:
    """Put two fields into one packet, with the times of the first."""
    # In memory of libav: what it borrows from Python it gives back under the interpreter's lock, which a thread that
    # waits for the decoder may hold; and decoders read some bytes more than there are.
    joined = cast(VideoPacket, Packet(first.size + second.size))
    joined.update(bytes(first) + bytes(second))
    joined.stream, joined.time_base = first.stream, first.time_base
    joined.pts, joined.dts = first.pts, first.dts
    joined.duration = (first.duration or 0) + (second.duration or 0)
    joined.is_keyframe = first.is_keyframe
    joined.is_corrupt = first.is_corrupt or second.is_corrupt
    return joined
