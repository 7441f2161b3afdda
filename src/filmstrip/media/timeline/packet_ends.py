"""Finds when the packets at the end of a source end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream as AvVideoStream

from filmstrip.domain.codec_limits import MOST_REORDERED_PICTURES
from filmstrip.media.containers.opening import read_packets

_SLOWEST_RATE = Fraction(10)
_LONGEST_SOUND_PACKET = 60


def longest_reordering(video: AvVideoStream | None) -> Fraction:
    """Return how much earlier in the file the last picture may stand than others that are shown before it."""
    return MOST_REORDERED_PICTURES / (video.average_rate or _SLOWEST_RATE) if video is not None else Fraction(0)


def tail_packets(container: InputContainer, begin: Fraction | None) -> Iterator[Packet[Stream]]:
    """Read from the last place that can be found from the header to the end of the file."""
    try:
        if begin is not None:
            _seek_back(container, int(begin * av.time_base))
        for packet in read_packets(container.demux()):
            if packet.size:
                yield packet
    except av.error.FFmpegError:
        return  # a damaged tail: what could be read counts


def _seek_back(container: InputContainer, moment: int) -> None:
    """Go to a moment. Decoding times, which seeks may go by, can be long before the start, but not all formats do."""
    try:
        container.seek(moment, backward=True)
    except av.error.FFmpegError:
        container.seek(max(moment, container.start_time or 0), backward=True)


def end_of(packets: Iterable[Packet[Stream]]) -> Fraction | None:
    """Return when the last one of some packets ends, in container time; None if none tells a time."""
    return max((end for packet in packets if (end := _packet_end(packet)) is not None), default=None)


def _packet_end(packet: Packet[Stream]) -> Fraction | None:
    if packet.pts is None or packet.stream.type not in ("video", "audio"):
        return None
    return packet.pts * packet.time_base + _length(packet)


def _length(packet: Packet[Stream]) -> Fraction:
    """Return for how long a packet is played; if the container does not say, for as long as its frame rate tells."""
    rate = packet.stream.average_rate if isinstance(packet.stream, AvVideoStream) else None
    if packet.stream.type == "audio" and (packet.duration or 0) * packet.time_base > _LONGEST_SOUND_PACKET:
        return Fraction(0)  # of Vorbis in Ogg, libav tells a negative length in unsigned bits
    if packet.duration or not rate:
        return (packet.duration or 0) * packet.time_base
    return 1 / rate
